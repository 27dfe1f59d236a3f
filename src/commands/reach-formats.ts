import { rangeText } from '../kube/ip-range.ts';
import { portsJson, portsText } from '../kube/port-set.ts';
import { refText } from '../kube/object-ref.ts';
import type { Connection, Endpoint } from '../analyses/network/reach.ts';
import type { WorkloadRefText } from '../analyses/network/reach-table.ts';
import { inMermaid } from './mermaid-escape.ts';

/** A connection with, in explain mode, why each side allows it. */
export interface ReachLine {
  readonly connection: Connection;
  readonly explain: { readonly egress: string; readonly ingress: string } | null;
}

/** What `reach` answers beside its connections. */
export interface ReachRest {
  readonly notApplicable: readonly { readonly ref: WorkloadRefText; readonly reason: string }[];
  /** Workloads whose policies can't be decided: they are in no connection. */
  readonly unknown: readonly { readonly ref: WorkloadRefText; readonly reason: string }[];
  /** What could not be read and may change any connection. */
  readonly caveats: readonly string[];
  /** What is asked of workloads against themselves, which are in no connection. */
  readonly itself: readonly string[];
}

/** One output form: pieces of text, written one after the other. */
export type ReachFormat = (lines: Iterable<ReachLine>, rest: ReachRest) => Generator<string>;

export const REACH_FORMATS: Readonly<Record<string, ReachFormat>> = {
  text: textForm,
  json: jsonForm,
  csv: csvForm,
  dot: dotForm,
  mermaid: mermaidForm,
};

function endText(end: Endpoint): string {
  return end.type === 'workload' ? refText(end.node.ref) : rangeText(end.range);
}

function endJson(end: Endpoint): unknown {
  return end.type === 'workload' ? refJson(end.node.ref) : { range: rangeText(end.range) };
}

function refJson({ kind, namespace, name }: WorkloadRefText): {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
} {
  return { kind, namespace, name };
}

function* textForm(lines: Iterable<ReachLine>, rest: ReachRest): Generator<string> {
  let count = 0;
  for (const { connection, explain } of lines) {
    count += 1;
    const certainty = connection.certainty === '' ? '' : `  (${connection.certainty})`;
    yield `${endText(connection.source)} -> ${endText(connection.destination)}  ${portsText(connection.ports)}${certainty}\n`;
    if (explain !== null) yield `    egress:  ${explain.egress}\n    ingress: ${explain.ingress}\n`;
  }
  if (count === 0 && rest.itself.length === 0) {
    yield `no connection is ${rest.unknown.length === 0 ? '' : 'known to be '}allowed\n`;
  }
  for (const text of rest.itself) yield `${text}\n`;
  for (const { ref, reason } of rest.notApplicable) yield `not applicable: ${refText(ref)}, ${reason}\n`;
  for (const { ref, reason } of rest.unknown) yield `unknown: ${refText(ref)}, ${reason}\n`;
  for (const caveat of rest.caveats) yield `not judged: ${caveat}\n`;
}

/** Written piece by piece: the connections of a large cluster do not fit into one string. */
function* jsonForm(lines: Iterable<ReachLine>, rest: ReachRest): Generator<string> {
  yield '{\n  "connections": [';
  let separator = '\n    ';
  for (const { connection, explain } of lines) {
    yield (
      separator +
      JSON.stringify({
        src: endJson(connection.source),
        dst: endJson(connection.destination),
        ports: portsJson(connection.ports),
        ...(connection.certainty === '' ? {} : { certainty: connection.certainty }),
        ...(explain === null ? {} : { explain }),
      })
    );
    separator = ',\n    ';
  }
  const list = (items: ReachRest['unknown']): string =>
    JSON.stringify(items.map(({ ref, reason }) => ({ ...refJson(ref), reason })));
  yield `\n  ],\n  "notApplicable": ${list(rest.notApplicable)},\n  "unknown": ${list(rest.unknown)},\n`;
  yield `  "caveats": ${JSON.stringify(rest.caveats)}\n}\n`;
}

function* csvForm(lines: Iterable<ReachLine>): Generator<string> {
  yield 'src_kind,src_namespace,src_name,dst_kind,dst_namespace,dst_name,ports,certainty,egress,ingress\r\n';
  for (const { connection, explain } of lines) {
    const cells = [
      ...endCells(connection.source),
      ...endCells(connection.destination),
      portsText(connection.ports),
      connection.certainty,
      explain?.egress ?? '',
      explain?.ingress ?? '',
    ];
    yield `${cells.map(csvCell).join(',')}\r\n`;
  }
}

function endCells(end: Endpoint): readonly string[] {
  if (end.type === 'outside') return ['Range', '', rangeText(end.range)];
  return [end.node.ref.kind, end.node.ref.namespace, end.node.ref.name];
}

/** RFC 4180; a leading `=`, `+`, `-` or `@` would be a formula in a spreadsheet. */
function csvCell(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function* dotForm(lines: Iterable<ReachLine>): Generator<string> {
  yield 'digraph reach {\n  rankdir=LR;\n  node [shape=box];\n';
  for (const { connection } of lines) {
    const style = connection.certainty === '' ? '' : ', style=dashed';
    const label = dotQuoted(portsText(connection.ports));
    yield `  ${dotQuoted(endText(connection.source))} -> ${dotQuoted(endText(connection.destination))} [label=${label}${style}];\n`;
  }
  yield '}\n';
}

function dotQuoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function* mermaidForm(lines: Iterable<ReachLine>): Generator<string> {
  yield 'flowchart LR\n';
  const ids = new Map<string, string>();
  const node = (text: string): string => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = `n${ids.size}`;
    ids.set(text, id);
    return `${id}["${inMermaid(text)}"]`;
  };
  for (const { connection } of lines) {
    const arrow = connection.certainty === '' ? '-->' : '-.->';
    const source = node(endText(connection.source));
    yield `  ${source} ${arrow}|"${portsText(connection.ports)}"| ${node(endText(connection.destination))}\n`;
  }
}
