import type { AuditBodyFacts, AuditObjectRef } from '../model/audit-event.ts';
import { isObject, listAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from './audit-json.ts';
import { holdsPodSpec, podFacts } from './audit-pod-facts.ts';
import { findCredentials, judgeCredential } from './credential-detector.ts';
import { exactText } from './exact-text.ts';

type Binding = NonNullable<AuditBodyFacts['binding']>;
type Rules = NonNullable<AuditBodyFacts['rules']>;

const NO_FACTS: AuditBodyFacts = {
  patch: false,
  pod: null,
  binding: null,
  rules: null,
  service: null,
  ingressWithoutTLS: false,
  credentialKeys: [],
  csr: null,
};

/** Resources whose bodies are read; all other bodies are dropped unseen. */
const BODY_RESOURCES = new Set([
  'rolebindings',
  'clusterrolebindings',
  'roles',
  'clusterroles',
  'services',
  'ingresses',
  'configmaps',
  'certificatesigningrequests',
]);

/** Whether detections read bodies of this resource. */
export function hasBodyFacts(resource: string): boolean {
  return BODY_RESOURCES.has(resource) || holdsPodSpec(resource);
}

const WRITES = new Set(['create', 'update', 'patch', 'apply']);

/** Whether detections read the bodies of a request. */
export function readsBodies(verb: string, object: AuditObjectRef): boolean {
  const { resource, subresource } = object;
  return WRITES.has(verb) && hasBodyFacts(resource) && (subresource === '' || subresource === 'ephemeralcontainers');
}

/**
 * Reduces a request's bodies to facts. `requestObject` is what the client sent, before defaults and admission; for a
 * patch it is the raw patch: a merge patch, an apply configuration, or a list of JSON patch operations
 * (kubernetes.io/docs/tasks/debug/debug-cluster/audit). No value of an env variable, Secret or ConfigMap survives.
 */
export function bodyFacts(resource: string, verb: string, request: unknown, response: unknown): AuditBodyFacts {
  const isPatch = verb === 'patch' || verb === 'apply';
  const sent = Array.isArray(request) ? patched(request) : isObject(request) ? request : null;
  const answered = isObject(response) && response['kind'] !== 'Status' ? response : null;
  const body = sent ?? (isPatch ? null : answered);
  if (body === null) return { ...NO_FACTS, patch: isPatch, binding: bindingOf(resource, answered) };
  const pod = holdsPodSpec(resource) ? podFacts(resource, body) : null;
  const realName = textAt(objectAt(answered, 'metadata'), 'name');
  return {
    patch: isPatch,
    pod: pod !== null && realName !== '' ? { ...pod, name: exactText(realName) } : pod,
    binding: bindingOf(resource, body) ?? bindingOf(resource, answered),
    rules: resource === 'roles' || resource === 'clusterroles' ? rulesOf(body) : null,
    service: resource === 'services' ? serviceOf(body) : null,
    ingressWithoutTLS: resource === 'ingresses' && isWithoutTLS(body),
    credentialKeys: resource === 'configmaps' ? credentialKeysOf(body) : [],
    csr: resource === 'certificatesigningrequests' ? csrOf(body) : null,
  };
}

function bindingOf(resource: string, body: JsonObject | null): Binding | null {
  if (resource !== 'rolebindings' && resource !== 'clusterrolebindings') return null;
  const role = objectAt(body, 'roleRef');
  if (role === null) return null;
  return {
    roleKind: exactText(textAt(role, 'kind')),
    roleName: exactText(textAt(role, 'name')),
    subjects: objectsAt(body, 'subjects')
      .slice(0, 100)
      .map((subject) => ({
        kind: exactText(textAt(subject, 'kind')),
        namespace: exactText(textAt(subject, 'namespace')),
        name: exactText(textAt(subject, 'name')),
      })),
  };
}

function rulesOf(body: JsonObject): Rules | null {
  if (!Array.isArray(body['rules'])) return null;
  const clean = (texts: readonly string[]): string[] => texts.slice(0, 200).map((text) => exactText(text));
  return objectsAt(body, 'rules')
    .slice(0, 500)
    .map((rule) => ({
      verbs: clean(textsAt(rule, 'verbs')),
      apiGroups: clean(textsAt(rule, 'apiGroups')),
      resources: clean(textsAt(rule, 'resources')),
      resourceNames: clean(textsAt(rule, 'resourceNames')),
    }));
}

function serviceOf(body: JsonObject): AuditBodyFacts['service'] {
  const spec = objectAt(body, 'spec');
  if (spec === null) return null;
  return { type: exactText(textAt(spec, 'type')), externalIPs: listAt(spec, 'externalIPs').length > 0 };
}

function isWithoutTLS(body: JsonObject): boolean {
  const spec = objectAt(body, 'spec');
  const isWritten = spec !== null && (Array.isArray(spec['rules']) || isObject(spec['defaultBackend']));
  return isWritten && listAt(spec, 'tls').length === 0;
}

function credentialKeysOf(body: JsonObject): readonly string[] {
  return Object.entries(objectAt(body, 'data') ?? {}).flatMap(([key, value]) => {
    if (typeof value !== 'string') return [];
    const found = value.includes('\n') ? findCredentials(value).length > 0 : judgeCredential(key, value) !== null;
    return found ? [exactText(key)] : [];
  });
}

/** RFC 2986: the subject stands in the DER as plain strings, so that a group is found without parsing ASN.1. */
function csrOf(body: JsonObject): AuditBodyFacts['csr'] {
  const spec = objectAt(body, 'spec');
  if (spec === null) return null;
  let pem = '';
  try {
    pem = atob(textAt(spec, 'request'));
  } catch {
    // Not base64: the API server refuses it too, and there is nothing to learn from it.
  }
  let der = '';
  try {
    der = atob(pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s/g, ''));
  } catch {
    der = '';
  }
  return {
    signerName: exactText(textAt(spec, 'signerName')),
    username: exactText(textAt(spec, 'username')),
    masters: der.includes('system:masters'),
  };
}

/** What JSON patch operations (RFC 6902) set, as an object that holds only that. */
function patched(operations: readonly unknown[]): JsonObject {
  const root: Record<string, unknown> = {};
  for (const operation of operations.slice(0, 200)) {
    if (!isObject(operation) || (operation['op'] !== 'add' && operation['op'] !== 'replace')) continue;
    const path = textAt(operation, 'path')
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (path.length > 0 && path.length < 32) setAt(root, path, operation['value']);
  }
  return root;
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node: Record<string, unknown> | unknown[] = root;
  path.forEach((key, at) => {
    const isLast = at === path.length - 1;
    // Lists are filled densely: which index was meant does not matter, only what was put in.
    if (Array.isArray(node)) {
      const next: Record<string, unknown> = {};
      const there: unknown = node.at(-1);
      if (isLast) node.push(value);
      else if (isObject(there)) node = there;
      else {
        node.push(next);
        node = next;
      }
      return;
    }
    if (key === '__proto__') return;
    if (isLast) {
      node[key] = value;
      return;
    }
    const inner: unknown = node[key];
    const isList = /^(?:\d+|-)$/.test(path[at + 1] ?? '');
    if (isObject(inner) || Array.isArray(inner)) node = inner as Record<string, unknown> | unknown[];
    else node = node[key] = isList ? [] : {};
  });
}
