import { requestPath } from '../../kube/request-uri.ts';
import type { AuditEvent, AuditObjectRef } from '../../model/audit-event.ts';
import type { AuditUse } from '../../model/audit-state.ts';

/** Different uses that are kept: at about 400 bytes each, 20 MB. */
const MOST_USES = 50_000;
/** Names of one use that are kept; whoever asks for more asks for any. */
const MOST_NAMES = 20;

interface Counted {
  readonly key: Omit<AuditUse, 'names' | 'count' | 'first' | 'last' | 'answered' | 'auditID'>;
  readonly names: Set<string>;
  count: number;
  first: number;
  last: number;
  answered: number | null;
  auditID: string;
  /** What was handed out last; undefined where something came since. */
  shown: AuditUse | undefined;
}

/**
 * Which requests RBAC allowed and who read Secrets, each kind of request of a user once. Memory is bounded; what did not
 * fit is said.
 */
export class AccessUses {
  readonly #uses = new Map<string, Counted>();
  /** The last use of each object: the reader of logs shares the parts of requests that are alike. */
  readonly #last = new WeakMap<AuditObjectRef, Counted>();
  #isComplete = true;

  /** False where more kinds of requests came than are kept: nothing can then be said not to have happened. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  add(events: readonly AuditEvent[]): void {
    for (const event of events) {
      if (event.decision !== 'allow' || event.stage === 'RequestReceived') continue;
      if (event.reason === '' && !isOfSecrets(event)) continue;
      this.#addOne(event);
    }
  }

  /** In order of first appearance. */
  uses(): readonly AuditUse[] {
    return Array.from(this.#uses.values(), (one) => (one.shown ??= shownUse(one)));
  }

  #addOne(event: AuditEvent): void {
    const there = this.#useOf(event);
    if (there === undefined) return;
    const { object } = event;
    if (object !== null && there.names.size <= MOST_NAMES) there.names.add(object.name);
    there.count += event.stage === 'ResponseComplete' ? 1 : 0;
    there.first = Math.min(there.first, event.time);
    if (event.time >= there.last) {
      there.last = event.time;
      there.auditID = event.auditID;
    }
    if (event.code === null || (event.code >= 200 && event.code < 300)) {
      there.answered = Math.max(there.answered ?? event.time, event.time);
    }
    there.shown = undefined;
  }

  /** @returns undefined where it does not fit in any more */
  #useOf(event: AuditEvent): Counted | undefined {
    const { object } = event;
    const last = object === null ? undefined : this.#last.get(object);
    if (last !== undefined && isOf(last.key, event)) return last;
    // The authorizer was asked about whom the request acts as.
    const { username, groups } = event.impersonated ?? event.user;
    const path = object === null ? requestPath(event.requestURI) : '';
    const what =
      object === null
        ? path
        : `${object.apiGroup}\n${object.resource}\n${object.subresource}\n${object.namespace}\n${object.name === ''}`;
    const key = `${username}\n${event.verb}\n${what}\n${event.reason}`;
    let there = this.#uses.get(key);
    if (there === undefined) {
      if (this.#uses.size >= MOST_USES) {
        this.#isComplete = false;
        return undefined;
      }
      there = {
        key: {
          username,
          groups,
          verb: event.verb,
          apiGroup: object?.apiGroup ?? '',
          resource: object?.resource ?? '',
          subresource: object?.subresource ?? '',
          namespace: object?.namespace ?? '',
          path: object === null ? path : null,
          reason: event.reason,
        },
        names: new Set(),
        count: 0,
        first: event.time,
        last: event.time,
        answered: null,
        auditID: event.auditID,
        shown: undefined,
      };
      this.#uses.set(key, there);
    }
    if (object !== null) this.#last.set(object, there);
    return there;
  }
}

function isOf({ username, verb, reason }: Counted['key'], event: AuditEvent): boolean {
  return username === (event.impersonated ?? event.user).username && verb === event.verb && reason === event.reason;
}

/** Not by RBAC: of system:masters. What kubelets read for their pods is known from the pods, and would fill the memory. */
function isOfSecrets({ object, user }: AuditEvent): boolean {
  return object?.resource === 'secrets' && !user.username.startsWith('system:node:');
}

function shownUse({ key, names, count, first, last, answered, auditID }: Counted): AuditUse {
  const own = names.size > MOST_NAMES ? null : [...names].sort();
  return { ...key, names: own, count: Math.max(1, count), first, last, answered, auditID };
}
