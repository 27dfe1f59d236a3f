import {
  citation,
  fittingRole,
  leastRoles,
  replayed,
  SeenRequests,
  type FittingRole,
  type LeastRole,
  type LogAbout,
  type SeenRequest,
} from '../analyses/rbac/least-role.ts';
import { merged } from '../analyses/rbac/rights-difference.ts';
import { subjectAccess } from '../analyses/rbac/subject-access.ts';
import { uncovered } from '../kube/escalation-check.ts';
import { nearestName } from '../kube/nearest-name.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import { parseServiceAccountUser, type RbacUser } from '../kube/rbac-user.ts';
import { apiVersionOf } from '../model/kind.ts';
import { toYaml } from '../remedy/to-yaml.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { parseSubject } from './rbac-subject.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
/** Users of the log that are named where the one asked for is not among them. */
const MOST_USERS = 5;

/** The least role that an audit log justifies (interface §1). */
export const roleCommand: Command = {
  name: 'role',
  summary: 'the least role that the audit log justifies, with its replay proof',
  usage: 'role user:NAME | sa:NAMESPACE/NAME | pod:NAMESPACE/NAME --audit-log PATH|--history FILE',
  options: [],
  readsLog: true,
  run,
};

async function run(context: CommandContext): Promise<number> {
  const [word, ...more] = context.words;
  if (word === undefined || more.length > 0) throw new UsageError(`usage: ${roleCommand.usage}`);
  if (context.loadAudit === undefined)
    throw new UsageError('role needs a log: --audit-log PATH (file, folder, or -), or --history FILE');
  const view = await context.loadView();
  const { user, kind } = parseSubject(word, [], view);
  if (kind === 'Group') throw new UsageError('a role is made for one user or service account: the log names no group');
  const collected = new SeenRequests(user.name);
  const { coverage } = await context.loadAudit((events) => collected.add(events));
  const seen = collected.all();
  const window = [coverage.first, coverage.last].map((time) => (time === null ? '' : new Date(time).toISOString()));
  if (seen.length === 0) return printNothing(context, view, user, window, collected.about());
  const roles = leastRoles(seen);
  const fits = roles.map((role) => fit(view, role));
  const { allowed, of } = replayed(roles, seen);
  const { removed, holes } = difference(view, user, roles);
  if (context.output === 'json') {
    const data = {
      user: user.name,
      roles,
      fits: fits.map(fitData),
      replay: { allowed, of },
      window: window.join('/'),
      removed,
      holes,
    };
    context.print(`${JSON.stringify(data, null, 2)}\n`);
    return holes.length > 0 ? 3 : 0;
  }
  const notes = [
    `${allowed} of ${of} events of ${user.name} from ${window.join(' to ')} are allowed again`,
    ...fits.flatMap((one) => (one === undefined ? [] : [fitText(one)])),
    ...removed.map((text) => `goes: ${text}, not observed in that time`),
    ...holes.map((hole) => `not judged: ${hole}`),
  ];
  context.print(`${notes.map((note) => `# ${note}\n`).join('')}${manifests(fits, roles, seen, user)}`);
  return holes.length > 0 ? 3 : 0;
}

/** Without an event there is nothing to prove a role by: what the log holds instead, and what to do. */
function printNothing(
  context: CommandContext,
  view: ClusterView,
  { name, groups }: RbacUser,
  window: readonly string[],
  { refused, others }: LogAbout,
): number {
  const near = nearestName(name, others);
  const held = subjectAccess(view, { name, groups }).grants.length;
  const isEmpty = others.length === 0 && refused === 0;
  const notes = [
    isEmpty
      ? 'the log holds no request'
      : `the log (${window.join(' to ')}) holds no request that RBAC allowed to ${name}`,
    ...(refused === 0
      ? []
      : [`requests of it that were refused: ${refused}; grant what it needs first, then let it run`]),
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    ...(others.length === 0 || near !== undefined
      ? []
      : [`users of the log: ${others.slice(0, MOST_USERS).join(', ')}`]),
    `it holds ${held} ${held === 1 ? 'rule' : 'rules'} now (see k8sec can); that none of them is used is not proven`,
    'give a log of a time in which it worked, at level Metadata or above, with the ResponseComplete stage',
  ];
  if (context.output === 'json') {
    const data = { user: name, roles: [], replay: { allowed: 0, of: 0 }, window: window.join('/'), notes };
    context.print(`${JSON.stringify(data, null, 2)}\n`);
  } else context.print(notes.map((note) => `# ${note}\n`).join(''));
  return 3;
}

/** The nearest role that is there: of the namespace, or a ClusterRole. */
function fit(view: ClusterView, least: LeastRole): (FittingRole & { readonly least: LeastRole }) | undefined {
  const own = least.namespace === '' ? [] : view.list('Role', least.namespace);
  const found = fittingRole(least, [...own, ...view.list('ClusterRole')]);
  return found === undefined ? undefined : { ...found, least };
}

type Fit = ReturnType<typeof fit>;

function fitData(one: Fit): unknown {
  return one === undefined ? null : { kind: one.role.kind, name: one.role.name, extra: one.extra };
}

function fitText({ role, extra, least }: NonNullable<Fit>): string {
  const where = least.namespace === '' ? 'cluster-wide' : `in namespace ${least.namespace}`;
  return extra.length === 0
    ? `${role.kind} ${role.name} is there and gives exactly this ${where}: it is bound, no new role is made`
    : `${role.kind} ${role.name} is there and gives this and ${extra.map(ruleText).join('; ')} ${where}: a binding to it does without a new role`;
}

/** What the subject holds by name or group, and the roles would not give. */
function difference(
  view: ClusterView,
  user: RbacUser,
  roles: readonly LeastRole[],
): { readonly removed: readonly string[]; readonly holes: readonly string[] } {
  const access = subjectAccess(view, user);
  const cluster = roles.find((role) => role.namespace === '')?.rules ?? [];
  const byBinding = Map.groupBy(access.grants, ({ binding }) => binding);
  const removed = [...byBinding].flatMap(([binding, grants]) => {
    const namespace = grants[0]?.namespace ?? null;
    const own = roles.find((role) => role.namespace === namespace)?.rules ?? [];
    const where = namespace === null ? 'in all namespaces' : `in namespace ${namespace}`;
    const going = uncovered(
      [...cluster, ...own],
      grants.map(({ rule }) => rule),
    );
    return merged(going).map((rule) => `${ruleText(rule)} ${where} (${binding.kind} ${binding.name})`);
  });
  return { removed: [...new Set(removed)], holes: access.holes };
}

/** For each scope the role, unless one that is there gives exactly this, and the binding of it to the user. */
function manifests(
  fits: readonly Fit[],
  roles: readonly LeastRole[],
  seen: readonly SeenRequest[],
  user: RbacUser,
): string {
  const short = user.name
    .split(':')
    .at(-1)
    ?.replaceAll(/[^a-z0-9.-]+/gi, '-');
  const name = `least-${short?.toLowerCase() || 'role'}`;
  return roles
    .map((role, at) => {
      const fitting = fits[at];
      return fitting === undefined || fitting.extra.length > 0
        ? `---\n${roleYaml(role, name, seen)}---\n${bindingYaml(role, roleKind(role), name, name, user)}`
        : `---\n${bindingYaml(role, fitting.role.kind, fitting.role.name, name, user)}`;
    })
    .join('');
}

function roleKind({ namespace }: LeastRole): 'ClusterRole' | 'Role' {
  return namespace === '' ? 'ClusterRole' : 'Role';
}

function roleYaml(role: LeastRole, name: string, seen: readonly SeenRequest[]): string {
  const { namespace, rules } = role;
  const comments = rules.map((rule, at) => ({
    document: 0,
    path: ['rules', at],
    text: citation(rule, namespace, seen),
  }));
  return toYaml([{ ...headOf(role, roleKind(role), name), rules }], comments);
}

function bindingYaml(role: LeastRole, kind: string, roleName: string, name: string, user: RbacUser): string {
  const account = parseServiceAccountUser(user.name);
  const subject =
    account === undefined
      ? { apiGroup: RBAC_GROUP, kind: 'User', name: user.name }
      : { kind: 'ServiceAccount', ...account };
  const roleRef = { apiGroup: RBAC_GROUP, kind, name: roleName };
  return toYaml([{ ...headOf(role, `${roleKind(role)}Binding`, name), roleRef, subjects: [subject] }], []);
}

function headOf({ namespace }: LeastRole, kind: string, name: string): Readonly<Record<string, unknown>> {
  const metadata = namespace === '' ? { name } : { name, namespace };
  return { apiVersion: apiVersionOf('Role'), kind, metadata };
}
