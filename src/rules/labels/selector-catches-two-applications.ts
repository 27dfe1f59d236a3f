// A Service sends each connection to any of the pods that it selects, and a budget counts them all as one. Pods of two
// applications behind one selector answer in turn. Source: kubernetes.io docs, "Service" and "Disruptions".
import { applicationsOf } from '../../analyses/labels/applications.ts';
import { selected, type Selectable } from '../../analyses/labels/selectable.ts';
import { refOf } from '../../kube/object-ref.ts';
import { isAmong, isEmptySelector, selectorKeys, selectorText } from '../../kube/selector.ts';
import { someOf } from '../../kube/some-of.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

/** Owners that are named; the rest is counted. */
const NAMED = 5;

const ID = 'labels/selector-catches-two-applications';
const SUMMARY = 'Services and disruption budgets whose selector matches pods of several applications';
const HELP =
  'Add a label to the selector that only the intended application has. Where both are meant (one address for several applications), waive the finding.';
const PART_OF = 'app.kubernetes.io/part-of';

const ofService = rule({
  id: ID,
  subject: 'Service',
  summary: SUMMARY,
  help: HELP,
  references: [],
  needs: ['Service', 'Pod'],
  check: (service, view) =>
    service.selector === null
      ? []
      : caught(view, refOf(service), { matchLabels: service.selector }, service.namespace, 'connections to it end at'),
});

const ofBudget = rule({
  id: ID,
  subject: 'PodDisruptionBudget',
  summary: SUMMARY,
  help: HELP,
  references: [],
  needs: ['PodDisruptionBudget', 'Pod'],
  check: (budget, view) =>
    budget.selector === null
      ? []
      : caught(view, refOf(budget), budget.selector, budget.namespace, 'it counts together'),
});

export const SELECTOR_CATCHES_TWO_APPLICATIONS = [ofService, ofBudget] as const;

function caught(
  view: ClusterView,
  object: ObjectRef,
  selector: LabelSelector,
  namespace: string,
  effect: string,
): readonly FindingDraft[] {
  // Whoever selects everything means everything.
  if (isEmptySelector(selector)) return [];
  const found = selected(view, selector, namespace);
  const applications = applicationsOf(found);
  if (applications === undefined || applications.names.length < 2 || isByProduct(selector)) return [];
  const { key, names } = applications;
  if (isNaming(selector, key, names)) return [];
  const products = new Set(found.flatMap((one) => one.labels[PART_OF] ?? []));
  const shown = names.slice(0, 5).join(', ');
  return [
    {
      severity: products.size > 1 ? 'medium' : 'low',
      title: `its selector matches ${names.length} applications: ${shown}${names.length > 5 ? ' …' : ''}`,
      why: `${selectorText(selector)} matches pods that differ in ${key}: ${effect} ${names.length} applications${products.size > 1 ? ` of ${products.size} products` : ''} alike.`,
      evidence: [
        { text: `selects ${selectorText(selector)}`, object, path: 'spec.selector' },
        ...names.slice(0, 5).map((name) => ({ text: `${key}=${name}: ${ownersOf(found, key, name)}` })),
      ],
    },
  ];
}

/** A selector that lists the applications (`app in (web, cart)`) means them all. */
function isNaming({ matchExpressions = [] }: LabelSelector, key: string, names: readonly string[]): boolean {
  return matchExpressions.some(
    ({ key: own, operator, values = [] }) =>
      own === key && operator === 'In' && names.every((name) => isAmong(values, name)),
  );
}

/** A selector by product alone (`part-of: shop`) names all of its applications on purpose. */
function isByProduct(selector: LabelSelector): boolean {
  return selectorKeys(selector).every((key) => key === PART_OF);
}

function ownersOf(found: readonly Selectable[], key: string, name: string): string {
  const owners = [...new Set(found.flatMap((one) => (one.labels[key] === name ? [one.owner] : [])))].sort();
  return someOf(owners, NAMED);
}
