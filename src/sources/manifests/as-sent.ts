import { object, text, type JsonObject } from '../slim/json-reading.ts';

/**
 * An object of a manifest as a server would create it: with a uid, a status and times of its own, whatever the manifest
 * says. Owners that it names are kept there, but nothing runs it for them: it runs by itself. An object with a
 * resourceVersion is the copy of one that a server has, for none is created with it.
 *
 * Source: k8s.io/apiserver pkg/registry/rest/create.go `BeforeCreate`, pkg/storage/etcd3/store.go
 * `errResourceVersionSetOnCreate`; the strategies in kubernetes pkg/registry reset the status
 */
export function asSent(raw: JsonObject): JsonObject {
  const metadata = object(raw['metadata']);
  if (text(metadata['resourceVersion']) !== '') return raw;
  const { status: _status, ...rest } = raw;
  const {
    uid: _uid,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    ownerReferences: _owners,
    ...sent
  } = metadata;
  return { ...rest, metadata: sent };
}
