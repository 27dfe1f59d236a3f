/**
 * The least roles that allow what an audit log shows: no verb, name or namespace more. Requests that create at the top
 * level or delete collections carry no name for the authorizer, whatever the log names (k8s.io/apiserver
 * pkg/endpoints/request/requestinfo.go).
 */
import type { AuditEvent } from '../../model/audit-event.ts';
import type { PolicyRule, RoleObject } from '../../model/objects.ts';
import { requestKey } from '../../kube/audit-request-key.ts';
import { uncovered } from '../../kube/escalation-check.ts';
import { neverNamed } from '../../kube/rbac-inert.ts';
import { roleReach } from '../../kube/rbac-role-reach.ts';
import { ruleAllows, type RequestAttributes } from '../../kube/rbac-rule.ts';

/** A request that was allowed, with how often and one event that shows it. */
export interface SeenRequest {
  readonly request: RequestAttributes;
  readonly count: number;
  readonly auditID: string;
}

/** The rules of one namespace; '' for cluster scope. */
export interface LeastRole {
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
}

/** What a log shows where it shows nothing of a user. */
export interface LogAbout {
  /** Requests of the user that were refused. */
  readonly refused: number;
  /** Whose requests the log holds, the busiest first. */
  readonly others: readonly string[];
}

/** Events that are cited for a rule. */
const MOST_CITED = 3;
/** Other users that are counted; a log of people's mistypings stays small. */
const MOST_USERS = 1000;

/** Collects the requests that were allowed to one user, each kind once. */
export class SeenRequests {
  readonly #seen = new Map<string, { readonly request: RequestAttributes; count: number; auditID: string }>();
  readonly #ids = new Set<string>();
  readonly #username: string;
  readonly #others = new Map<string, number>();
  #refused = 0;

  constructor(username: string) {
    this.#username = username;
  }

  add(events: readonly AuditEvent[]): void {
    for (const event of events) {
      const { username } = event.impersonated ?? event.user;
      if (event.stage === 'RequestReceived') continue;
      if (username !== this.#username) {
        const count = this.#others.get(username);
        if (count !== undefined || this.#others.size < MOST_USERS) this.#others.set(username, (count ?? 0) + 1);
        continue;
      }
      if (event.decision === 'forbid') this.#refused += 1;
      if (event.decision !== 'allow') continue;
      const id = requestKey(event);
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      const request = requestOf(event);
      const key = JSON.stringify(request);
      const there = this.#seen.get(key);
      if (there === undefined) this.#seen.set(key, { request, count: 1, auditID: event.auditID });
      else there.count += 1;
    }
  }

  all(): readonly SeenRequest[] {
    return [...this.#seen.values()];
  }

  about(): LogAbout {
    const others = [...this.#others].sort(([, a], [, b]) => b - a).map(([name]) => name);
    return { refused: this.#refused, others };
  }
}

function requestOf({ verb, object, requestURI }: AuditEvent): RequestAttributes {
  if (object === null) return { type: 'path', verb, path: requestURI.split('?')[0] ?? '' };
  const { apiGroup: group, resource, subresource, namespace } = object;
  const name = neverNamed(verb, subresource) ? '' : object.name;
  return { type: 'resource', verb, group, resource, subresource, namespace, name };
}

/** Roles for what was seen, cluster scope first, then by namespace. */
export function leastRoles(seen: readonly SeenRequest[]): readonly LeastRole[] {
  const scopes = Map.groupBy(seen, ({ request }) => (request.type === 'resource' ? request.namespace : ''));
  return [...scopes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, own]) => ({ namespace, rules: rulesFor(own.map((one) => one.request)) }));
}

function rulesFor(requests: readonly RequestAttributes[]): readonly PolicyRule[] {
  const byTarget = new Map<string, { readonly rule: Omit<PolicyRule, 'verbs'>; readonly verbs: Set<string> }>();
  for (const request of requests) {
    const rule =
      request.type === 'path'
        ? { nonResourceURLs: [request.path] }
        : {
            apiGroups: [request.group],
            resources: [request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`],
            ...(request.name === '' ? {} : { resourceNames: [request.name] }),
          };
    const key = JSON.stringify(rule);
    const there = byTarget.get(key) ?? { rule, verbs: new Set() };
    there.verbs.add(request.verb);
    byTarget.set(key, there);
  }
  // Names of one resource that were asked for with the same verbs stand in one rule.
  const merged = new Map<string, PolicyRule>();
  for (const { rule, verbs } of byTarget.values()) {
    const sorted = [...verbs].sort();
    const { resourceNames, ...rest } = rule;
    const key = JSON.stringify([rest, sorted, resourceNames === undefined]);
    const before = merged.get(key);
    const names = [...(before?.resourceNames ?? []), ...(resourceNames ?? [])].sort();
    merged.set(key, { ...rest, verbs: sorted, ...(resourceNames === undefined ? {} : { resourceNames: names }) });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

/** How many of the events these roles allow again. */
export function replayed(
  roles: readonly LeastRole[],
  seen: readonly SeenRequest[],
): { readonly allowed: number; readonly of: number } {
  let allowed = 0;
  let of = 0;
  for (const { request, count } of seen) {
    of += count;
    const scope = request.type === 'resource' ? request.namespace : '';
    const isAllowed = roles.some(
      (role) => role.namespace === scope && role.rules.some((rule) => ruleAllows(rule, request)),
    );
    if (isAllowed) allowed += count;
  }
  return { allowed, of };
}

/** A role that is there and gives all that a least role gives. */
export interface FittingRole {
  readonly role: RoleObject;
  /** What it gives beyond that, one verb, group, resource and name each. */
  readonly extra: readonly PolicyRule[];
}

/** Roles that give a little more than needed may still be the better choice than one more role. */
const MOST_EXTRA = 3;

/**
 * The role that is there and comes nearest to a least role: it gives all of it and at most a few permissions more, none
 * of them dangerous.
 *
 * @param roles that a binding in the scope of the least role may name
 */
export function fittingRole({ namespace, rules }: LeastRole, roles: readonly RoleObject[]): FittingRole | undefined {
  let best: FittingRole | undefined;
  for (const role of roles) {
    if (uncovered(role.rules, rules).length > 0) continue;
    const extra = uncovered(rules, role.rules);
    if (
      extra.length > MOST_EXTRA ||
      isDangerous(extra, namespace === '') ||
      (best !== undefined && best.extra.length <= extra.length)
    )
      continue;
    best = { role, extra };
  }
  return best;
}

function isDangerous(rules: readonly PolicyRule[], isClusterWide: boolean): boolean {
  const { everything, held } = roleReach(rules, isClusterWide);
  return everything >= 0 || held.length > 0;
}

/** The events that a rule of a least role is there for: `12 events, such as ID, ID`. */
export function citation(rule: PolicyRule, namespace: string, seen: readonly SeenRequest[]): string {
  const own = seen.filter(
    ({ request }) => (request.type === 'resource' ? request.namespace : '') === namespace && ruleAllows(rule, request),
  );
  // Requests for several names may have been counted together.
  const counts = new Map(own.map((one) => [one.auditID, one.count]));
  const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
  return `${count} ${count === 1 ? 'event' : 'events'}, such as ${[...counts.keys()].slice(0, MOST_CITED).join(', ')}`;
}
