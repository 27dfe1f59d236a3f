import type { DeliveryObject, KubeObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { RemedyTarget } from './built-remedy.ts';

export const NO_TARGET: RemedyTarget = { manager: 'none', app: null, repoURL: null, path: null };

/**
 * Who owns an object, by the marks that the tools leave: Argo CD's tracking id (`app:group/kind:ns/name`, Argo CD docs
 * "Resource Tracking"), Flux's `kustomize.toolkit.fluxcd.io/name` and `helm.toolkit.fluxcd.io/name` labels, Helm's
 * `meta.helm.sh/release-name` annotation, and a controller reference to a kind that k8sec does not read.
 */
export function remedyTarget(view: ClusterView, object: KubeObject): RemedyTarget {
  return argo(view, object) ?? flux(view, object) ?? helm(object) ?? operator(object) ?? NO_TARGET;
}

/**
 * What a person has to know of who owns an object, and where it is to be changed instead, in one sentence; undefined
 * where nobody owns it.
 *
 * @param change what is to be done there, such as `remove ClusterRoleBinding b`
 */
export function targetAdvice(target: RemedyTarget, change = 'change it'): string | undefined {
  const { app, repoURL, path } = target;
  const repository = repoURL === null ? 'its repository' : `${repoURL}${path === null ? '' : ` at ${path}`}`;
  switch (target.manager) {
    case 'none':
      return undefined;
    case 'argocd':
      return `Argo CD application ${app ?? '(unknown)'} reverts what kubectl changes: in ${repository}, ${change}.`;
    case 'flux':
      return `Flux (${app ?? 'unknown'}) reverts what kubectl changes: in ${repository}, ${change}.`;
    case 'helm':
      return `Helm release ${app ?? '(unknown)'} overwrites this at its next upgrade: in the values or templates of its chart, ${change}.`;
    case 'operator':
      return `${app ?? 'An operator'} owns this and may revert what kubectl changes: in the resource that it is made from, ${change}.`;
  }
}

function argo(view: ClusterView, object: KubeObject): RemedyTarget | undefined {
  const tracking = object.annotations['argocd.argoproj.io/tracking-id'];
  if (tracking === undefined) return undefined;
  const app = tracking.slice(0, Math.max(0, tracking.indexOf(':'))) || tracking;
  const name = app.slice(app.lastIndexOf('_') + 1);
  const source = view.list('ArgoApplication').find((one) => one.name === name);
  return { manager: 'argocd', app: name, repoURL: source?.repoURL ?? null, path: source?.path ?? null };
}

function flux(view: ClusterView, object: KubeObject): RemedyTarget | undefined {
  const kustomization = object.labels['kustomize.toolkit.fluxcd.io/name'];
  const release = object.labels['helm.toolkit.fluxcd.io/name'];
  const name = kustomization ?? release;
  if (name === undefined) return undefined;
  const kind = kustomization === undefined ? 'FluxHelmRelease' : 'FluxKustomization';
  const namespace =
    object.labels['kustomize.toolkit.fluxcd.io/namespace'] ?? object.labels['helm.toolkit.fluxcd.io/namespace'] ?? '';
  const source: DeliveryObject | undefined = view.get(kind, namespace, name);
  return { manager: 'flux', app: name, repoURL: source?.repoURL ?? null, path: source?.path ?? null };
}

function helm(object: KubeObject): RemedyTarget | undefined {
  const release = object.annotations['meta.helm.sh/release-name'];
  if (release === undefined && object.labels['app.kubernetes.io/managed-by'] !== 'Helm') return undefined;
  return { manager: 'helm', app: release ?? null, repoURL: null, path: null };
}

function operator(object: KubeObject): RemedyTarget | undefined {
  const owner = object.owners.find((one) => one.controller);
  if (owner === undefined || object.kind === 'Pod') return undefined;
  return { manager: 'operator', app: `${owner.kind} ${owner.name}`, repoURL: null, path: null };
}
