import type { ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import { PANES, type Finding, type PaneName } from '../model/finding.ts';
import { ALL_KINDS, kindInfo, type Kind } from '../model/kind.ts';
import type { Rule } from '../rules/rule.ts';
import { METRICS_NOT_READ } from '../store/cluster-store.ts';
import { forEachPane } from './state.ts';

/** Panes with rules that read the API server's metrics. */
const METRIC_PANES: readonly PaneName[] = ['secrets', 'vigilance'];

/** What was read so far. */
export interface ReadingState {
  readonly coverage: readonly Coverage[];
  readonly facts: ClusterFacts;
  /** Whether audit logs are followed whose first look is not over. */
  readonly isAuditPending: boolean;
}

/**
 * How far the first reading is. Until the kinds that decide a verdict were read, a figure counts what happened to come
 * first, and a finding that rests on absence is none. What was read once stays read: a later relist hides nothing.
 */
export class FirstReading {
  readonly #needs: Readonly<Record<PaneName, readonly Kind[]>>;
  readonly #read = new Set<Kind>();
  #areKindsRead = false;
  #areMetricsRead = false;
  #isAuditRead = false;

  constructor(rules: readonly Rule[]) {
    this.#needs = neededKinds(rules);
  }

  /** Whether every kind was read, or failed to be. */
  get isOver(): boolean {
    return this.#areKindsRead;
  }

  /** Takes note of what was read; everything of it is judged. */
  observe({ coverage, facts, isAuditPending }: ReadingState): void {
    for (const one of coverage) if (!isAwaited(one)) this.#read.add(one.kind);
    this.#areKindsRead ||= coverage.length > 0 && !coverage.some(isAwaited);
    const isLive = facts.source === 'cluster' || facts.source === 'demo';
    this.#areMetricsRead ||= !isLive || facts.metricsReason !== METRICS_NOT_READ;
    this.#isAuditRead ||= !isAuditPending;
  }

  /** What the figures of a pane still wait for, as a person names it; empty once they are true. */
  pending(pane: PaneName): readonly string[] {
    const kinds = this.#areKindsRead ? [] : this.#needs[pane].filter((kind) => !this.#read.has(kind));
    const names = kinds.map((kind) => kindInfo(kind).resource);
    if (METRIC_PANES.includes(pane) && !this.#areMetricsRead) names.push('metrics');
    if (pane === 'audit' && !this.#isAuditRead) names.push('the audit log');
    return names;
  }

  /** `pending` of every pane. */
  allPending(): ReadonlyMap<PaneName, readonly string[]> {
    return new Map(PANES.map((pane) => [pane, this.pending(pane)]));
  }
}

/**
 * Whether a finding is true already: one that rests on absence, or on what is unknown, has to wait as long as the
 * figures of its pane do. A figure that counts without it would say that all is well.
 *
 * @param pending what each pane waits for
 */
export function mayShow(
  { absence, unknown, pane }: Finding,
  pending: ReadonlyMap<PaneName, readonly string[]>,
): boolean {
  return (absence !== true && unknown !== true) || pending.get(pane)?.length === 0;
}

/** A list that failed is waited for no longer, however often it is tried again: what it decides is unknown, and says so. */
function isAwaited({ status, reason }: Coverage): boolean {
  return status === 'syncing' && reason === '';
}

/** For each pane the kinds that its rules need, in the order of the table of kinds. */
function neededKinds(rules: readonly Rule[]): Readonly<Record<PaneName, readonly Kind[]>> {
  return forEachPane((pane) => {
    const needed = new Set(rules.filter((rule) => rule.id.startsWith(`${pane}/`)).flatMap((rule) => rule.needs));
    return ALL_KINDS.filter((kind) => needed.has(kind));
  });
}
