import { explain } from '../analyses/network/explain.ts';
import { connections, type Connection, type Endpoint } from '../analyses/network/reach.ts';
import {
  CNI_DEPENDENT,
  isSameWorkload,
  ReachRow,
  reachTable,
  type ReachNode,
  type ReachTable,
} from '../analyses/network/reach-table.ts';
import { widerUnreadable } from '../analyses/network/wider-policies.ts';
import type { Direction } from '../kube/network-policy-rule.ts';
import { refText } from '../kube/object-ref.ts';
import { isNoPorts, portsText } from '../kube/port-set.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { notJudged } from './holes.ts';
import { namedNodes } from './reach-names.ts';
import { REACH_FORMATS, type ReachLine, type ReachRest } from './reach-formats.ts';

export const reachCommand: Command = {
  name: 'reach',
  summary: 'which workloads and outside addresses may open connections to which, on which ports',
  usage: 'reach [--source WORKLOAD] [--destination WORKLOAD] [--explain] [-o text|json|csv|dot|mermaid]',
  options: [
    {
      name: 'source',
      value: 'one',
      help: 'only from this workload or pod: NAME, NAMESPACE/NAME or KIND/NAMESPACE/NAME',
    },
    { name: 'destination', value: 'one', help: 'only to this workload or pod' },
    { name: 'explain', value: 'none', help: 'name the rules that allow each connection, or why none does' },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { options, words } = context;
  if (words.length > 0)
    throw new UsageError(`reach takes no words: ${words.join(' ')}; see --source and --destination`);
  const form = context.output === undefined || context.output === 'wide' ? 'text' : context.output;
  const format = Object.hasOwn(REACH_FORMATS, form) ? REACH_FORMATS[form] : undefined;
  if (format === undefined) {
    throw new UsageError(`reach has no output ${form}; it has ${Object.keys(REACH_FORMATS).join(', ')}`);
  }
  const view = await context.loadView();
  const table = reachTable(view);
  const source = asked(view, table, context, 'source');
  const destination = asked(view, table, context, 'destination');
  const isExplained = options['explain'] !== undefined;
  const rest = restOf(view, table, context, itself(source, destination));
  const lines = linesOf(view, context, { source, destination }, isExplained);
  for (const piece of format(lines, rest)) context.print(piece);
  if (isExplained && form === 'text') explainDenied(view, context, source, destination);
  return rest.unknown.length > 0 || rest.caveats.length > 0 ? 3 : 0;
}

interface Wanted {
  readonly source: readonly ReachNode[] | undefined;
  readonly destination: readonly ReachNode[] | undefined;
}

function* linesOf(
  view: ClusterView,
  context: CommandContext,
  { source, destination }: Wanted,
  isExplained: boolean,
): Generator<ReachLine> {
  for (const connection of connections(view, { sources: source, destinations: destination })) {
    if (!inScope(connection, context.namespaces)) continue;
    yield { connection, explain: isExplained ? explain(connection.source, connection.destination) : null };
  }
}

/** In explain mode, what was asked for by name and has no connection gets its reason: pairs, and ends of none at all. */
function explainDenied(
  view: ClusterView,
  context: CommandContext,
  sources: readonly ReachNode[] | undefined,
  destinations: readonly ReachNode[] | undefined,
): void {
  if (sources === undefined || destinations === undefined) {
    explainNothing(view, context, destinations ?? [], 'ingress');
    explainNothing(view, context, sources ?? [], 'egress');
    return;
  }
  for (const source of sources) {
    for (const destination of destinations) {
      if (
        source === destination ||
        [...connections(view, { sources: [source], destinations: [destination] })].length > 0
      )
        continue;
      const reason = explain({ type: 'workload', node: source }, { type: 'workload', node: destination });
      context.print(`${refText(source.ref)} -> ${refText(destination.ref)}  no connection\n`);
      context.print(`    egress:  ${reason.egress}\n    ingress: ${reason.ingress}\n`);
    }
  }
}

function explainNothing(
  view: ClusterView,
  context: CommandContext,
  nodes: readonly ReachNode[],
  direction: Direction,
): void {
  for (const node of nodes) {
    const question = direction === 'egress' ? { sources: [node] } : { destinations: [node] };
    if (node.undecided !== '' || !connections(view, question).next().done) continue;
    const profiles = node.classes.map((one) => one[direction]);
    const policies = new Set(profiles.flatMap((one) => [...one.isolatedBy, ...one.admin.map((rule) => rule.policy)]));
    const [other, reason] = [direction === 'egress' ? 'to' : 'from', [...policies].sort().join(', ')];
    context.print(`${refText(node.ref)}  no connection ${other} anyone\n`);
    context.print(`    ${direction}: denied: isolated by ${reason}, and no rule of them allows anyone\n`);
  }
}

/** A pod can't block its own traffic; other pods of the same workload are peers like any other. */
function itself(
  sources: readonly ReachNode[] | undefined,
  destinations: readonly ReachNode[] | undefined,
): readonly string[] {
  return (sources ?? []).flatMap((source) =>
    (destinations ?? []).flatMap((destination) => {
      if (!isSameWorkload(source, destination) || source.undecided !== '' || destination.undecided !== '') return [];
      const { certain, uncertain } = new ReachRow(source).to(destination);
      const others = isNoPorts(certain) ? 'nothing' : portsText(certain);
      const more = isNoPorts(uncertain) ? '' : `, and ${portsText(uncertain)} (${CNI_DEPENDENT})`;
      const end = source.ref.name === destination.ref.name ? 'itself' : `its own ${refText(destination.ref)}`;
      return [`${refText(source.ref)} -> ${end}  a pod always reaches itself; its other pods: ${others}${more}`];
    }),
  );
}

function restOf(view: ClusterView, table: ReachTable, context: CommandContext, own: readonly string[]): ReachRest {
  const isShown = ({ ref }: { readonly ref: { readonly namespace: string } }): boolean =>
    context.namespaces.length === 0 || context.namespaces.includes(ref.namespace);
  const pods = view.readable('Pod');
  const namespaces = view.readable('Namespace');
  const wider = widerUnreadable(view, context.namespaces[0] ?? '');
  return {
    notApplicable: table.notApplicable.filter(isShown),
    unknown: table.nodes
      .filter((node) => node.undecided !== '')
      .map((node) => ({ ref: node.ref, reason: node.undecided }))
      .filter(isShown),
    caveats: [
      ...(pods.ok ? [] : [`pods: ${pods.reason}`]),
      ...(namespaces.ok ? [] : [`labels of namespaces: ${namespaces.reason}`]),
      ...notJudged(view, ['Pod', 'Namespace']),
      ...(wider === '' ? [] : [`connections are by NetworkPolicy alone: ${wider}`]),
    ],
    itself: own,
  };
}

function inScope({ source, destination }: Connection, namespaces: readonly string[]): boolean {
  const isIn = (end: Endpoint): boolean => end.type === 'workload' && namespaces.includes(end.node.ref.namespace);
  return namespaces.length === 0 || isIn(source) || isIn(destination);
}

/** The workloads or pods that a flag names; undefined where the flag was not given. */
function asked(
  view: ClusterView,
  table: ReachTable,
  { options, namespaces }: CommandContext,
  flag: 'source' | 'destination',
): readonly ReachNode[] | undefined {
  const text = options[flag];
  return typeof text === 'string' ? namedNodes(view, table, text, namespaces) : undefined;
}
