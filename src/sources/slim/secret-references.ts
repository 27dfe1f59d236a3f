import { judgeCredential } from '../../kube/credential-detector.ts';
import type { SecretReference } from '../../model/objects.ts';
import { isObject, text, type JsonObject } from './json-reading.ts';
import type { Interner } from './interner.ts';

/** Deeper or more than this is no hand-written resource. */
const MAX_DEPTH = 24;
const MAX_REFERENCES = 256;

/** Fields that name a Secret by a bare text. `credentialName` is Istio's. */
const NAME_FIELD = /secretName$|^credentialName$/i;
/** Fields that hold a reference to a Secret: `secretRef`, `privateKeySecretRef`, `passwordSecretKeyRef`, `tokenSecret`. */
const REFERENCE_FIELD = /secret(?:Key)?(?:Ref|Reference|Selector)s?$|Secrets?$/i;
/** A reference to any object, which is one to a Secret by its `kind`, or by the `key` that it takes of it. */
const OTHER_REFERENCE = /Ref(?:erence)?$/;

/**
 * The Secrets that a custom resource names: `*secretName`, `*SecretRef`, `…Ref.name` with a key or of kind Secret, and
 * any `{kind: Secret, name}`. Only names are read.
 *
 * @param value the resource's `spec`
 * @param namespace where a reference without a namespace points; '' where that cannot be told from the resource
 */
export function secretReferences(value: unknown, namespace: string, context: Interner): readonly SecretReference[] {
  const found = new Map<string, SecretReference>();
  const add = (name: unknown, at: unknown): void => {
    if (text(name) === '' || found.size >= MAX_REFERENCES) return;
    const reference = { namespace: text(at) === '' ? namespace : context.string(at), name: context.string(name) };
    found.set(`${reference.namespace}/${reference.name}`, reference);
  };
  const walk = (field: string, node: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(node)) {
      for (const item of node) walk(field, item, depth + 1);
      return;
    }
    if (!isObject(node)) {
      if (NAME_FIELD.test(field)) add(node, '');
      return;
    }
    if (isSecretReference(field, node)) add(node['name'], node['namespace']);
    for (const [name, inner] of Object.entries(node)) walk(name, inner, depth + 1);
  };
  walk('', value, 0);
  return [...found.values()];
}

function isSecretReference(field: string, node: JsonObject): boolean {
  if (typeof node['name'] !== 'string') return false;
  const kind = node['kind'];
  if (kind !== undefined && kind !== '') return kind === 'Secret';
  if (REFERENCE_FIELD.test(field)) return true;
  return OTHER_REFERENCE.test(field) && typeof node['key'] === 'string' && !/configMap/i.test(field);
}

/** `--default-ssl-certificate`, `tls-secret`, `CREDENTIALS_SECRET`: what takes `namespace/name` of a Secret. */
const ARGUMENT = /secret|certificate|credential|(?:^|[-_.])(?:tls|cert|ca)(?:$|[-_.])/i;
/** `--webhook-secret-name`, `SECRET_NAME`: what takes a name alone. Of others the name alone may be a password. */
const NAME_ARGUMENT = /secret[-_.]?(?:name|ref)$/i;
/** RFC 1123 subdomains: names of objects. */
const NAME = /^(?:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/)?([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)$/;

/**
 * The Secret that an argument or annotation names: `namespace/name`, or a name alone where the key says that it is one.
 *
 * @returns null for anything else, and for what looks like a credential itself
 */
export function secretArgument(key: string, value: string): SecretReference | null {
  if (!ARGUMENT.test(key)) return null;
  const [, namespace, name] = NAME.exec(value) ?? [];
  if (name === undefined || (namespace === undefined && !NAME_ARGUMENT.test(key))) return null;
  return judgeCredential(key, value) === null ? { namespace: namespace ?? '', name } : null;
}

/** Annotations of Ingress controllers that name a Secret: `nginx.ingress.kubernetes.io/auth-tls-secret`. */
const SECRET_ANNOTATION = /\/(?:[a-z]+-)*secret$/;

/** The Secrets that annotations of an Ingress name; a name alone is of its own namespace. */
export function annotatedSecrets(
  annotations: JsonObject,
  namespace: string,
  context: Interner,
): readonly SecretReference[] {
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (!SECRET_ANNOTATION.test(key)) return [];
    const [, home, name] = NAME.exec(text(value)) ?? [];
    return name === undefined
      ? []
      : [{ namespace: home === undefined ? namespace : context.string(home), name: context.string(name) }];
  });
}

/** Whether the schema of a CustomResourceDefinition has a field that may name a Secret. */
export function namesSecrets(schema: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH * 2 || !isObject(schema)) return false;
  const properties = schema['properties'];
  if (isObject(properties)) {
    for (const [name, inner] of Object.entries(properties)) {
      if (NAME_FIELD.test(name) || REFERENCE_FIELD.test(name) || namesSecrets(inner, depth + 1)) return true;
    }
  }
  return namesSecrets(schema['items'], depth + 1) || namesSecrets(schema['additionalProperties'], depth + 1);
}
