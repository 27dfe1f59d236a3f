import { stringify } from 'yaml';
import { leastRoles, replayed, SeenRequests, type LeastRole, type SeenRequest } from '../analyses/rbac/least-role.ts';
import { subjectAccess } from '../analyses/rbac/subject-access.ts';
import { uncovered } from '../kube/escalation-check.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import { ruleAllows } from '../kube/rbac-rule.ts';
import type { RbacUser } from '../kube/rbac-user.ts';
import type { PolicyRule } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { parseSubject } from './rbac-subject.ts';

/** Events that a comment cites. */
const MOST_CITED = 3;

/** The least role that an audit log justifies (interface §1). */
export const roleCommand: Command = {
  name: 'role',
  summary: 'the least role that the audit log justifies, with its replay proof',
  usage: 'role user:NAME | sa:NAMESPACE/NAME | pod:NAMESPACE/NAME --audit-log PATH|--history FILE',
  options: [],
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
  const roles = leastRoles(seen);
  const { allowed, of } = replayed(roles, seen);
  const { removed, holes } = difference(view, user, roles);
  const span = [coverage.first, coverage.last].map((time) => (time === null ? '' : new Date(time).toISOString()));
  if (context.output === 'json') {
    const data = { user: user.name, roles, replay: { allowed, of }, window: span.join('/'), removed, holes };
    context.print(`${JSON.stringify(data, null, 2)}\n`);
    return holes.length > 0 ? 3 : 0;
  }
  const notes = [
    `${allowed} of ${of} events of ${user.name} from ${span.join(' to ')} are allowed again`,
    ...removed.map((text) => `goes: ${text}, not observed in that time`),
    ...holes.map((hole) => `not judged: ${hole}`),
  ];
  context.print(`${notes.map((note) => `# ${note}\n`).join('')}${manifests(roles, seen, user)}`);
  return holes.length > 0 ? 3 : 0;
}

/** What the subject holds by name or group, and the roles would not give. */
function difference(
  view: ClusterView,
  user: RbacUser,
  roles: readonly LeastRole[],
): { readonly removed: readonly string[]; readonly holes: readonly string[] } {
  const access = subjectAccess(view, user);
  const cluster = roles.find((role) => role.namespace === '')?.rules ?? [];
  const removed = access.grants.flatMap(({ rule, namespace, binding }) => {
    const own = roles.find((role) => role.namespace === namespace)?.rules ?? [];
    const where = namespace === null ? 'in all namespaces' : `in namespace ${namespace}`;
    return uncovered([...cluster, ...own], [rule]).map(
      (atom) => `${ruleText(atom)} ${where} (${binding.kind} ${binding.name})`,
    );
  });
  return { removed: [...new Set(removed)], holes: access.holes };
}

function manifests(roles: readonly LeastRole[], seen: readonly SeenRequest[], user: RbacUser): string {
  const name =
    user.name
      .split(':')
      .at(-1)
      ?.replaceAll(/[^a-z0-9.-]+/gi, '-')
      .toLowerCase() || 'least';
  return roles
    .map(({ namespace, rules }) => {
      const kind = namespace === '' ? 'ClusterRole' : 'Role';
      const metadata = namespace === '' ? { name: `least-${name}` } : { name: `least-${name}`, namespace };
      const head = stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata });
      const lines = rules.map((rule) => {
        const item = stringify([rule], { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
        return `  # ${citation(rule, namespace, seen)}\n${item.replaceAll(/^(?=.)/gm, '  ')}`;
      });
      return `---\n${head}rules:\n${lines.join('')}`;
    })
    .join('');
}

function citation(rule: PolicyRule, namespace: string, seen: readonly SeenRequest[]): string {
  const own = seen.filter(
    ({ request }) => (request.type === 'resource' ? request.namespace : '') === namespace && ruleAllows(rule, request),
  );
  const count = own.reduce((sum, one) => sum + one.count, 0);
  const ids = own.slice(0, MOST_CITED).map((one) => one.auditID);
  return `${count} ${count === 1 ? 'event' : 'events'}, such as ${ids.join(', ')}`;
}
