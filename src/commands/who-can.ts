import { authorizers, authorizersText } from '../analyses/rbac/authorizers.ts';
import { knownMembers } from '../analyses/rbac/user-groups.ts';
import { whoCan, type Holder } from '../analyses/rbac/who-can.ts';
import {
  REVIEW_QUESTIONS,
  reviewAnswer,
  reviewHeadline,
  type ReviewQuestion,
  type ReviewRow,
} from '../analyses/rbac/review-question.ts';
import { nearestName } from '../kube/nearest-name.ts';
import { KNOWN_RESOURCES, parseResource, resourceText, type ResourceName } from '../kube/rbac-resource.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import type { RequestAttributes } from '../kube/rbac-rule.ts';
import type { Subject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { columnsText, printAnswer } from './answer-text.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { bindingName, nameText, roleName, subjectName } from './rbac-names.ts';

/** Said in every answer: no binding gives or takes it. */
const MASTERS = 'Group system:masters may do everything: it bypasses RBAC, and no binding shows its members';
const GROUPS_UNKNOWN = 'who is in a group is not known to the cluster (--directory, or an audit log, tells)';

/** Every subject that may do something, with the binding and rule that grants it (interface §1). */
export const whoCanCommand: Command = {
  name: 'who-can',
  summary: 'every subject that may do it, with the binding and rule that grants it',
  usage: `who-can VERB RESOURCE[/SUB][.GROUP] [NAME] | ${REVIEW_QUESTIONS.map(({ name }) => name).join(' | ')}`,
  options: [],
  run: runWhoCan,
};

async function runWhoCan(context: CommandContext): Promise<number> {
  const [verb, target, name = '', ...more] = context.words;
  const review = target === undefined ? REVIEW_QUESTIONS.find((one) => one.name === verb) : undefined;
  if (review !== undefined) return await runReview(context, review);
  if (verb === undefined || target === undefined || more.length > 0) {
    throw new UsageError(`usage: ${whoCanCommand.usage}`);
  }
  const view = await context.loadView();
  const asked = question(view, verb, target, name);
  const namespaces = scopeOf(asked, name, context.namespaces);
  const { holders, holes } = whoCan(view, asked.request, namespaces);
  const authorizing = authorizers(view);
  const doubts = doubtsOf(view, asked, context.namespaces);
  const data = {
    question: questionData(asked.request, namespaces),
    doubts,
    subjects: holders.map((holder) => holderData(view, holder)),
    bypass: MASTERS,
    authorizers: authorizing,
    holes,
  };
  printAnswer(context, data, () => {
    const { length } = holders;
    const head = `${length} RBAC ${length === 1 ? 'grant allows' : 'grants allow'} ${asked.text}${scopeText(namespaces)}\n`;
    const notes = [
      MASTERS,
      ...groupNotes(
        view,
        holders.map(({ subject }) => subject),
      ),
      authorizersText(authorizing),
      ...holes.map((hole) => `not judged: ${hole}`),
    ];
    const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
    return `${lines(doubts)}${head}${length === 0 ? '' : table(holders)}${lines(notes)}`;
  });
  return holes.length > 0 ? 3 : 0;
}

/** One of the questions that a review begins with, for the namespaces that the flags name. */
async function runReview(context: CommandContext, question: ReviewQuestion): Promise<number> {
  const view = await context.loadView();
  const namespaces = context.namespaces.length === 0 ? 'all' : context.namespaces;
  const { rows, holes } = reviewAnswer(view, question, namespaces);
  const authorizing = authorizers(view);
  const data = {
    question: { name: question.name, namespaces },
    subjects: rows.map(reviewData),
    bypass: MASTERS,
    unseen: question.unseen,
    authorizers: authorizing,
    holes,
  };
  printAnswer(context, data, () => {
    const head = `${reviewHeadline(question, rows)}${scopeText(namespaces)}\n`;
    const people = rows.flatMap(({ subject, holder }) => (holder === 'person' ? [subject] : []));
    const notes = [
      MASTERS,
      ...groupNotes(view, people),
      question.unseen,
      authorizersText(authorizing),
      ...holes.map((hole) => `not judged: ${hole}`),
    ];
    return `${head}${rows.length === 0 ? '' : reviewTable(rows)}${notes.map((note) => `${note}\n`).join('')}`;
  });
  return holes.length > 0 ? 3 : 0;
}

function reviewData({ subject, holder, namespace, grants, isDangling }: ReviewRow): unknown {
  const [first] = grants;
  return {
    subject: first === undefined ? null : subjectName(subject, first.binding),
    holder,
    exists: !isDangling,
    scope: namespace === null ? 'cluster' : 'namespace',
    namespace,
    grants: grants.map(({ binding, rules, names }) => ({
      binding: bindingName(binding),
      role: roleName(binding),
      rules,
      names,
    })),
  };
}

function reviewTable(rows: readonly ReviewRow[]): string {
  const lines = rows.flatMap(({ subject, holder, namespace, grants }) =>
    grants.map(({ binding, rules }) => [
      nameText(subjectName(subject, binding)),
      scopeName(namespace),
      holder,
      nameText(bindingName(binding)),
      nameText(roleName(binding)),
      rules.map(({ rule }) => ruleText(rule)).join('; '),
    ]),
  );
  return columnsText([['SUBJECT', 'SCOPE', 'HOLDER', 'BINDING', 'ROLE', 'RULES'], ...lines]);
}

function scopeName(namespace: string | null): string {
  return namespace === null ? 'cluster-wide' : `namespace ${namespace}`;
}

interface Question {
  readonly request: RequestAttributes;
  readonly text: string;
  readonly resource: ResourceName | undefined;
}

/** Verbs that Kubernetes itself asks RBAC about; others are asked about as they come. */
const VERBS: ReadonlySet<string> = new Set(
  (
    'get list watch create update patch delete deletecollection impersonate bind escalate approve sign attest use ' +
    'associate head options post put proxy *'
  ).split(' '),
);

/** What in a question nobody knows, most likely misspelt: whoever may do everything may do it all the same. */
function doubtsOf(
  view: ClusterView,
  { request, resource }: Question,
  namespaces: readonly string[],
): readonly string[] {
  const doubts: string[] = [];
  const { verb } = request;
  // Verbs such as impersonate-on:user-info:get, and those of extension servers.
  if (!VERBS.has(verb) && !verb.includes(':')) doubts.push(`"${verb}" is no verb of Kubernetes${meant(verb, VERBS)}`);
  if (resource?.namespaced === null && resource.group === '' && resource.resource !== '*') {
    doubts.push(`"${resource.resource}" is no resource that is known here${meant(resource.resource, KNOWN_RESOURCES)}`);
  }
  const known = view.list('Namespace').map((one) => one.name);
  if (known.length === 0 || !view.readable('Namespace').ok) return doubts;
  const missing = namespaces.filter((name) => !known.includes(name));
  return [...doubts, ...missing.map((name) => `no namespace ${name} was found${meant(name, known)}`)];
}

function meant(word: string, names: Iterable<string>): string {
  const near = nearestName(word, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function question(view: ClusterView, verb: string, target: string, name: string): Question {
  if (target.startsWith('/')) {
    return { request: { type: 'path', verb, path: target }, text: `${verb} ${target}`, resource: undefined };
  }
  const parsed = parseResource(target);
  const crd = view
    .list('CustomResourceDefinition')
    .find((one) => one.resource === parsed.resource && (parsed.group === '' || one.group === parsed.group));
  const isCustom = parsed.namespaced === null && crd !== undefined;
  const resource = isCustom ? { ...parsed, group: crd.group, namespaced: crd.scope !== 'Cluster' } : parsed;
  const { group, subresource } = resource;
  const text = `${verb} ${resourceText(resource)}${name === '' ? '' : ` ${name}`}`;
  const request = {
    type: 'resource',
    verb,
    group,
    resource: resource.resource,
    subresource,
    namespace: '',
    name,
  } as const;
  return { request, text, resource };
}

/** A RoleBinding counts for namespaced resources, and in namespace foo for the Namespace object foo. */
function scopeOf({ resource }: Question, name: string, chosen: readonly string[]): 'all' | readonly string[] {
  if (resource === undefined) return [];
  if (resource.resource === 'namespaces' && resource.group === '') {
    if (name !== '') return [name];
    return chosen.length === 0 ? 'all' : chosen;
  }
  if (resource.namespaced === false) return [];
  return chosen.length === 0 ? 'all' : chosen;
}

function scopeText(namespaces: 'all' | readonly string[]): string {
  if (namespaces === 'all') return '';
  return namespaces.length === 0 ? ' (cluster scope)' : ` in ${namespaces.join(', ')}`;
}

function questionData(request: RequestAttributes, namespaces: 'all' | readonly string[]): unknown {
  if (request.type === 'path') return { verb: request.verb, path: request.path };
  const { verb, group, resource, subresource, name } = request;
  return { verb, group, resource, subresource, name, namespaces };
}

/** Who is in the groups that hold it, as far as anything tells. */
function groupNotes(view: ClusterView, subjects: readonly Subject[]): readonly string[] {
  const groups = new Set(subjects.flatMap(({ kind, name }) => (kind === 'Group' ? [name] : [])));
  const known = [...groups].flatMap((group) => {
    const members = knownMembers(view, group);
    return members.length === 0 ? [] : [`known members of group ${group}: ${members.join(', ')}`];
  });
  return known.length < groups.size || groups.size === 0 ? [...known, GROUPS_UNKNOWN] : known;
}

function holderData(view: ClusterView, { subject, grant, namespace }: Holder): unknown {
  const members = subject.kind === 'Group' ? knownMembers(view, subject.name) : [];
  return {
    subject: subjectName(subject, grant.binding),
    ...(members.length === 0 ? {} : { members }),
    scope: namespace === null ? 'cluster' : 'namespace',
    namespace,
    binding: bindingName(grant.binding),
    role: roleName(grant.binding),
    rule: grant.rule,
    ruleIndex: grant.ruleIndex,
  };
}

function table(holders: readonly Holder[]): string {
  const rows = holders.map(({ subject, grant, namespace }) => [
    nameText(subjectName(subject, grant.binding)),
    scopeName(namespace),
    nameText(bindingName(grant.binding)),
    nameText(roleName(grant.binding)),
    ruleText(grant.rule),
  ]);
  return columnsText([['SUBJECT', 'SCOPE', 'BINDING', 'ROLE', 'RULE'], ...rows]);
}
