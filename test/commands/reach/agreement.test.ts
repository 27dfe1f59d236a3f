import { describe, expect, test } from 'vitest';
import { reachCommand } from '../../../src/commands/reach.ts';
import { networkPane } from '../../../src/panes/network.ts';
import { networkSection } from '../../../src/report/sections/network.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster, namespace, pod, policy } from '../../analyses/network/cluster.ts';
import { boutiqueCluster, demoCluster } from '../../analyses/network/fixtures.ts';
import { runCommand } from '../rbac-command.ts';

type Direction = 'ingress' | 'egress';
type Ports = 'all' | Readonly<Record<string, string>>;
interface End {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly range?: string;
}
interface Answer {
  readonly connections: readonly { readonly src: End; readonly dst: End; readonly ports: Ports }[];
  readonly notApplicable: readonly End[];
  readonly unknown: readonly End[];
}

const EVERY_ADDRESS = ['0.0.0.0-255.255.255.255', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'];
const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];
const WORST_FIRST = ['open', 'unknown', 'isolated', 'not-applicable'];

/** A pod of which policies select one, and a workload whose pods differ: what the demo does not have. */
const MIXED = [
  namespace('shop'),
  owned('web-a', { app: 'web' }),
  owned('web-b', { app: 'web', closed: 'yes' }),
  pod('shop', 'job', {}).replace('phase: Running', 'phase: Succeeded'),
  policy('shop', 'closed', '{podSelector: {matchLabels: {closed: "yes"}}, policyTypes: [Ingress, Egress]}'),
].join('');

function owned(name: string, labels: Readonly<Record<string, string>>): string {
  const owner = 'ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web, uid: u, controller: true}]';
  return pod('shop', name, labels).replace('namespace: shop', `namespace: shop, ${owner}`);
}

function nameOf({ kind, namespace: own, name }: End): string {
  return `${kind}/${own}/${name}`;
}

/** What `reach` says of each workload and direction, in the words of the verdicts. */
async function byReach(view: StoreView): Promise<ReadonlyMap<string, string>> {
  const { output } = await runCommand(reachCommand, view, [], { output: 'json' });
  const { connections, notApplicable, unknown } = JSON.parse(output) as Answer;
  const said = new Map<string, string>();
  const say = (end: End, direction: Direction, word: string): void =>
    void said.set(`${nameOf(end)} ${direction}`, word);
  for (const end of notApplicable) for (const direction of DIRECTIONS) say(end, direction, 'not-applicable');
  for (const end of unknown) for (const direction of DIRECTIONS) say(end, direction, 'unknown');
  for (const { src, dst, ports } of connections) {
    const [own, other, direction] =
      src.range === undefined ? [src, dst, 'egress' as const] : [dst, src, 'ingress' as const];
    if (other.range === undefined || ports !== 'all' || !EVERY_ADDRESS.includes(other.range)) continue;
    say(own, direction, 'open');
  }
  return said;
}

/** The verdict of a workload from those of its pods: the worst of them. */
function byReport(view: StoreView): ReadonlyMap<string, string> {
  const said = new Map<string, string>();
  for (const one of networkSection(view).pods) {
    for (const direction of DIRECTIONS) {
      const key = `${nameOf({ ...one.workload, namespace: one.namespace })} ${direction}`;
      const before = said.get(key) ?? 'not-applicable';
      said.set(key, WORST_FIRST.indexOf(one[direction]) < WORST_FIRST.indexOf(before) ? one[direction] : before);
    }
  }
  return said;
}

const CELLS: Readonly<Record<string, string>> = { 'n/a': 'not-applicable', 'lets everyone': 'isolated' };

function byPane(view: StoreView): { readonly verdicts: ReadonlyMap<string, string>; readonly everyone: Set<string> } {
  const verdicts = new Map<string, string>();
  const everyone = new Set<string>();
  for (const row of networkPane.rows(view, [])) {
    for (const direction of DIRECTIONS) {
      const text = (row.cells[direction.toUpperCase()]?.text ?? '').replace(', mixed', '');
      if (text === '-') continue;
      const key = `${nameOf(row)} ${direction}`;
      verdicts.set(key, CELLS[text] ?? text);
      if (text === 'lets everyone') everyone.add(key);
    }
  }
  return { verdicts, everyone };
}

describe('the pane, the report and `reach` say the same of every workload and direction', () => {
  test.each([
    ['the demo cluster', demoCluster, 100],
    ['the boutique', boutiqueCluster, 12],
    ['pods of one workload that differ', () => cluster(MIXED), 4],
  ])('%s', async (_name, make, atLeast) => {
    const view = make();
    const report = byReport(view);
    const { verdicts, everyone } = byPane(view);
    const reach = await byReach(view);
    expect(report.size).toBeGreaterThanOrEqual(atLeast);
    expect([...verdicts].filter(([key, word]) => report.get(key) !== word)).toEqual([]);
    // What a policy isolates and lets everyone through is, by reach, open.
    const expected = [...report].map(([key, word]) => [key, everyone.has(key) ? 'open' : word]);
    const actual = [...report.keys()].map((key) => [key, reach.get(key) ?? 'isolated']);
    expect(actual).toEqual(expected);
    expect([...reach.keys()].filter((key) => !report.has(key))).toEqual([]);
  });
});
