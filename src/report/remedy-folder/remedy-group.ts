import { ownership, responsibleFor } from '../../analyses/labels/ownership.ts';
import { applicationOf } from '../../kube/ownership-labels.ts';
import { parseServiceAccountUser } from '../../kube/rbac-user.ts';
import type { Finding } from '../../model/finding.ts';
import { kindOf } from '../../model/kind.ts';
import type { BindingObject, KubeObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { BuiltRemedy } from '../../remedy/built-remedy.ts';

/** Whom a remedy is for. */
export interface RemedyGroup {
  /** The people behind the object, such as a team; `_no-owner` where no label names them. */
  readonly owner: string;
  /** The Argo CD application, Helm release or Flux object, else the application by labels, else the namespace. */
  readonly application: string;
}

const NO_OWNER = '_no-owner';
const CLUSTER = '_cluster';

/**
 * The group of a remedy. Labels of the object that the finding is about come first, then those of its namespace; the
 * config may say which of them names owners. What has none belongs to the namespace of its ServiceAccounts, where they
 * are all of one.
 */
export function remedyGroup(view: ClusterView, finding: Finding, { target }: BuiltRemedy): RemedyGroup {
  const { apiVersion, kind: kindName, name } = finding.subject;
  const kind = kindOf(apiVersion, kindName);
  const object: KubeObject | undefined =
    kind === undefined ? undefined : view.get(kind, finding.subject.namespace ?? '', name);
  const home = finding.subject.namespace ?? homeOf(object) ?? parseServiceAccountUser(name)?.namespace ?? '';
  const delivered = target.manager === 'none' || target.manager === 'operator' ? null : target.app;
  return {
    owner: folderName(responsibleFor(ownership(view), object?.labels ?? {}, home) ?? NO_OWNER),
    application: folderName((delivered ?? applicationOf(object?.labels ?? {}) ?? home) || CLUSTER),
  };
}

/** The namespace that an object without one is about; undefined where there is none. */
function homeOf(object: KubeObject | undefined): string | undefined {
  if (object?.kind === 'Namespace') return object.name;
  if (object?.kind !== 'ClusterRoleBinding') return undefined;
  const { subjects } = object as BindingObject;
  const [first] = subjects;
  const isOne = subjects.every((one) => one.kind === 'ServiceAccount' && one.namespace === first?.namespace);
  return isOne ? (first?.namespace ?? undefined) : undefined;
}

/** A name from a cluster or a file as the name of a folder: it can neither lead out of the folder above nor hide. */
function folderName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/g, '-').slice(0, 63);
  return plain.startsWith('.') ? `-${plain}` : plain;
}
