import type { AuditEvent, AuditObjectRef, AuditUser } from '../model/audit-event.ts';
import { bodyFacts, readsBodies } from './audit-body.ts';
import { isObject, type JsonObject } from './audit-json.ts';
import { createTimeReader } from './audit-time.ts';
import { exactText } from './exact-text.ts';
import { sanitise } from './sanitise.ts';

/** Names that occur often are kept once; when there are more, all are forgotten and learned anew. */
const MOST_INTERNED = 20_000;
const MOST_USERS = 5_000;
/** Longer than any list of groups or addresses that a real server logs. */
const MOST_ITEMS = 64;

const LONGEST_URI = 2048;
/** A command is not hidden from detections by padding before it. */
const LONGEST_COMMAND = 64 * 1024;

const DECISION = 'authorization.k8s.io/decision';
const REASON = 'authorization.k8s.io/reason';
/** What webhooks changed, which may be the values of a Secret (k8s.io/apiserver admission/plugin/webhook/mutating). */
const PATCHES = 'patch.webhook.admission.k8s.io/';
const NO_TEXTS: readonly string[] = [];
const NO_RECORD: Readonly<Record<string, never>> = {};
const NOBODY: AuditUser = { username: '', uid: '', groups: NO_TEXTS, extra: NO_RECORD };

/**
 * Makes `AuditEvent`s from parsed audit.k8s.io Events (v1, v1beta1 and v1alpha1 alike: the older ones have `timestamp`
 * or `metadata.creationTimestamp` instead of the two stage times). Equal users, names and address lists come out as one
 * shared value. Source: kubernetes/apiserver pkg/apis/audit/v1/types.go.
 */
export interface AuditNormaliser {
  /** @returns null for what is no audit event (no id, stage or time) */
  normalise(raw: JsonObject): AuditEvent | null;
  /** What is asked for, as the event of the same fields says it. */
  asked(raw: AskedFields): Asked;
}

export type Asked = Pick<AuditEvent, 'verb' | 'object'>;

type AskedFields = { readonly [field in 'verb' | 'objectRef']: unknown };

export function createAuditNormaliser(): AuditNormaliser {
  return new Normaliser();
}

class Normaliser implements AuditNormaliser {
  readonly #time = createTimeReader();
  readonly #names = new Map<string, string>();
  readonly #reasons = new Map<string, string>();
  readonly #users = new Map<string, AuditUser>();
  readonly #addresses = new Map<string, readonly string[]>();

  normalise(raw: JsonObject): AuditEvent | null {
    const { auditID: id, stage: stageText, level: levelText } = raw;
    const stage = stageOf(stageText);
    if (typeof id !== 'string' || id === '' || stage === null) return null;
    const time = this.#timeOf(raw);
    if (Number.isNaN(time)) return null;
    const level: AuditEvent['level'] =
      levelText === 'Request' || levelText === 'RequestResponse' ? levelText : 'Metadata';
    const { verb, object } = this.asked({ verb: raw['verb'], objectRef: raw['objectRef'] });
    const uri = raw['requestURI'];
    const status = raw['responseStatus'];
    const code = isObject(status) ? status['code'] : undefined;
    const constraint = raw['authenticationMetadata'];
    const annotations = raw['annotations'];
    const decision = isObject(annotations) ? annotations[DECISION] : undefined;
    return {
      auditID: sanitise(id),
      stage,
      level,
      time,
      verb,
      requestURI: typeof uri === 'string' ? cleanUri(uri, object) : '',
      user: this.#user(raw['user']) ?? NOBODY,
      impersonated: this.#user(raw['impersonatedUser']),
      sourceIPs: this.#addressList(raw['sourceIPs']),
      userAgent: this.#name(raw['userAgent']),
      object,
      code: typeof code === 'number' && code > 0 ? code : null,
      statusReason: isObject(status) ? this.#name(status['reason']) : '',
      statusMessage: isObject(status) ? text(status['message']) : '',
      impersonationConstraint: isObject(constraint) ? this.#name(constraint['impersonationConstraint']) : '',
      decision: decision === 'allow' || decision === 'forbid' ? decision : null,
      reason: isObject(annotations) ? this.#known(this.#reasons, annotations[REASON], sanitise) : '',
      annotations: isObject(annotations) ? this.#annotations(annotations) : NO_RECORD,
      body: bodyOf(raw, verb, object),
    };
  }

  asked({ verb, objectRef }: AskedFields): Asked {
    return { verb: this.#name(verb), object: this.#object(objectRef) };
  }

  #timeOf(raw: JsonObject): number {
    const received = this.#time(raw['requestReceivedTimestamp']);
    if (!Number.isNaN(received)) return received;
    const staged = this.#time(raw['stageTimestamp']);
    if (!Number.isNaN(staged)) return staged;
    const old = this.#time(raw['timestamp']);
    if (!Number.isNaN(old)) return old;
    const metadata = raw['metadata'];
    return isObject(metadata) ? this.#time(metadata['creationTimestamp']) : Number.NaN;
  }

  /** A text of which there are few different ones. */
  #name(value: unknown): string {
    return this.#known(this.#names, value, exactText);
  }

  #known(cache: Map<string, string>, value: unknown, clean: (raw: string) => string): string {
    if (typeof value !== 'string' || value === '') return '';
    const known = cache.get(value);
    if (known !== undefined) return known;
    if (cache.size >= MOST_INTERNED) cache.clear();
    const made = clean(value);
    cache.set(value, made);
    return made;
  }

  #object(raw: unknown): AuditObjectRef | null {
    if (!isObject(raw)) return null;
    return {
      resource: this.#name(raw['resource']),
      subresource: this.#name(raw['subresource']),
      namespace: this.#name(raw['namespace']),
      name: exactText(stringOf(raw['name'])),
      apiGroup: this.#name(raw['apiGroup']),
      uid: text(raw['uid']),
    };
  }

  #user(raw: unknown): AuditUser | null {
    if (!isObject(raw)) return null;
    const { username, uid, groups, extra } = raw;
    const name = stringOf(username);
    const known = this.#users.get(name);
    if (known !== undefined && isSameUser(known, raw)) return known;
    const user: AuditUser = {
      username: exactText(name),
      uid: text(uid),
      groups: texts(groups),
      extra: extraOf(extra),
    };
    // One whose texts were changed is not what another says whose own texts read so.
    if (isSameUser(user, raw)) {
      if (this.#users.size >= MOST_USERS) this.#users.clear();
      this.#users.set(name, user);
    }
    return user;
  }

  #addressList(raw: unknown): readonly string[] {
    if (!Array.isArray(raw) || raw.length === 0) return NO_TEXTS;
    if (raw.length > 1) return texts(raw);
    const only: unknown = raw[0];
    if (typeof only !== 'string') return NO_TEXTS;
    const known = this.#addresses.get(only);
    if (known !== undefined) return known;
    if (this.#addresses.size >= MOST_INTERNED) this.#addresses.clear();
    const list = [exactText(only)];
    this.#addresses.set(only, list);
    return list;
  }

  #annotations(raw: JsonObject): Readonly<Record<string, string>> {
    let others: Record<string, string> | undefined;
    for (const key in raw) {
      if (key === DECISION || key === REASON || key.startsWith(PATCHES) || !Object.hasOwn(raw, key)) continue;
      const value = raw[key];
      if (typeof value === 'string' && key !== '__proto__') (others ??= {})[this.#name(key)] = sanitise(value);
    }
    return others ?? NO_RECORD;
  }
}

/** What the bodies say of a write whose object has facts that matter. */
function bodyOf(raw: JsonObject, verb: string, object: AuditObjectRef | null): AuditEvent['body'] {
  if (object === null || !readsBodies(verb, object)) return null;
  const requestObject = raw['requestObject'];
  const responseObject = raw['responseObject'];
  if (!isBody(requestObject) && !isBody(responseObject)) return null;
  return bodyFacts(object.resource, verb, requestObject, responseObject);
}

/** Whether the cached user is what the event says, compared before anything is cleaned or copied. */
function isSameUser(known: AuditUser, raw: JsonObject): boolean {
  if (known.uid !== (raw['uid'] ?? '')) return false;
  const groups: unknown = raw['groups'];
  if (!isSameList(known.groups, groups)) return false;
  const extra = raw['extra'];
  if (!isObject(extra)) return known.extra === NO_RECORD;
  let count = 0;
  for (const key in extra) {
    const there = Object.hasOwn(known.extra, key) ? known.extra[key] : undefined;
    if (there === undefined || !isSameList(there, extra[key])) return false;
    count += 1;
  }
  for (const _ in known.extra) count -= 1;
  return count === 0;
}

function isSameList(known: readonly string[], raw: unknown): boolean {
  if (!Array.isArray(raw)) return known.length === 0;
  if (raw.length !== known.length) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== raw[at]) return false;
  return true;
}

function extraOf(raw: unknown): Readonly<Record<string, readonly string[]>> {
  if (!isObject(raw)) return NO_RECORD;
  const extra: Record<string, readonly string[]> = {};
  let count = 0;
  for (const key in raw) {
    if (count >= MOST_ITEMS || !Object.hasOwn(raw, key) || key === '__proto__') continue;
    extra[exactText(key)] = texts(raw[key]);
    count += 1;
  }
  return count === 0 ? NO_RECORD : extra;
}

/** A request's path and query, sanitised and cut, though not so short that a command could hide behind padding. */
export function cleanUri(uri: string, object: AuditObjectRef | null): string {
  return sanitise(uri, object?.subresource === 'exec' ? LONGEST_COMMAND : LONGEST_URI);
}

function stageOf(value: unknown): AuditEvent['stage'] | null {
  switch (value) {
    case 'RequestReceived':
    case 'ResponseStarted':
    case 'ResponseComplete':
    case 'Panic':
      return value;
    default:
      return null;
  }
}

/** A patch is a list; a word stands where a provider left a body out. */
function isBody(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown, longest?: number): string {
  return sanitise(stringOf(value), longest);
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return NO_TEXTS;
  const clean: string[] = [];
  for (const one of value) if (typeof one === 'string' && clean.length < MOST_ITEMS) clean.push(exactText(one));
  return clean;
}
