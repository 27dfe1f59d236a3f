import { authorizers, authorizersText } from '../analyses/rbac/authorizers.ts';
import {
  ANONYMOUS_AT_KUBELETS,
  anonymousRequests,
  anonymousText,
  isDefaultGrant,
} from '../analyses/rbac/unauthenticated.ts';
import { subjectAccess, type SubjectAccess } from '../analyses/rbac/subject-access.ts';
import { NODE_AUTHORIZER_NOT_MODELLED } from '../kube/authorizer.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import { ANONYMOUS, nodeNameOf, SYSTEM_MASTERS } from '../kube/rbac-user.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { columnsText, printAnswer } from './answer-text.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { bindingName, nameText, roleName, subjectName } from './rbac-names.ts';
import { parseSubject, type AskedSubject } from './rbac-subject.ts';

/** All that a subject may do (interface §1). */
export const canCommand: Command = {
  name: 'can',
  summary: 'all that a subject may do, group grants expanded',
  usage: 'can user:NAME | group:NAME | sa:NAMESPACE/NAME | pod:NAMESPACE/NAME | unauthenticated',
  options: [],
  asksAboutGroups: true,
  run: runCan,
};

async function runCan(context: CommandContext): Promise<number> {
  const [word, ...more] = context.words;
  if (word === undefined || more.length > 0) throw new UsageError(`usage: ${canCommand.usage}`);
  const view = await context.loadView();
  const asked = parseSubject(word, listed(context.options['as-group']), view);
  const access = subjectAccess(view, asked.user, context.namespaces.length === 0 ? undefined : context.namespaces);
  const authorizing = authorizers(view);
  const anonymous = asked.user.name === ANONYMOUS ? anonymousAnswer(view, access) : undefined;
  const notes = [...asked.notes, ...specialNotes(asked), ...(anonymous?.notes ?? [])];
  const data = {
    subject: { kind: asked.kind, user: asked.user.name, groups: asked.user.groups },
    grants: access.grants.map(grantData),
    errors: access.errors,
    notes,
    ...anonymous?.data,
    authorizers: authorizing,
    holes: access.holes,
  };
  printAnswer(context, data, () => {
    const { length } = access.grants;
    const head = `RBAC gives ${asked.text} ${length} ${length === 1 ? 'rule' : 'rules'} (groups: ${asked.user.groups.join(', ') || 'none given'})\n`;
    const lines = [
      ...access.errors.map((error) => `does not resolve: ${error}`),
      ...notes,
      authorizersText(authorizing),
      ...access.holes.map((hole) => `not judged: ${hole}`),
    ];
    return `${head}${length === 0 ? '' : table(access)}${lines.map((line) => `${line}\n`).join('')}`;
  });
  return access.holes.length > 0 ? 3 : 0;
}

function specialNotes({ user }: AskedSubject): readonly string[] {
  return [
    ...(user.groups.includes(SYSTEM_MASTERS) ? [`${SYSTEM_MASTERS} may do everything: it bypasses RBAC`] : []),
    ...(nodeNameOf(user) === undefined ? [] : [NODE_AUTHORIZER_NOT_MODELLED]),
  ];
}

/** Whether such requests are let through at all, and how much of what they may do Kubernetes itself gives. */
function anonymousAnswer(
  view: ClusterView,
  { grants }: SubjectAccess,
): { readonly notes: readonly string[]; readonly data: object } {
  const requests = anonymousRequests(view);
  const beyond = grants.filter((grant) => !isDefaultGrant(grant));
  const { length } = beyond;
  return {
    notes: [
      anonymousText(requests),
      ANONYMOUS_AT_KUBELETS,
      `${length} of these rules ${length === 1 ? 'goes' : 'go'} beyond what Kubernetes itself gives`,
    ],
    data: { anonymousRequests: requests, beyondDefaults: beyond.map(grantData) },
  };
}

function grantData(grant: SubjectAccess['grants'][number]): unknown {
  return {
    scope: grant.namespace === null ? 'cluster' : 'namespace',
    namespace: grant.namespace,
    through: subjectName(grant.subject, grant.binding),
    binding: bindingName(grant.binding),
    role: roleName(grant.binding),
    rule: grant.rule,
    ruleIndex: grant.ruleIndex,
  };
}

function table({ grants }: SubjectAccess): string {
  const rows = grants.map((grant) => [
    grant.namespace === null ? 'cluster-wide' : `namespace ${grant.namespace}`,
    nameText(bindingName(grant.binding)),
    nameText(roleName(grant.binding)),
    nameText(subjectName(grant.subject, grant.binding)),
    // The last, for it may be of any width.
    ruleText(grant.rule),
  ]);
  return columnsText([['SCOPE', 'BINDING', 'ROLE', 'THROUGH', 'RULE'], ...rows]);
}

function listed(value: string | true | readonly string[] | undefined): readonly string[] {
  if (value === undefined || value === true) return [];
  return typeof value === 'string' ? [value] : value;
}
