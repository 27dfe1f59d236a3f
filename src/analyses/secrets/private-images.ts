import { parseImage } from '../../kube/image-reference.ts';
import type { Container, PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloadNamespaces } from '../workload/workloads.ts';
import { namespaceSpecs } from './secret-uses.ts';

/** `registry/repository` of an image; undefined for what names none. */
export function repositoryOf(image: string): string | undefined {
  const parsed = parseImage(image);
  return parsed === null ? undefined : `${parsed.registry}/${parsed.repository}`;
}

/**
 * A workload that pulls a repository with a pull secret: the repository is private, as far as can be told. Who asks is
 * judged again only where the answer for this repository changes.
 *
 * @param repository as `repositoryOf` names it
 * @returns such as `Deployment shop/web`; undefined where no workload does
 */
export function pullsWithSecret(view: ClusterView, repository: string): string | undefined {
  return view.part('private-repository', repository, privateRepositories, (all) => all.get(repository));
}

/** Every such repository with one workload each. Changes only when specifications do, not as pods come and go. */
function privateRepositories(view: ClusterView): ReadonlyMap<string, string> {
  return view.derive(
    'private-repositories-everywhere',
    '',
    (inner) => {
      const found = new Map<string, string>();
      for (const namespace of workloadNamespaces(inner)) {
        for (const [repository, user] of pulledWithSecret(inner, namespace)) {
          if (!found.has(repository)) found.set(repository, user);
        }
      }
      return found;
    },
    sameEntries,
  );
}

function pulledWithSecret(view: ClusterView, namespace: string): ReadonlyMap<string, string> {
  return view.derive(
    'private-repositories',
    namespace,
    (inner) => {
      const found = new Map<string, string>();
      for (const { spec, by } of namespaceSpecs(inner, namespace)) {
        if (spec.imagePullSecrets.length === 0) continue;
        for (const { image } of spec.containers) {
          const repository = repositoryOf(image);
          if (repository !== undefined) found.set(repository, `${by.kind} ${namespace}/${by.name}`);
        }
      }
      return found;
    },
    sameEntries,
  );
}

/**
 * The containers of a pod without pull secrets that may run from a copy on the node: the kubelet does not ask the
 * registry where the policy is IfNotPresent or Never. Without a policy it is Always for `latest` and no tag, else IfNotPresent.
 * Source: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
 */
export function unaskedContainers(spec: PodSpec): readonly Container[] {
  return spec.imagePullSecrets.length > 0 ? [] : spec.containers.filter((one) => pullPolicy(one) !== 'Always');
}

function pullPolicy({ image, imagePullPolicy }: Container): string {
  if (imagePullPolicy !== null) return imagePullPolicy;
  const parsed = parseImage(image);
  const isMoving = parsed?.digest === null && (parsed.tag === null || parsed.tag === 'latest');
  return isMoving ? 'Always' : 'IfNotPresent';
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
