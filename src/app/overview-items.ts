import { severityRank, type Finding } from '../model/finding.ts';
import type { SessionSnapshot } from './session-model.ts';

/** Findings of one rule and severity, told as one line by the first of them. */
export interface FindingGroup {
  readonly first: Finding;
  /** How many more there are. */
  readonly more: number;
  /** When the newest of them opened in this session; null where none did. */
  readonly opened: number | null;
  /** Since when the oldest of them is known; null where nothing tells. */
  readonly seen: number | null;
}

export interface OverviewGroups {
  /** What an actor of the audit log did, and what opened during this session. */
  readonly now: readonly FindingGroup[];
  /** Everything else. */
  readonly standing: readonly FindingGroup[];
}

/** Groups by severity; nobody reads further on an overview. */
const MAX_GROUPS = 40;

const CACHE = new WeakMap<SessionSnapshot, Map<string, OverviewGroups>>();

/** The findings of a snapshot, the worst first, apart by whether they happen now. */
export function overviewGroups(snapshot: SessionSnapshot, namespace: string | null): OverviewGroups {
  let cached = CACHE.get(snapshot);
  if (cached === undefined) CACHE.set(snapshot, (cached = new Map()));
  const key = namespace ?? '';
  let groups = cached.get(key);
  if (groups === undefined) cached.set(key, (groups = group(snapshot, namespace)));
  return groups;
}

interface Growing {
  first: Finding;
  more: number;
  opened: number | null;
  seen: number | null;
}

function group(snapshot: SessionSnapshot, namespace: string | null): OverviewGroups {
  const now = new Map<string, Growing>();
  const standing = new Map<string, Growing>();
  for (const finding of snapshot.findings.values()) {
    if (namespace !== null && finding.subject.namespace !== namespace) continue;
    if (finding.unknown === true) continue;
    const opened = snapshot.opened.get(finding.id) ?? null;
    const isDetection = finding.pane === 'audit' && finding.subject.kind === 'Actor';
    const happening = isDetection || opened !== null;
    add(happening ? now : standing, finding, opened, snapshot.firstSeen.get(finding.id) ?? null);
  }
  return { now: ordered(now), standing: ordered(standing) };
}

function add(groups: Map<string, Growing>, finding: Finding, opened: number | null, seen: number | null): void {
  const key = `${finding.severity} ${finding.rule}`;
  const there = groups.get(key);
  if (there === undefined) {
    groups.set(key, { first: finding, more: 0, opened, seen });
    return;
  }
  there.more += 1;
  there.opened = Math.max(there.opened ?? 0, opened ?? 0) || null;
  there.seen = Math.min(there.seen ?? Infinity, seen ?? Infinity);
  if (there.seen === Infinity) there.seen = null;
  // The same finding tells the group whatever the order of arrival.
  if (finding.id < there.first.id) there.first = finding;
}

function ordered(groups: ReadonlyMap<string, Growing>): readonly FindingGroup[] {
  return [...groups.values()]
    .sort(
      (a, b) =>
        severityRank(a.first.severity) - severityRank(b.first.severity) ||
        (b.opened ?? 0) - (a.opened ?? 0) ||
        (a.first.id < b.first.id ? -1 : 1),
    )
    .slice(0, MAX_GROUPS);
}
