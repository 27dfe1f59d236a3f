import { authorizers, authorizersText } from '../analyses/rbac/authorizers.ts';
import {
  REVIEW_GROUPS,
  REVIEW_QUESTIONS,
  reviewAnswer,
  reviewHeadline,
  type ReviewQuestion,
  type ReviewRow,
} from '../analyses/rbac/review-question.ts';
import { accountUsers } from '../analyses/rbac/service-accounts.ts';
import { subjectAccess, type SubjectAccess } from '../analyses/rbac/subject-access.ts';
import {
  ANONYMOUS_AT_KUBELETS,
  anonymousRequests,
  anonymousText,
  isDefaultGrant,
  UNAUTHENTICATED_USER,
} from '../analyses/rbac/unauthenticated.ts';
import { refOf, refText } from '../kube/object-ref.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import { parseServiceAccountUser } from '../kube/rbac-user.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { dueGroups } from './due-list.ts';
import type { RelatedGroup, RelatedThing } from './related.ts';

const UNAUTHENTICATED = 'can unauthenticated';
const DUE = 'due';

/** Questions that are answered by a list to go on from, as a person types them after `:`. */
export const LISTED_QUESTIONS: readonly string[] = [
  ...REVIEW_QUESTIONS.map(({ name }) => `who-can ${name}`),
  UNAUTHENTICATED,
  DUE,
];

/** What stands for a question among objects. */
export function questionRef(text: string): ObjectRef {
  return { apiVersion: 'k8sec/v1', kind: 'Question', namespace: null, name: text };
}

/** The answer to one of {@link LISTED_QUESTIONS}: what is counted and what is not, then subjects, bindings or Secrets. */
export function questionGroups(view: ClusterView, text: string): readonly RelatedGroup[] {
  if (text === UNAUTHENTICATED) return unauthenticatedGroups(view);
  if (text === DUE) return dueGroups(view);
  const question = REVIEW_QUESTIONS.find(({ name }) => text === `who-can ${name}`);
  return question === undefined ? [] : reviewGroups(view, question);
}

const GROUP_TITLES: Readonly<Record<ReviewRow['holder'], string>> = {
  workload: 'workloads, by their service accounts',
  person: 'people and their groups',
  system: 'everybody and the system',
  default: 'as Kubernetes itself binds them',
};

function reviewGroups(view: ClusterView, question: ReviewQuestion): readonly RelatedGroup[] {
  const { rows, holes } = reviewAnswer(view, question);
  const unseen = ['members of system:masters may do everything', question.unseen, authorizersText(authorizers(view))];
  const things = Map.groupBy(rows, ({ holder }) => holder);
  return [
    { title: reviewHeadline(question, rows), things: [], reason: notes([...unseen, ...holes]) },
    ...REVIEW_GROUPS.flatMap((holder) => {
      const own = things.get(holder) ?? [];
      return own.length === 0 ? [] : [{ title: GROUP_TITLES[holder], things: own.map((row) => rowThing(view, row)) }];
    }),
  ];
}

function rowThing(view: ClusterView, { subject, key, namespace, grants, isDangling }: ReviewRow): RelatedThing {
  const account = parseServiceAccountUser(key.slice(2));
  const object: ObjectRef =
    key.startsWith('u:') && account !== undefined
      ? { apiVersion: 'v1', kind: 'ServiceAccount', ...account }
      : { apiVersion: 'rbac.authorization.k8s.io/v1', kind: subject.kind, namespace: null, name: subject.name };
  const given = grants.map(
    ({ binding, rules }) => `${refText(refOf(binding))}: ${rules.map(({ rule }) => ruleText(rule)).join('; ')}`,
  );
  const runs = account === undefined ? [] : [isDangling ? 'no such account' : usersText(view, account)];
  const parts = [scopeText(namespace), ...given, ...runs];
  return { object, part: namespace ?? '', note: parts.join(' · ') };
}

function usersText(view: ClusterView, account: { readonly namespace: string; readonly name: string }): string {
  const [first, ...more] = accountUsers(view, account.namespace).get(account.name) ?? [];
  if (first === undefined) return 'no workload runs as it';
  return `runs ${first}${more.length === 0 ? '' : ` +${more.length}`}`;
}

function unauthenticatedGroups(view: ClusterView): readonly RelatedGroup[] {
  const { grants, errors, holes } = subjectAccess(view, UNAUTHENTICATED_USER);
  const beyond = grants.filter((one) => !isDefaultGrant(one));
  const { length } = beyond;
  const given = 'given to requests without credentials beyond what Kubernetes itself gives';
  const head = `${length === 0 ? 'no rule is' : length === 1 ? '1 rule is' : `${length} rules are`} ${given}`;
  const unseen = [anonymousText(anonymousRequests(view)), ANONYMOUS_AT_KUBELETS, authorizersText(authorizers(view))];
  return [
    { title: head, things: [], reason: notes([...unseen, ...errors, ...holes]) },
    ...[
      { title: 'beyond what Kubernetes gives, by', things: bindingThings(beyond) },
      { title: 'as Kubernetes itself gives, by', things: bindingThings(grants.filter(isDefaultGrant)) },
    ].filter(({ things }) => things.length > 0),
  ];
}

function bindingThings(grants: SubjectAccess['grants']): readonly RelatedThing[] {
  return [...Map.groupBy(grants, ({ binding }) => binding)].map(([binding, own]) => ({
    object: refOf(binding),
    note: `${scopeText(binding.namespace === '' ? null : binding.namespace)} · ${own.map(({ rule }) => ruleText(rule)).join('; ')}`,
  }));
}

function scopeText(namespace: string | null): string {
  return namespace === null ? 'in every namespace' : `in ${namespace}`;
}

function notes(texts: readonly string[]): string {
  return texts.join('; ');
}
