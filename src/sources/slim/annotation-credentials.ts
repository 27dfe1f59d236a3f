import { judgeCredential } from '../../kube/credential-detector.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { CredentialSuspect } from '../../model/pod-spec.ts';
import type { JsonObject } from './json-reading.ts';

/** Annotations of tools that write hashes, copies or addresses: never a credential of the workload. */
const SKIPPED =
  /^(?:kubectl\.kubernetes\.io|kubernetes\.io|[\w.-]*\.kubernetes\.io|[\w.-]*cni[\w.-]*|cni\.projectcalico\.org|checksum|vault\.hashicorp\.com|meta\.helm\.sh|argocd\.argoproj\.io)\/|checksum|hash|sha256/i;
const NOTHING: readonly CredentialSuspect[] = Object.freeze([]);

/** Credentials in annotations of a pod, template, workload or ConfigMap. */
export function annotationCredentials(annotations: JsonObject): readonly CredentialSuspect[] {
  let found: CredentialSuspect[] | null = null;
  for (const key of Object.keys(annotations)) {
    const value = annotations[key];
    if (typeof value !== 'string' || value.length < 8 || value.length > 16_384 || SKIPPED.test(key)) continue;
    const verdict = judgeCredential(key.slice(key.indexOf('/') + 1), value);
    if (verdict === null) continue;
    found ??= [];
    found.push({ where: `annotation ${sanitise(key)}`, container: null, key: sanitise(key), ...verdict });
  }
  return found ?? NOTHING;
}
