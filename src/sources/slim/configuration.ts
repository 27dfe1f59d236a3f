import { annotationCredentials } from './annotation-credentials.ts';
import type { ConfigMapObject, Meta, SecretObject, ServiceAccountObject } from '../../model/objects.ts';
import type { CredentialSuspect, HostReference } from '../../model/pod-spec.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { hasCopiedData } from './annotations.ts';
import { booleanOrNull, isObject, numberOrNull, object, text, textOrNull, type JsonObject } from './json-reading.ts';
import type { SlimContext } from './slim-context.ts';
import { readText } from './text-facts.ts';
import { names } from './workloads.ts';

/**
 * Entries that rules read by name: whether a network plugin enforces policies, and since when legacy tokens are
 * tracked. (Of aws-auth only the keys matter, and those are kept of every ConfigMap.)
 */
const KNOWN_ENTRIES: Readonly<Record<string, readonly string[]>> = {
  'cilium-config': ['enable-policy', 'policy-audit-mode', 'policy-cidr-match-mode'],
  'amazon-vpc-cni': ['enable-network-policy-controller'],
  'kube-apiserver-legacy-service-account-token-tracking': ['since'],
};
const MAX_KNOWN = 256;
const MAX_FACTS = 512;

/** Values are read for facts and forgotten; key names stay. */
export function slimConfigMap(raw: JsonObject, meta: Meta, context: SlimContext): ConfigMapObject {
  const data = object(raw['data']);
  const references: HostReference[] = [];
  const credentials: CredentialSuspect[] = [];
  for (const [rawKey, value] of Object.entries(data)) {
    if (typeof value !== 'string' || value.length < 2) continue;
    const key = sanitise(rawKey);
    const facts = readText(rawKey, value);
    const where = `key ${key}`;
    for (const { host, port } of facts.hosts) references.push({ host: context.string(host), port, from: where });
    for (const { name, line, rule, lengthClass } of facts.credentials) {
      const inside = [name === '' ? '' : sanitise(name), line === undefined ? '' : `line ${line}`].filter(Boolean);
      credentials.push({
        where: inside.length === 0 ? where : `${where} (${inside.join(', ')})`,
        container: null,
        key,
        rule,
        lengthClass,
      });
    }
  }
  return {
    ...meta,
    kind: 'ConfigMap',
    keys: [...Object.keys(data), ...Object.keys(object(raw['binaryData']))].map(context.string),
    references: references.slice(0, MAX_FACTS),
    credentials: [...annotationCredentials(object(object(raw['metadata'])['annotations'])), ...credentials].slice(
      0,
      MAX_FACTS,
    ),
    known: knownEntries(meta, data),
  };
}

function knownEntries(meta: Meta, data: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.hasOwn(KNOWN_ENTRIES, meta.name) ? (KNOWN_ENTRIES[meta.name] ?? []) : [];
  return Object.fromEntries(
    entries.flatMap((key) => {
      const value = textOrNull(data[key]);
      return value === null ? [] : [[key, sanitise(value, MAX_KNOWN)]];
    }),
  );
}

/**
 * Type, key names and their number. Works on full objects (files), on metadata alone (nothing but what managedFields
 * tell), and never looks at a value.
 */
export function slimSecret(raw: JsonObject, meta: Meta, context: SlimContext): SecretObject {
  const full = isObject(raw['data']) || isObject(raw['stringData']);
  const fromData = [...new Set([...Object.keys(object(raw['data'])), ...Object.keys(object(raw['stringData']))])];
  const fromManagers = [...new Set(meta.managers.flatMap((manager) => manager.dataKeys))];
  const keys = full ? fromData.map(context.string) : fromManagers;
  // A Secret may be empty; only an object that came whole can say so. The server's Table has its type and key count.
  const whole = full || (raw['kind'] === 'Secret' && (meta.location !== null || text(raw['type']) !== ''));
  return {
    ...meta,
    kind: 'Secret',
    type: textOrNull(context.string(raw['type'])) ?? (meta.location === null ? null : 'Opaque'),
    keyCount: full ? keys.length : (numberOrNull(raw['keyCount']) ?? (whole ? 0 : null)),
    keys: full || keys.length > 0 ? keys : whole ? [] : null,
    immutable: booleanOrNull(raw['immutable']) ?? (whole ? false : null),
    valuesInAnnotation: hasCopiedData(object(object(raw['metadata'])['annotations'])),
  };
}

export function slimServiceAccount(raw: JsonObject, meta: Meta, context: SlimContext): ServiceAccountObject {
  return {
    ...meta,
    kind: 'ServiceAccount',
    automountServiceAccountToken: booleanOrNull(raw['automountServiceAccountToken']),
    secrets: names(raw['secrets'], context),
    imagePullSecrets: names(raw['imagePullSecrets'], context),
  };
}
