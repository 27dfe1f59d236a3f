import { authorizers, authorizersText } from '../analyses/rbac/authorizers.ts';
import { SINKS, type EscalationPath, type Hop } from '../analyses/rbac/escalation-graph.ts';
import type { Step } from '../analyses/rbac/escalation-step.ts';
import { allPaths, escapePath, minimalCut, shortestPath } from '../analyses/rbac/escalation-paths.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import { parseServiceAccountUser, serviceAccountGroups, userKeys } from '../kube/rbac-user.ts';
import { ALL_KINDS, RBAC_KINDS, type Kind } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { printAnswer } from './answer-text.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { inMermaid } from './mermaid-escape.ts';
import { bindingName, nameText, roleName, type SubjectName } from './rbac-names.ts';
import { holesIn } from './holes.ts';
import { parseSubject } from './rbac-subject.ts';

const SINK_NAMES: ReadonlySet<string> = new Set(SINKS);
const NODE: SubjectName = { kind: 'Node', namespace: null, name: '*' };

/** Escalation paths (interface §1 and §5). */
export const pathsCommand: Command = {
  name: 'paths',
  summary: 'escalation paths to cluster-admin, a node or all Secrets, and the fewest bindings that close them',
  usage: 'paths [user:NAME | group:NAME | sa:NAMESPACE/NAME | pod:NAMESPACE/NAME]',
  asksAboutGroups: true,
  options: [],
  run: runPaths,
};

async function runPaths(context: CommandContext): Promise<number> {
  const [word, ...more] = context.words;
  if (more.length > 0) throw new UsageError(`usage: ${pathsCommand.usage}`);
  const view = await context.loadView();
  const paths = word === undefined ? scoped(allPaths(view), context.namespaces) : pathsOf(view, word, context);
  const cut = paths.length === 0 ? undefined : minimalCut(view, paths);
  const holes = unread(view);
  if (context.output === 'dot' || context.output === 'mermaid') {
    context.print(context.output === 'dot' ? dotText(paths) : mermaidText(paths));
    return holes.length > 0 ? 3 : 0;
  }
  const data = {
    paths: paths.map(pathData),
    cuts: cut === undefined ? [] : [{ bindings: cut.bindings.map(bindingName), closes: cut.closes }],
    authorizers: authorizers(view),
    holes,
  };
  printAnswer(context, data, () => {
    const count = `${paths.length} escalation ${paths.length === 1 ? 'path' : 'paths'} by RBAC\n`;
    const cutText =
      cut === undefined
        ? paths.length === 0
          ? ''
          : 'no small set of bindings closes all of them\n'
        : `removing ${cut.bindings.map((one) => nameText(bindingName(one))).join(', ')} closes ${cut.closes} of ${paths.length}\n`;
    const notes = [authorizersText(authorizers(view)), ...holes.map((hole) => `not judged: ${hole}`)];
    return `${count}${paths.map(pathText).join('')}${cutText}${notes.map((note) => `${note}\n`).join('')}`;
  });
  return holes.length > 0 ? 3 : 0;
}

function pathsOf(view: ClusterView, word: string, context: CommandContext): readonly EscalationPath[] {
  const groups = context.options['as-group'];
  const asked = parseSubject(word, Array.isArray(groups) ? (groups as readonly string[]) : [], view);
  const keys = asked.kind === 'Group' ? [`g:${asked.user.groups[0] ?? ''}`] : userKeys(asked.user);
  return SINKS.flatMap((sink) => [
    ...[shortestPath(view, keys, sink) ?? []].flat(),
    ...[asked.pod === undefined ? [] : (escapePath(view, asked.pod.namespace, asked.pod.name, sink) ?? [])].flat(),
  ]);
}

function scoped(paths: readonly EscalationPath[], namespaces: readonly string[]): readonly EscalationPath[] {
  if (namespaces.length === 0) return paths;
  return paths.filter((path) => namespaces.includes(subjectOfKey(path.from).namespace ?? ''));
}

/** What decides about paths, in the order of the table of kinds. */
const DECIDING: ReadonlySet<Kind> = new Set([...RBAC_KINDS, 'ServiceAccount', 'Pod', 'Namespace']);

function unread(view: ClusterView): readonly string[] {
  return holesIn(
    view,
    ALL_KINDS.filter((kind) => DECIDING.has(kind)),
  );
}

function subjectOfKey(key: string): SubjectName {
  if (key === 'node') return NODE;
  const name = key.slice(2);
  if (key.startsWith('p:')) {
    const slash = name.indexOf('/');
    return { kind: 'Pod', namespace: name.slice(0, slash), name: name.slice(slash + 1) };
  }
  if (key.startsWith('g:')) return { kind: 'Group', namespace: null, name };
  const account = parseServiceAccountUser(name);
  return account === undefined ? { kind: 'User', namespace: null, name } : { kind: 'ServiceAccount', ...account };
}

/** What a hop ends in: the next subject; a sink is named as the group or node that it amounts to. */
function endOf({ to }: Hop): SubjectName {
  if (!SINK_NAMES.has(to)) return subjectOfKey(to);
  if (to === 'node') return NODE;
  return { kind: 'Group', namespace: null, name: to === 'cluster-admin' ? 'system:masters' : 'all secrets' };
}

function pathData(path: EscalationPath): unknown {
  return {
    from: subjectOfKey(path.from),
    to: path.to,
    namespace: null,
    severity: path.to === 'cluster-admin' ? 'critical' : 'high',
    hops: path.hops.map((hop) => {
      const ends = { from: subjectOfKey(hop.from), to: endOf(hop) };
      const { condition, step } = hop;
      if (step === null) return { ...ends, via: null, condition, request: null };
      const { binding, along, rule } = step;
      const { type: _type, ...resourceAttributes } = step.request;
      return {
        ...ends,
        via: { binding: bindingName(binding), role: roleName(binding), rule, along: along.map(bindingName) },
        condition,
        request: { ...identity(hop.from, step), resourceAttributes },
      };
    }),
  };
}

/**
 * Who the API server sees; a service account has its groups without being given them.
 *
 * @param step which is granted to the subject itself, or to groups that it is in
 */
function identity(
  key: string,
  { from: granted, through }: Step,
): { readonly user: string; readonly groups: readonly string[] } {
  if (key.startsWith('g:')) return { user: '', groups: [key.slice(2)] };
  const account = parseServiceAccountUser(key.slice(2));
  if (account !== undefined) return { user: key.slice(2), groups: serviceAccountGroups(account.namespace) };
  return { user: key.slice(2), groups: granted.startsWith('g:') ? [granted.slice(2), ...through] : through };
}

function pathText(path: EscalationPath): string {
  const head = `${nameText(subjectOfKey(path.from))} reaches ${path.to} in ${path.hops.length} ${path.hops.length === 1 ? 'step' : 'steps'}\n`;
  const lines = path.hops.map((hop, at) => {
    const { condition, step } = hop;
    const to = SINK_NAMES.has(hop.to) ? hop.to : nameText(subjectOfKey(hop.to));
    const note = condition === '' ? '' : ` (${condition})`;
    if (step === null) return `  ${at + 1}. ${nameText(subjectOfKey(hop.from))} → ${to}${note}\n`;
    const { action, binding, rule } = step;
    const group =
      step.from.startsWith('g:') && hop.from !== step.from ? `, as one of ${nameText(subjectOfKey(step.from))}` : '';
    return `  ${at + 1}. ${nameText(subjectOfKey(hop.from))} can ${action} → ${to}${note}\n     by ${nameText(bindingName(binding))}, ${nameText(roleName(binding))}: ${ruleText(rule)}${group}\n`;
  });
  return head + lines.join('');
}

function edges(paths: readonly EscalationPath[]): readonly (readonly [string, string, string])[] {
  const found = new Map<string, readonly [string, string, string]>();
  for (const hop of paths.flatMap((path) => path.hops)) {
    const to = SINK_NAMES.has(hop.to) ? hop.to : nameText(subjectOfKey(hop.to));
    const edge = [nameText(subjectOfKey(hop.from)), to, hop.step?.binding.name ?? hop.condition] as const;
    found.set(edge.join('\n'), edge);
  }
  return [...found.values()];
}

function dotText(paths: readonly EscalationPath[]): string {
  const lines = edges(paths).map(
    ([from, to, by]) => `  ${JSON.stringify(from)} -> ${JSON.stringify(to)} [label=${JSON.stringify(by)}];\n`,
  );
  return `digraph paths {\n  rankdir=LR;\n${lines.join('')}}\n`;
}

function mermaidText(paths: readonly EscalationPath[]): string {
  const ids = new Map<string, string>();
  const id = (name: string): string => {
    const there = ids.get(name) ?? `n${ids.size}`;
    ids.set(name, there);
    return `${there}["${inMermaid(name)}"]`;
  };
  const lines = edges(paths).map(([from, to, by]) => `  ${id(from)} -->|"${inMermaid(by)}"| ${id(to)}\n`);
  return `flowchart LR\n${lines.join('')}`;
}
