import { parseServiceAccountUser } from '../../kube/rbac-user.ts';
import type { Subject } from '../../model/objects.ts';

/** Who holds a grant, in the order in which views list them. */
export const HOLDERS = ['workload', 'person', 'system'] as const;
export type Holder = (typeof HOLDERS)[number];

/**
 * Whether a subject stands for workloads (a service account), for people, or for everybody and the parts of the system:
 * names that begin with `system:` are reserved (/docs/reference/access-authn-authz/rbac/#referring-to-subjects).
 */
export function holderOf({ kind, name }: Pick<Subject, 'kind' | 'name'>): Holder {
  if (kind === 'ServiceAccount' || (kind === 'User' && parseServiceAccountUser(name) !== undefined)) return 'workload';
  return name.startsWith('system:') ? 'system' : 'person';
}

/** The place of the first of some subjects among {@link HOLDERS}; behind all for none. */
export function holderRank(subjects: readonly Pick<Subject, 'kind' | 'name'>[]): number {
  return Math.min(HOLDERS.length, ...subjects.map((one) => HOLDERS.indexOf(holderOf(one))));
}
