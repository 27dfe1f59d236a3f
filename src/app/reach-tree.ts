import { unitText } from './number-text.ts';
import { node, type TreeNode } from './tree.ts';

/** One end of a connection in the answer of `reach -o json`. */
type End = { readonly kind: string; readonly namespace: string; readonly name: string } | { readonly range: string };

/** Every address of a family, as `reach` writes it. */
const WHOLE_RANGES: Readonly<Record<string, string>> = {
  '0.0.0.0-255.255.255.255': 'any IPv4 address',
  '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'any IPv6 address',
};

/** The part of the answer of `reach -o json` that a tree is made of. */
interface ReachAnswer {
  readonly connections: readonly {
    readonly src: End;
    readonly dst: End;
    readonly ports: 'all' | Readonly<Record<string, string>>;
    readonly certainty?: string;
  }[];
  readonly unknown: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  readonly caveats: readonly string[];
}

/** Workloads named in one namespace; nobody reads further in a tree. */
const MOST = 40;

/**
 * Who may open connections to a workload, and whom it may reach: outside addresses first, then namespace by namespace.
 *
 * @param title names the workload
 * @param into the answer of `reach --destination WORKLOAD -o json`
 * @param out the answer of `reach --source WORKLOAD -o json`
 */
export function reachTree(title: string, into: string, out: string): TreeNode {
  const sources = JSON.parse(into) as ReachAnswer;
  const destinations = JSON.parse(out) as ReachAnswer;
  const isUnknown = sources.unknown.some((one) => title === `${one.kind} ${one.namespace}/${one.name}`);
  const nobody = isUnknown ? 'not known: its policies cannot be decided' : 'nobody';
  return node(title, [
    side('may be reached from', sources, (one) => one.src, nobody),
    side('may reach', destinations, (one) => one.dst, isUnknown ? nobody : 'nothing'),
    ...[...new Set([...sources.caveats, ...destinations.caveats])].map((caveat) => node(`not judged: ${caveat}`)),
  ]);
}

type Connection = ReachAnswer['connections'][number];

function side(title: string, answer: ReachAnswer, end: (one: Connection) => End, none: string): TreeNode {
  const outside = answer.connections.filter((one) => 'range' in end(one));
  const byNamespace = Map.groupBy(
    answer.connections.filter((one) => !('range' in end(one))),
    (one) => namespaceOf(end(one)),
  );
  const parts = [
    ...(outside.length === 0 ? [] : [list('outside the cluster', outside, end)]),
    ...[...byNamespace]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([namespace, all]) => list(`${namespace}  ${unitText(all.length, 'workloads')}`, all, end)),
  ];
  return node(title, parts.length === 0 ? [node(none)] : parts);
}

function list(title: string, connections: readonly Connection[], end: (one: Connection) => End): TreeNode {
  const texts = connections.slice(0, MOST).map((one) => [endText(end(one)), portsText(one)] as const);
  const width = Math.max(...texts.map(([name]) => name.length));
  const parts = texts.map(([name, ports]) => node(`${name.padEnd(width)}  ${ports}`));
  const more = connections.length - MOST;
  return node(title, more > 0 ? [...parts, node(`and ${unitText(more, 'others')}`)] : parts);
}

function namespaceOf(end: End): string {
  return 'range' in end ? '' : end.namespace;
}

/** The namespace stands above. */
function endText(end: End): string {
  return 'range' in end ? (WHOLE_RANGES[end.range] ?? end.range) : `${end.kind} ${end.name}`;
}

function portsText({ ports, certainty }: Connection): string {
  const text =
    ports === 'all'
      ? 'all ports'
      : Object.entries(ports)
          .map(([protocol, numbers]) => `${protocol} ${numbers}`)
          .join(', ');
  return certainty === undefined ? text : `${text}  (${certainty})`;
}
