import { unitText } from './number-text.ts';

/** One end of a connection in the answer of `reach -o json`. */
export type End =
  { readonly kind: string; readonly namespace: string; readonly name: string } | { readonly range: string };

/** Every address of a family, as `reach` writes it. */
const WHOLE_RANGES: Readonly<Record<string, string>> = {
  '0.0.0.0-255.255.255.255': 'any IPv4 address',
  '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'any IPv6 address',
};

/** The part of the answer of `reach -o json` that trees and graphs are made of. */
export interface ReachAnswer {
  readonly connections: readonly {
    readonly src: End;
    readonly dst: End;
    readonly ports: 'all' | Readonly<Record<string, string>>;
    readonly certainty?: string;
  }[];
  readonly unknown: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  readonly caveats: readonly string[];
}

export type Connection = ReachAnswer['connections'][number];

/** Connections whose ends on one side stand together. */
export interface EndGroup {
  /** `outside the cluster`, or the namespace and how many workloads of it. */
  readonly title: string;
  readonly connections: readonly Connection[];
}

/** Connections by what one of their ends is: outside addresses first, then namespace by namespace. */
export function groupedByEnd(answer: ReachAnswer, end: (one: Connection) => End): readonly EndGroup[] {
  const outside = answer.connections.filter((one) => 'range' in end(one));
  const byNamespace = Map.groupBy(
    answer.connections.filter((one) => !('range' in end(one))),
    (one) => namespaceOf(end(one)),
  );
  return [
    ...(outside.length === 0 ? [] : [{ title: 'outside the cluster', connections: outside }]),
    ...[...byNamespace]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([namespace, all]) => ({ title: `${namespace}  ${unitText(all.length, 'workloads')}`, connections: all })),
  ];
}

/** Whether the policies of a workload cannot be decided, so that an empty answer is no "nobody". */
export function isUndecided(title: string, { unknown }: ReachAnswer): boolean {
  return unknown.some((one) => title === `${one.kind} ${one.namespace}/${one.name}`);
}

function namespaceOf(end: End): string {
  return 'range' in end ? '' : end.namespace;
}

/** An end by its name; the namespace stands above. */
export function endText(end: End): string {
  return 'range' in end ? (WHOLE_RANGES[end.range] ?? end.range) : `${end.kind} ${end.name}`;
}

/** The ports of a connection, and how sure they are. */
export function portsText({ ports, certainty }: Connection): string {
  const text =
    ports === 'all'
      ? 'all ports'
      : Object.entries(ports)
          .map(([protocol, numbers]) => `${protocol} ${numbers}`)
          .join(', ');
  return certainty === undefined ? text : `${text}  (${certainty})`;
}
