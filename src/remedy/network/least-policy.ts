import type { UnknownFlow } from '../../analyses/network/declared-flow.ts';
import { declaredFlows } from '../../analyses/network/declared-flows.ts';
import { workloadIsolation } from '../../analyses/network/isolation.ts';
import { labelToAdd, workloadSelector, type WorkloadSelector } from '../../analyses/network/stable-labels.ts';
import { workload as workloadOf, workloads, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { DIRECTIONS, type Direction } from '../../kube/network-policy-rule.ts';
import { refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Finding } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, RemedyRefusal, YamlComment } from '../remedy.ts';
import { defaultDenyDocument, openDirections } from './default-deny.ts';
import { flowRules } from './flow-rules.ts';
import { egressRules, ingressRules, widestRules } from './widest-rules.ts';
import { freePolicyName, policyDocument, type PolicyDocument } from './policy-document.ts';
import { policyEffects, unknownText } from './policy-effects.ts';

/**
 * Isolates a workload, or every workload of a namespace, and keeps every declared connection: one document per workload
 * carries all its allows of a direction, because an allow policy isolates what it selects; a default deny comes last.
 */
export const leastPolicy: Remedy = {
  id: 'network/least-policy',
  title: 'least policy that keeps every declared connection',
  safety: 'review',
  build: (finding, view) =>
    finding.subject.kind === 'Namespace' ? namespaceSet(finding.subject.name, view) : forWorkload(finding, view),
};

/** Workloads named in a refusal. */
const NAMED = 5;

interface Part extends PolicyDocument {
  readonly undecided: readonly UnknownFlow[];
}

function forWorkload(finding: Finding, view: ClusterView): RemedyDraft | RemedyRefusal {
  const { namespace, kind, name } = finding.subject;
  const workload = workloadOf(view, namespace ?? '', kind, name);
  if (workload === undefined) return { refused: 'The workload is gone.' };
  const direction: Direction = finding.rule.includes('egress') ? 'egress' : 'ingress';
  const part = workloadPart(view, workload, [direction]);
  return 'refused' in part ? part : draft(view, [part]);
}

function namespaceSet(namespace: string, view: ClusterView): RemedyDraft | RemedyRefusal {
  const parts: Part[] = [];
  const left: string[] = [];
  for (const workload of workloads(view, namespace)) {
    const verdicts = workloadIsolation(view, workload);
    const directions = DIRECTIONS.filter((direction) => verdicts?.[direction].status === 'open');
    if (directions.length === 0) continue;
    const part = workloadPart(view, workload, directions);
    if ('refused' in part) left.push(`${refText(workload.ref)}: ${part.refused}`);
    else parts.push(part);
  }
  if (left.length > 0) return { refused: `A default deny would cut ${someOf(left, NAMED, '; ')}` };
  const missing = openDirections(view, namespace);
  if (missing.length > 0) {
    const last = 'last: the pods that come without a policy of their own';
    const deny = defaultDenyDocument(view, namespace, missing);
    parts.push({ ...deny, comments: [{ path: [], text: last }, ...deny.comments], undecided: [] });
  }
  if (parts.length === 0)
    return { refused: 'Every workload of the namespace is isolated, and a default deny is there.' };
  return draft(view, parts);
}

function workloadPart(
  view: ClusterView,
  workload: AnalysedWorkload,
  directions: readonly Direction[],
): Part | RemedyRefusal {
  const selector = workloadSelector(view, workload);
  if (selector === undefined)
    return { refused: 'Its pods have no labels that stay the same: label its template first.' };
  if (selector.alsoSelects.length > 0) {
    const label = labelToAdd(view, workload);
    const what = workload.ref.kind === 'Pod' ? 'it' : 'its template';
    return {
      refused: `Its labels also select ${someOf(selector.alsoSelects, NAMED)}: give ${what} ${label === null ? 'a label of its own' : `the label ${label}`} first.`,
    };
  }
  const { namespace, name } = workload.ref;
  const declared = declaredFlows(view);
  const made = new Map(
    directions.map((direction) => {
      const { rules, undecided } = flowRules(view, declared, workload, direction);
      return [direction, { rules: widestRules(view, namespace, direction, rules), undecided }] as const;
    }),
  );
  const ingress = made.get('ingress')?.rules ?? null;
  const egress = made.get('egress')?.rules ?? null;
  const suffix = directions.length === 2 ? 'least' : directions[0];
  const document = policyDocument(view, namespace, freePolicyName(view, namespace, `${name}-${suffix}`), {
    podSelector: { matchLabels: selector.labels },
    policyTypes: directions.map((direction) => (direction === 'ingress' ? 'Ingress' : 'Egress')),
    ingress: ingress === null ? null : ingressRules(ingress),
    egress: egress === null ? null : egressRules(egress),
  });
  const why = (direction: Direction): Omit<YamlComment, 'document'>[] =>
    (made.get(direction)?.rules ?? []).map((rule, index) => ({ path: ['spec', direction, index], text: rule.why }));
  const undecided = [...made.values()].flatMap((one) => one.undecided);
  return {
    ...document,
    comments: [
      ...document.comments,
      { path: ['spec', 'podSelector'], text: `the selector of ${refText(workload.ref)}${ofReleaseText(selector)}` },
      ...why('ingress'),
      ...why('egress'),
    ],
    undecided,
  };
}

/** A label of a release stays as long as the selector of the workload, and no longer. */
function ofReleaseText({ ofRelease }: WorkloadSelector): string {
  return ofRelease.length === 0
    ? ''
    : `, which cannot change; a workload of another ${ofRelease.join(', ')} needs a policy of its own`;
}

function draft(view: ClusterView, parts: readonly Part[]): RemedyDraft {
  const changes = parts.map((part) => part.change);
  const names = parts.map((part) => String((part.manifest['metadata'] as { name?: unknown }).name));
  const rollback =
    names.length > 1 ? ` Apply in this order; to roll back, delete in the order ${names.toReversed().join(', ')}.` : '';
  return {
    note: `Keeps what the cluster's objects declare; what programs decide at run time is in no declaration.${rollback}`,
    manifests: parts.map((part) => part.manifest),
    comments: parts.flatMap((part, document) => part.comments.map((one) => ({ ...one, document }))),
    use: { type: 'apply' },
    changes,
    effects: [...policyEffects(view, changes), ...parts.flatMap((part) => part.undecided).map(unknownText)],
  };
}
