import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionDifference } from '../../../src/analyses/network/connection-difference.ts';
import { hasPort, PROTOCOLS, type PortSet } from '../../../src/kube/port-set.ts';
import type { PodObject } from '../../../src/model/objects.ts';
import { rawCluster, type RawCluster } from './generated-cluster.ts';
import { naiveOf, slimCluster, viewOf, withOwners } from './generated-view.ts';
import { mayConnect, type NaiveCluster, type NaiveEnd } from './naive-reach.ts';

const PORTS = [1, 53, 79, 80, 81, 90, 91, 65_535];
/** An address of each kind of range that generated policies name, whose pieces are the ranges of a difference. */
const ADDRESSES: Readonly<Record<string, string>> = {
  '9.9.9.9': '9.9.9.9',
  '10.0.0.12': '10.0.0.12',
  '10.2.0.1': '10.2.0.1',
  'fd00::9': 'fd00::9',
  '2001:db8::1': '2001:db8::1',
};
const OTHER_PODS = 'its other pods';

interface Side {
  readonly naive: NaiveCluster;
  /** Pods of the pod network by workload. */
  readonly workloads: ReadonlyMap<string, readonly PodObject[]>;
}

function sideOf(naive: NaiveCluster): Side {
  const taking = naive.pods.filter((pod) => !pod.spec.hostNetwork && pod.phase !== 'Succeeded');
  const nameOf = (pod: PodObject): string =>
    pod.owners.length > 0 ? `StatefulSet ${pod.namespace}/set` : `Pod ${pod.namespace}/${pod.name}`;
  return { naive, workloads: Map.groupBy(taking, nameOf) };
}

/** Whether any pods of two ends may connect, straight from the definitions; a pod stands for its replicas too. */
function isOpen(
  side: Side,
  source: string,
  destination: string,
  protocol: string,
  port: number,
  possibly: boolean,
): boolean {
  const ends = (name: string): readonly NaiveEnd[] =>
    name in ADDRESSES ? [{ address: name }] : (side.workloads.get(name) ?? []).map((pod) => ({ pod }));
  return ends(source).some((from) =>
    ends(destination).some((to) =>
      [false, ...(possibly ? [true] : [])].some((byAddress) =>
        mayConnect(side.naive, from, to, protocol, port, byAddress),
      ),
    ),
  );
}

interface Listed {
  readonly source: string;
  readonly destination: string;
  readonly ports: PortSet;
}

/** Whether a list of the difference holds the connection; a range is written `first-last`. */
function isListed(
  list: readonly Listed[],
  source: string,
  destination: string,
  protocol: (typeof PROTOCOLS)[number],
  port: number,
): boolean {
  const far = source === destination ? OTHER_PODS : destination;
  return list.some(
    (one) => isSameEnd(one.source, source) && isSameEnd(one.destination, far) && hasPort(one.ports, protocol, port),
  );
}

function isSameEnd(said: string, asked: string): boolean {
  if (!(asked in ADDRESSES)) return said === asked;
  const [first, last] = said.split('-');
  return first !== undefined && last !== undefined && !said.includes(' ') && isBetween(first, asked, last);
}

function isBetween(first: string, asked: string, last: string): boolean {
  if (first.includes(':') !== asked.includes(':')) return false;
  return bytesOf(first) <= bytesOf(asked) && bytesOf(asked) <= bytesOf(last);
}

/** An address as text whose order is that of the numbers. */
function bytesOf(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  const [head = '', tail] = address.split('::');
  const parts = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? 0 : 8 - parts(head).length - parts(tail).length;
  return [...parts(head), ...Array.from({ length: zeros }, () => '0'), ...parts(tail ?? '')]
    .map((part) => part.padStart(4, '0'))
    .join(':');
}

/** Another state of the same cluster: some policies are others, some pods have other labels. */
function changed(before: RawCluster, other: RawCluster, mask: readonly boolean[]): RawCluster {
  const pods = before.pods.map((pod, index) => {
    const metadata = pod['metadata'] as object;
    const there = other.pods[index]?.['metadata'] as { readonly labels: unknown } | undefined;
    return mask[index + 5] === true ? { ...pod, metadata: { ...metadata, labels: there?.labels } } : pod;
  });
  const policies = before.policies.map((policy, index) =>
    mask[index] === true ? (other.policies[index] ?? policy) : policy,
  );
  return { ...before, pods, policies };
}

test('a difference is exactly what opens and what closes, and nothing else does', () => {
  let pairs = 0;
  let differing = 0;
  fc.assert(
    fc.property(
      rawCluster,
      rawCluster,
      fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
      (first, other, mask) => {
        const [left, right] = [first, changed(first, other, mask)].map((raw) => slimCluster(withOwners(raw)));
        if (left === undefined || right === undefined) throw new Error('two states');
        const { opened, closed, undecided } = connectionDifference(viewOf(left), viewOf(right));
        expect(undecided).toEqual([]);
        const [before, after] = [sideOf(naiveOf(left)), sideOf(naiveOf(right))];
        const names = [...new Set([...before.workloads.keys(), ...after.workloads.keys()]), ...Object.keys(ADDRESSES)];
        for (const source of names) {
          for (const destination of names) {
            if (source in ADDRESSES && destination in ADDRESSES) continue;
            // A pod always reaches itself.
            if (source === destination && source.startsWith('Pod ')) continue;
            pairs += 1;
            for (const protocol of PROTOCOLS) {
              for (const port of PORTS) {
                const ask = (side: Side, possibly: boolean): boolean =>
                  isOpen(side, source, destination, protocol, port, possibly);
                const closes = ask(before, false) && !ask(after, false);
                const opens = !ask(before, true) && ask(after, true);
                differing += Number(closes || opens);
                const at = `${source} > ${destination} ${protocol} ${port}`;
                const said = [closed, opened].map((list) => isListed(list, source, destination, protocol, port));
                if (said[0] === closes && said[1] === opens) continue;
                expect(`${at}: closes ${said[0]}, opens ${said[1]}`).toBe(`${at}: closes ${closes}, opens ${opens}`);
              }
            }
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(pairs).toBeGreaterThan(5000);
  expect(differing).toBeGreaterThan(1000);
});
