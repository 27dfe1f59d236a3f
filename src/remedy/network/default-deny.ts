import { defaultIsolation } from '../../analyses/network/default-isolation.ts';
import { workloadIsolation } from '../../analyses/network/isolation.ts';
import { workloadSelector } from '../../analyses/network/stable-labels.ts';
import { workload as workloadOf } from '../../analyses/workload/workloads.ts';
import { DIRECTIONS, type Direction } from '../../kube/network-policy-rule.ts';
import type { Finding } from '../../model/finding.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { freePolicyName, policyDocument, type PolicyDocument } from './policy-document.ts';
import { policyEffects } from './policy-effects.ts';

/** Closes a direction completely; what it closes is listed. */
export const defaultDeny: Remedy = {
  id: 'network/default-deny',
  title: 'deny everything',
  safety: 'review',
  build: (finding, view) => {
    const made = documentFor(finding, view);
    if ('refused' in made) return made;
    return {
      note: 'Denies everything that no other policy allows. Apply the policies that allow what is needed first.',
      manifests: [made.manifest],
      comments: made.comments.map((one) => ({ ...one, document: 0 })),
      use: { type: 'apply' },
      changes: [made.change],
      effects: policyEffects(view, [made.change]),
    } satisfies RemedyDraft;
  },
};

/** The directions in which a namespace leaves pods open by default. */
export function openDirections(view: ClusterView, namespace: string): readonly Direction[] {
  return DIRECTIONS.filter((direction) => defaultIsolation(view, namespace, direction).status === 'open');
}

/** A policy that selects every pod of a namespace and allows nothing. */
export function defaultDenyDocument(
  view: ClusterView,
  namespace: string,
  directions: readonly Direction[],
): PolicyDocument {
  return denyDocument(view, namespace, 'default-deny', {}, directions);
}

function documentFor(finding: Finding, view: ClusterView): PolicyDocument | RemedyRefusal {
  const { kind, name, namespace } = finding.subject;
  if (kind === 'Namespace') {
    const directions = openDirections(view, name);
    return directions.length === 0
      ? { refused: 'The namespace has a default deny for both directions.' }
      : defaultDenyDocument(view, name, directions);
  }
  const workload = workloadOf(view, namespace ?? '', kind, name);
  if (workload === undefined || workloadIsolation(view, workload) === undefined)
    return { refused: 'The workload is gone.' };
  const selector = workloadSelector(view, workload);
  if (selector === undefined)
    return { refused: 'Its pods have no labels that stay the same: label its template first.' };
  const direction: Direction = finding.rule.includes('egress') ? 'egress' : 'ingress';
  return denyDocument(view, workload.ref.namespace, `${name}-deny`, { matchLabels: selector.labels }, [direction]);
}

function denyDocument(
  view: ClusterView,
  namespace: string,
  name: string,
  podSelector: LabelSelector,
  directions: readonly Direction[],
): PolicyDocument {
  const full = directions.length === 2 ? name : `${name}-${directions[0]}`;
  return policyDocument(view, namespace, freePolicyName(view, namespace, full), {
    podSelector,
    policyTypes: directions.map((direction) => (direction === 'ingress' ? 'Ingress' : 'Egress')),
    ingress: null,
    egress: null,
  });
}
