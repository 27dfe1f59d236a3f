import { specsToCome } from '../../analyses/pod-security/judged-specs.ts';
import { workload } from '../../analyses/workload/workloads.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { CredentialSuspect } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

const SUFFIX = '-credentials';
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const MAX_NAME = 253;

/** The name of the Secret that is to hold the credentials which stand in an object of that name. */
export function credentialsSecretName(name: string): string {
  return `${name.slice(0, MAX_NAME - SUFFIX.length).replace(/[-.]+$/, '')}${SUFFIX}`;
}

/**
 * The key in a Secret for what stood in an env variable, flag, ConfigMap key or annotation of that name.
 * Source: k8s.io/apimachinery pkg/util/validation IsConfigMapKey
 */
export function secretKeyOf(name: string): string {
  const key = name
    .replace(/^--?/, '')
    .replaceAll(/[^-._a-zA-Z0-9]+/g, '-')
    .slice(0, MAX_NAME);
  return /^\.{0,2}$/.test(key) ? 'credential' : key;
}

type Place = Pick<CredentialSuspect, 'container' | 'key'>;

/** What stands in a workload, its pods and its template, and looks like a credential. */
export function credentialsIn(view: ClusterView, { namespace, kind, name }: ObjectRef): readonly CredentialSuspect[] {
  const there = workload(view, namespace ?? '', kind, name);
  if (there === undefined) return [];
  return [...specsToCome(there).flatMap(({ spec }) => spec.credentials), ...(there.object?.credentials ?? [])];
}

/** The key of one of several credentials of a workload: what two containers call by one name need not be one value. */
export function secretKeyAmong(place: Place, all: readonly Place[]): string {
  const key = secretKeyOf(place.key);
  const isShared = all.some((one) => one.container !== place.container && secretKeyOf(one.key) === key);
  return isShared && place.container !== null ? secretKeyOf(`${place.container}.${key}`) : key;
}
