import type { ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Connection } from './session-model.ts';

/**
 * The connection as the coverage of the kinds tells it.
 *
 * @param failure why no cluster can be reached; '' where one is
 * @param started when the source was started, milliseconds
 */
export function connectionOf(
  coverage: readonly Coverage[],
  facts: ClusterFacts,
  failure: string,
  started: number,
): Connection {
  const total = coverage.length;
  const done = coverage.filter((one) => one.status !== 'syncing').length;
  const base = { done, total, since: started, reason: '' };
  const stale = coverage.filter((one) => one.status === 'stale');
  if (failure !== '') return { ...base, status: done > 0 ? 'stale' : 'failed', reason: failure };
  if (total === 0) return { ...base, status: 'connecting' };
  if (done < total) return { ...base, status: 'syncing' };
  if (stale.length > 0) {
    const since = Math.min(...stale.map((one) => one.since));
    const reason = stale.find((one) => one.reason !== '')?.reason ?? 'the connection is lost; k8sec tries again';
    return { ...base, status: 'stale', since, reason };
  }
  const isStatic = facts.source === 'files' || facts.source === 'snapshot';
  const since = Math.max(...coverage.map((one) => one.since));
  return { ...base, status: isStatic ? 'static' : 'live', since };
}
