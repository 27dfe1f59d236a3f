import { brokenFlows, flowText } from '../analyses/network/broken-flows.ts';
import { declaredFlows } from '../analyses/network/declared-flows.ts';
import { connectionDifference } from '../analyses/network/connection-difference.ts';
import { portsText } from '../kube/port-set.ts';
import { kindInfo } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Scope } from './scope.ts';

/** Exactly which connections differ between two states, a line each; all others are the same. */
export interface ConnectionChange {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Declared connections that close: something that runs needs them. */
  readonly broken: readonly string[];
  /** Workloads whose policies can't be decided: what changes for them is not known. */
  readonly undecided: readonly string[];
  /** Resources that declare connections and could not wholly be read. */
  readonly unread: readonly string[];
}

export function connectionChange(before: ClusterView, after: ClusterView): ConnectionChange {
  const { opened, closed, undecided } = connectionDifference(before, after);
  const line = ({ source, destination, ports }: (typeof opened)[number]): string =>
    `${source} to ${destination} on ${portsText(ports)}`;
  return {
    opened: opened.map(line).sort(),
    closed: closed.map(line).sort(),
    broken: [...new Set(brokenFlows(before, after).map(flowText))].sort(),
    undecided,
    unread: declaredFlows(after).unread.map((kind) => kindInfo(kind).resource),
  };
}

/** Whether a report of this scope speaks of connections. */
export function speaksOfConnections({ panes, rules }: Scope): boolean {
  const isAsked = rules.length === 0 || rules.some((rule) => rule.startsWith('network/'));
  return isAsked && (panes.length === 0 || panes.includes('network'));
}

/** What is not known of a change, a sentence each. */
export function unknownConnections({ undecided, unread }: ConnectionChange): readonly string[] {
  return [
    ...undecided.map((name) => `not known for ${name}: its policies can not be decided`),
    ...unread.map((resource) => `not known what ${resource} declare: not all could be read`),
  ];
}
