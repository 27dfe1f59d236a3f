import type { AuditEvent } from '../../model/audit-event.ts';
import { MOST_CITED, type CitedRequest, type Witness } from '../../model/observation.ts';
import type { PastRange } from '../../model/past.ts';
import { accessOf } from '../../kube/accesses.ts';

interface Gathered extends Witness {
  readonly times: number[];
  earliest: readonly CitedRequest[];
}

/**
 * Gathers what events prove about access up to the end of a range: allowed requests that reach into a workload. A
 * connection counts when it starts (its end may come hours later); a refused or failed request proves nothing. Memory
 * depends on how many different ones there are, and how often they came within the range.
 */
export class Witnesses {
  readonly #range: PastRange;
  readonly #byRequest = new Map<string, Gathered>();

  constructor(range: PastRange) {
    this.#range = range;
  }

  add(event: AuditEvent): void {
    const { object, verb, stage, code, decision, time, auditID } = event;
    if (time > this.#range.to || object === null || decision !== 'allow') return;
    if (stage === 'RequestReceived' || stage === 'Panic' || (code !== null && code >= 400)) return;
    const { resource, subresource, apiGroup: group, namespace, name } = object;
    if (accessOf({ group, resource, subresource, verb }) === undefined) return;
    // The authorizer decided about the impersonated user (k8s.io/apiserver pkg/server/config.go, the handler chain).
    const { username, groups } = event.impersonated ?? event.user;
    const asked = { username, groups, verb, group, resource, subresource, namespace, name, reason: event.reason };
    const key = JSON.stringify(Object.values(asked));
    let there = this.#byRequest.get(key);
    if (there === undefined) this.#byRequest.set(key, (there = { ...asked, times: [], earliest: [] }));
    there.times.push(time);
    const latest = there.earliest[MOST_CITED - 1];
    if (latest === undefined || time <= latest.time)
      there.earliest = earliestOf([...there.earliest, { time, auditID }]);
  }

  /** In order of first appearance. */
  all(): readonly Witness[] {
    return Array.from(this.#byRequest.values(), (one) => ({ ...one, times: asked(one.times, this.#range.from) }));
  }
}

/** The earliest requests, each once: it is logged when it starts and when it ends. */
export function earliestOf(cited: readonly CitedRequest[]): readonly CitedRequest[] {
  const byID = new Map(cited.toSorted(byTime).map((one) => [one.auditID, one]));
  return [...byID.values()].slice(0, MOST_CITED);
}

function byTime(a: CitedRequest, b: CitedRequest): number {
  return a.time - b.time || (a.auditID < b.auditID ? -1 : 1);
}

function asked(times: readonly number[], from: number): readonly number[] {
  const inOrder = times.toSorted((a, b) => a - b);
  const within = inOrder.findIndex((time) => time >= from);
  return within < 0 ? inOrder.slice(-1) : inOrder.slice(Math.max(0, within - 1));
}
