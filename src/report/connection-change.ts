import { brokenFlows, flowText } from '../analyses/network/broken-flows.ts';
import { declaredFlows } from '../analyses/network/declared-flows.ts';
import { connectionDifference } from '../analyses/network/connection-difference.ts';
import type { DeclaredFlow, FlowEnd } from '../analyses/network/declared-flow.ts';
import { compiledPolicies, selectingPolicies } from '../analyses/network/policies.ts';
import type { Direction } from '../kube/network-policy-rule.ts';
import { refOf } from '../kube/object-ref.ts';
import { portsText } from '../kube/port-set.ts';
import type { ObjectRef } from '../model/finding.ts';
import { kindInfo } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Scope } from './scope.ts';

/** Exactly which connections differ between two states, a line each; all others are the same. */
export interface ConnectionChange {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Declared connections that close: something that runs needs them. */
  readonly broken: readonly BrokenConnection[];
  /** Workloads whose policies can't be decided: what changes for them is not known. */
  readonly undecided: readonly string[];
  /** Resources that declare connections and could not wholly be read. */
  readonly unread: readonly string[];
}

export interface BrokenConnection {
  readonly text: string;
  /** What closes it: the policy that is new or differs, else the workload at one of its ends. */
  readonly subject: ObjectRef;
}

/** A line of a list of connections. */
export interface ConnectionLine {
  readonly change: 'error' | 'closes' | 'opens' | 'unknown';
  readonly text: string;
}

export function connectionChange(before: ClusterView, after: ClusterView): ConnectionChange {
  const { opened, closed, undecided } = connectionDifference(before, after);
  const line = ({ source, destination, ports }: (typeof opened)[number]): string =>
    `${source} to ${destination} on ${portsText(ports)}`;
  return {
    opened: opened.map(line).sort(),
    closed: closed.map(line).sort(),
    broken: brokenConnections(before, after),
    undecided,
    unread: declaredFlows(after).unread.map((kind) => kindInfo(kind).resource),
  };
}

function brokenConnections(before: ClusterView, after: ClusterView): readonly BrokenConnection[] {
  const byText = new Map(brokenFlows(before, after).map((flow) => [flowText(flow), flow]));
  return [...byText]
    .map(([text, flow]) => ({ text, subject: closedBy(before, after, flow) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

function closedBy(before: ClusterView, after: ClusterView, { source, destination }: DeclaredFlow): ObjectRef {
  const changed = (end: FlowEnd, direction: Direction): readonly ObjectRef[] =>
    (end.type === 'workload' ? end.workload.classes : []).flatMap(({ namespace, labels }) =>
      selectingPolicies(compiledPolicies(after, namespace), labels, direction)
        .map((policy) => policy.object)
        .filter((object) => before.get('NetworkPolicy', object.namespace, object.name) !== object)
        .map(refOf),
    );
  const ends = [destination, source].flatMap((end) => (end.type === 'workload' ? [end.workload.ref] : []));
  const [first] = [...changed(destination, 'ingress'), ...changed(source, 'egress'), ...ends];
  if (first === undefined) throw new Error('a declared connection has a workload at one of its ends');
  return first;
}

/** All that is to be told of a change, the worst first. */
export function connectionLines(change: ConnectionChange): readonly ConnectionLine[] {
  return [
    ...change.broken.map(({ text }) => ({ change: 'error' as const, text: `closes a declared connection: ${text}` })),
    ...change.closed.map((text) => ({ change: 'closes' as const, text })),
    ...change.opened.map((text) => ({ change: 'opens' as const, text })),
    ...unknownConnections(change).map((text) => ({ change: 'unknown' as const, text })),
  ];
}

/** `4 close, 0 open, all others stay as they are` */
export function connectionCounts({ opened, closed }: ConnectionChange): string {
  return `${closed.length} close, ${opened.length} open, all others stay as they are`;
}

/** Whether a report of this scope speaks of connections. */
export function speaksOfConnections({ panes, rules }: Scope): boolean {
  const isAsked = rules.length === 0 || rules.some((rule) => rule.startsWith('network/'));
  return isAsked && (panes.length === 0 || panes.includes('network'));
}

/** What is not known of a change, a sentence each. */
function unknownConnections({ undecided, unread }: ConnectionChange): readonly string[] {
  return [
    ...undecided.map((name) => `not known for ${name}: its policies can not be decided`),
    ...unread.map((resource) => `not known what ${resource} declare: not all could be read`),
  ];
}
