import { isRecord, type JsonRecord } from '../json-value.ts';

/** Lists that server-side apply tracks item by item, with the keys that tell their items apart. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
};

/** A value as FieldsV1 names its parts. */
function fieldsV1(value: JsonRecord): JsonRecord {
  const fields: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    fields[`f:${key}`] = fieldOf(key, inner);
  }
  return fields;
}

function fieldOf(key: string, value: unknown): JsonRecord {
  const keys = LIST_KEYS[key];
  if (Array.isArray(value) && keys !== undefined) {
    const items = value.filter(isRecord).filter((item) => item[keys[0] ?? ''] !== undefined);
    const named = items.map((item): [string, JsonRecord] => {
      const id = Object.fromEntries(keys.flatMap((one) => (item[one] === undefined ? [] : [[one, item[one]]])));
      return [`k:${JSON.stringify(id)}`, { '.': {}, ...fieldsV1(item) }];
    });
    return { '.': {}, ...Object.fromEntries(named) };
  }
  if (isRecord(value) && Object.keys(value).length > 0) return { '.': {}, ...fieldsV1(value) };
  return {};
}

/**
 * One entry of managedFields.
 *
 * @param manager such as `kubectl-client-side-apply`; `Apply` as operation where it says so
 * @param time in RFC 3339
 * @param parts the parts of the object that the manager owns
 */
export function managedEntry(manager: string, apiVersion: string, time: string, parts: JsonRecord): JsonRecord {
  const subresource = Object.keys(parts).join() === 'status' ? { subresource: 'status' } : {};
  return {
    manager,
    operation: manager === 'argocd-controller' ? 'Apply' : 'Update',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsV1(parts),
    ...subresource,
  };
}
