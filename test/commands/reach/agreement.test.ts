import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { reachCommand } from '../../../src/commands/reach.ts';
import { networkPane } from '../../../src/panes/network.ts';
import { networkSection } from '../../../src/report/sections/network.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { Change } from '../../../src/model/change.ts';
import { RULES } from '../../../src/rules/index.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster, namespace, objectsOf, pod, policy } from '../../analyses/network/cluster.ts';
import { boutiqueCluster, demoCluster } from '../../analyses/network/fixtures.ts';
import { rawAdminPolicies, rawCluster } from '../../analyses/network/generated-cluster.ts';
import { slimCluster, viewOf, withOwners } from '../../analyses/network/generated-view.ts';
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

/** What `reach` says when asked about one pod alone. */
async function ofPod(view: StoreView, pod: End): Promise<Readonly<Record<Direction, Answer>> | string> {
  const name = nameOf(pod);
  try {
    const ask = async (options: Readonly<Record<string, string>>): Promise<Answer> =>
      JSON.parse((await runCommand(reachCommand, view, [], { output: 'json', options })).output) as Answer;
    return { egress: await ask({ source: name }), ingress: await ask({ destination: name }) };
  } catch (error) {
    return (error as Error).message;
  }
}

function isOpenTo({ connections }: Answer, direction: Direction): boolean {
  return EVERY_ADDRESS.every((range) =>
    connections.some(({ src, dst, ports }) => ports === 'all' && (direction === 'egress' ? dst : src).range === range),
  );
}

/** Whether every IPv4 address may use every TCP port: what "lets everyone" means. */
function letsEveryone({ connections }: Answer, direction: Direction): boolean {
  const ranges = connections.flatMap(({ src, dst, ports }) => {
    const { range } = direction === 'egress' ? dst : src;
    const isWhole = ports === 'all' || ports['TCP'] === '1-65535';
    return range === undefined || range.includes(':') || !isWhole ? [] : [range.split('-').map(numberOf)];
  });
  return ranges.reduce((sum, [first = 0, last = 0]) => sum + last - first + 1, 0) === 2 ** 32;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

interface JudgedPod extends End {
  readonly workload: string;
  /** By `reach`: the word of each direction. */
  readonly words: Readonly<Record<Direction, string>>;
  readonly answers: Readonly<Record<Direction, Answer>> | undefined;
}

/** Every pod of the report (or the template of files), as `reach` judges it when asked about that pod alone. */
async function everyPod(view: StoreView): Promise<readonly (JudgedPod & Readonly<Record<Direction, string>>)[]> {
  const pods = [...networkSection(view).pods].map(async (one) => {
    const workload = nameOf({ ...one.workload, namespace: one.namespace });
    const isTemplate = view.get('Pod', one.namespace, one.name) === undefined;
    const end = { kind: isTemplate ? one.workload.kind : 'Pod', namespace: one.namespace, name: one.name };
    const answer = await ofPod(view, end);
    const word = (direction: Direction): string => {
      if (typeof answer === 'string') return /policies do not apply/.test(answer) ? 'not-applicable' : answer;
      if (answer[direction].unknown.some((each) => nameOf(each) === workload)) return 'unknown';
      if (isOpenTo(answer[direction], direction)) return 'open';
      return letsEveryone(answer[direction], direction) ? 'lets everyone' : 'isolated';
    };
    const { ingress, egress } = one;
    const words = { ingress: word('ingress'), egress: word('egress') };
    return { ...end, workload, ingress, egress, words, answers: typeof answer === 'string' ? undefined : answer };
  });
  return await Promise.all(pods);
}

/** Names of the pods that policies isolate and yet let everyone through. */
function letThrough(view: StoreView, direction: Direction): ReadonlySet<string> {
  return new Set(
    view
      .namespaces('Pod')
      .flatMap((one) => namespaceIsolation(view, one))
      .filter((one) => one[direction].everyone)
      .flatMap(({ podClass }) => podClass.pods.map((one) => nameOf(one))),
  );
}

/** Pods of the findings about missing isolation, `Pod/shop/web`, by whether they are unknown. */
function found(engine: Engine, direction: Direction): ReadonlyMap<string, string> {
  return new Map(
    [...engine.findings.values()]
      .filter(({ rule }) => rule === `network/no-${direction}-isolation`)
      .flatMap(({ subject, members, severity }) =>
        (members.length === 0 ? [nameOf(subject as End)] : members.map((one) => `Pod/${subject.namespace}/${one}`)).map(
          (name) => [name, severity === 'info' ? 'unknown' : 'open'] as const,
        ),
      ),
  );
}

/** Connections of one end with others, `src > dst ports`, with the pod's name replaced by that of its workload. */
function withOthers({ connections }: Answer, own: string, workload: string): readonly string[] {
  const text = (end: End): string => {
    const name = end.range ?? nameOf(end);
    return name === own ? workload : name;
  };
  return connections
    .filter(({ src, dst }) => src.range === undefined && dst.range === undefined)
    .map(({ src, dst }) => `${text(src)} > ${text(dst)}`);
}

async function expectAgreement(view: StoreView): Promise<number> {
  const pods = await everyPod(view);
  const engine = new Engine(view, RULES);
  engine.settle();
  for (const direction of DIRECTIONS) {
    const everyone = letThrough(view, direction);
    const findings = found(engine, direction);
    const isThrough = (word: string): boolean => word === 'open' || word === 'lets everyone';
    const said = pods.map((one) => {
      const word = one.words[direction];
      return [nameOf(one), everyone.has(nameOf(one)) && isThrough(word) ? 'isolated' : word];
    });
    expect(said).toEqual(pods.map((one) => [nameOf(one), one[direction]]));
    expect(pods.filter((one) => everyone.has(nameOf(one)) && !isThrough(one.words[direction]))).toEqual([]);
    // The findings speak of the same pods.
    expect(pods.map((one) => [nameOf(one), findings.get(nameOf(one))])).toEqual(
      pods.map((one) => [nameOf(one), ['open', 'unknown'].includes(one[direction]) ? one[direction] : undefined]),
    );
  }
  // As peers: a workload reaches, and is reached by, whom its pods are.
  const { output } = await runCommand(reachCommand, view, [], { output: 'json' });
  const whole = JSON.parse(output) as Answer;
  for (const [workload, own] of Map.groupBy(pods, (one) => one.workload)) {
    const said = own.flatMap((pod) =>
      pod.answers === undefined
        ? []
        : DIRECTIONS.flatMap((direction) => withOthers(pod.answers?.[direction] ?? whole, nameOf(pod), workload)),
    );
    const meant = withOthers(whole, workload, workload).filter((one) => one.split(' > ').includes(workload));
    expect([...new Set(said)].sort()).toEqual([...new Set(meant)].sort());
  }
  return pods.length;
}

/** Every workload of the pane, by the report and by reach. */
async function expectSamePane(view: StoreView): Promise<number> {
  const report = byReport(view);
  const { verdicts, everyone } = byPane(view);
  const reach = await byReach(view);
  expect(verdicts).toEqual(report);
  for (const [key, word] of report) {
    const said = reach.get(key) ?? 'isolated';
    // What a policy isolates and lets every IPv4 address through may, by reach, be open in all.
    if (everyone.has(key) && said === 'open') continue;
    expect(`${key} ${said}`).toBe(`${key} ${word}`);
  }
  expect([...reach.keys()].filter((key) => !report.has(key))).toEqual([]);
  return report.size;
}

/** Something that enforces, so that the pane gives a share; its own pods are on the host's network. */
const CALICO = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: calico-node}}
  template:
    metadata: {labels: {k8s-app: calico-node}}
    spec: {hostNetwork: true, containers: [{name: calico-node, image: calico}]}
`;

describe('the pane, the report, the findings and `reach` say the same', () => {
  test.each([
    ['the demo cluster', demoCluster, 100],
    ['the boutique', boutiqueCluster, 12],
    ['pods of one workload that differ', () => cluster(MIXED), 4],
  ])('of every workload: %s', async (_name, make, atLeast) => {
    expect(await expectSamePane(make())).toBeGreaterThanOrEqual(atLeast);
  });

  test.each([
    ['the demo cluster', demoCluster, 100],
    ['the boutique', boutiqueCluster, 6],
    ['pods of one workload that differ', () => cluster(MIXED), 3],
  ])('of every pod: %s', async (_name, make, atLeast) => {
    expect(await expectAgreement(make())).toBeGreaterThanOrEqual(atLeast);
  });

  test('of every pod of generated clusters, some of them of one workload', async () => {
    let pods = 0;
    await fc.assert(
      fc.asyncProperty(rawCluster, async (raw) => {
        const view = viewOf(slimCluster(withOwners(raw)));
        pods += await expectAgreement(view);
        await expectSamePane(view);
      }),
      { numRuns: 30 },
    );
    expect(pods).toBe(30 * 9);
  });

  test('of generated clusters in which admin policies speak first', async () => {
    const slimmer = createSlimmer();
    let pods = 0;
    await fc.assert(
      fc.asyncProperty(rawCluster, rawAdminPolicies, async (raw, admin) => {
        const policies = admin.map((one) => slimmer.slim(one, 'AdminNetworkPolicy'));
        const view = viewOf([...slimCluster(withOwners(raw)), ...policies]);
        pods += await expectAgreement(view);
        await expectSamePane(view);
      }),
      { numRuns: 30 },
    );
    expect(pods).toBe(30 * 9);
  });

  test('the pane of generated clusters counts the pods that reach finds open', async () => {
    await fc.assert(
      fc.asyncProperty(rawCluster, async (raw) => {
        const view = viewOf(slimCluster(withOwners(raw)));
        view.apply(objectsOf(CALICO).map((object): Change => ({ type: 'upsert', object })));
        const pods = (await everyPod(view)).filter((one) => one.words.ingress !== 'not-applicable');
        const everyone = letThrough(view, 'ingress');
        const isThrough = (one: JudgedPod): boolean => ['open', 'lets everyone'].includes(one.words.ingress);
        const open = pods.filter((one) => isThrough(one) && !everyone.has(nameOf(one))).length;
        const { headline, share } = networkPane.summary(view, [], [...networkPane.rows(view, [])]);
        const through = everyone.size === 0 ? '' : `, ${everyone.size} of them let everyone in`;
        expect(headline).toBe(
          pods.length === 0
            ? 'no pods that network policies apply to'
            : `${pods.length - open} of ${pods.length} pods isolated for ingress${through}`,
        );
        expect(share).toBe(pods.length === 0 ? null : (pods.length - open - everyone.size) / pods.length);
      }),
      { numRuns: 60 },
    );
  });
});
