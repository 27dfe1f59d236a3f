/**
 * Remedies as a Kustomize component (kustomize docs, "components"): named under `components:` in the kustomization that
 * an application is deployed from, it changes what that renders. A patch with a target that matches nothing is left out
 * by Kustomize, so that one component serves kustomizations that render a part of the application each.
 */
import { kindInfo } from '../../model/kind.ts';
import { isBreaking } from '../../remedy/breaking-effect.ts';
import type { BuiltRemedy } from '../../remedy/built-remedy.ts';
import { liveObject, manifestIdentity } from '../../remedy/manifest-identity.ts';
import type { Manifest, YamlComment } from '../../remedy/remedy.ts';
import { toYaml } from '../../remedy/to-yaml.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { contradicts, isSameObject } from './patch-fields.ts';

/** A remedy and the name of its file in the folder. */
export interface RemedyFile {
  readonly remedy: BuiltRemedy;
  readonly name: string;
}

export interface Kustomization {
  readonly text: string;
  /** The files that it holds. */
  readonly holds: ReadonlySet<string>;
}

/**
 * The component of the files that can be in one, the first of those that contradict each other; undefined where none can.
 * What is not there yet is a resource, what changes an object is a patch.
 *
 * @param taken what components hold already, of this folder and others: an object has one place. Grows by what this
 *   component holds
 */
export function kustomization(
  view: ClusterView,
  files: readonly RemedyFile[],
  taken: Manifest[],
): Kustomization | undefined {
  const resources: string[] = [];
  const patches: Manifest[] = [];
  const labels: unknown[] = [];
  const comments: YamlComment[] = [];
  const holds = new Set<string>();
  for (const { remedy, name } of files) {
    const [first, ...more] = remedy.manifests;
    // Several documents are steps in an order, and a patch with a target is one document.
    if (first === undefined || more.length > 0) continue;
    const form = formOf(view, remedy);
    if (form === undefined || taken.some((other) => excludes(form, first, other))) continue;
    holds.add(name);
    if (taken.some((other) => deepEqual(first, other))) continue;
    taken.push(first);
    switch (form) {
      case 'component':
        labels.push(...listOf(first['labels']));
        patches.push(...(listOf(first['patches']) as readonly Manifest[]));
        break;
      case 'resource':
        comments.push(...review(remedy, ['resources', resources.length]));
        resources.push(name);
        break;
      case 'patch':
        comments.push(...review(remedy, ['patches', patches.length, 'path']));
        patches.push({ path: name, target: targetOf(first) });
    }
  }
  if (holds.size === 0) return undefined;
  const manifest = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...(resources.length > 0 ? { resources } : {}),
    ...(labels.length > 0 ? { labels } : {}),
    ...(patches.length > 0 ? { patches } : {}),
  };
  return { text: toYaml([manifest], comments), holds };
}

type Form = 'component' | 'resource' | 'patch';

/** How a component holds a remedy; undefined for what it can't: commands, what an operator would revert, what breaks. */
function formOf(view: ClusterView, remedy: BuiltRemedy): Form | undefined {
  const { use, manifests, target } = remedy;
  if (target.manager === 'operator' || isBreaking(remedy)) return undefined;
  if (manifests[0]?.['kind'] === 'Component') return 'component';
  if (use === 'commands' || use === 'steps') return undefined;
  const isNew = use === 'apply' && manifests.every((manifest) => liveObject(view, manifest) === undefined);
  return isNew ? 'resource' : 'patch';
}

function excludes(form: Form, one: Manifest, other: Manifest): boolean {
  switch (form) {
    case 'component':
      return false;
    case 'resource':
      return isSameObject(one, other);
    case 'patch':
      return isSameObject(one, other) && contradicts(one, other);
  }
}

function review({ safety, title }: BuiltRemedy, path: YamlComment['path']): readonly YamlComment[] {
  return safety === 'review' ? [{ document: 0, path, text: `review: ${title}` }] : [];
}

/** Names in a target are regular expressions that Kustomize anchors at both ends. */
function targetOf(manifest: Manifest): Manifest {
  const { kind, known, namespace, name } = manifestIdentity(manifest);
  const group = known === undefined ? '' : kindInfo(known).group;
  const exactly = (text: string): string => text.replaceAll(/[.\\+*?()[\]{}^$|]/g, '\\$&');
  return {
    ...(group === '' ? {} : { group }),
    kind,
    name: exactly(name),
    ...(namespace === '' ? {} : { namespace: exactly(namespace) }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
