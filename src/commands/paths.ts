import { authorizers, authorizersText } from '../analyses/rbac/authorizers.ts';
import { escalationGraph, isNamespaceSink, SINKS, type Hop } from '../analyses/rbac/escalation-graph.ts';
import type { NamespaceSink, Step } from '../analyses/rbac/escalation-step.ts';
import {
  escapePath,
  everyPath,
  minimalCut,
  namespacePaths,
  shortestPath,
  type AnyPath,
  type Cut,
} from '../analyses/rbac/escalation-paths.ts';
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
  summary:
    'escalation paths to cluster-admin, a node, all Secrets or all of a namespace, and the fewest bindings that close them',
  usage: 'paths [user:NAME | group:NAME | sa:NAMESPACE/NAME | pod:NAMESPACE/NAME]',
  asksAboutGroups: true,
  options: [],
  run: runPaths,
};

async function runPaths(context: CommandContext): Promise<number> {
  const [word, ...more] = context.words;
  if (more.length > 0) throw new UsageError(`usage: ${pathsCommand.usage}`);
  const view = await context.loadView();
  const paths = word === undefined ? scoped(everyPath(view), context.namespaces) : pathsOf(view, word, context);
  const cuts = cutsOf(view, paths);
  const holes = unread(view);
  if (context.output === 'dot' || context.output === 'mermaid') {
    context.print(context.output === 'dot' ? dotText(paths) : mermaidText(paths));
    return holes.length > 0 ? 3 : 0;
  }
  const data = {
    paths: paths.map(pathData),
    cuts: cuts.flatMap(({ cut }) =>
      cut === undefined ? [] : [{ bindings: cut.bindings.map(bindingName), closes: cut.closes }],
    ),
    authorizers: authorizers(view),
    holes,
  };
  printAnswer(context, data, () => {
    const count = `${paths.length} escalation ${paths.length === 1 ? 'path' : 'paths'} by RBAC\n${word === undefined ? endsText(paths) : ''}`;
    const notes = [authorizersText(authorizers(view)), ...holes.map((hole) => `not judged: ${hole}`)];
    return `${count}${paths.map(pathText).join('')}${cuts.map(cutText).join('')}${notes.map((note) => `${note}\n`).join('')}`;
  });
  return holes.length > 0 ? 3 : 0;
}

interface CutOf {
  /** How many paths are to be closed, and where they end. */
  readonly of: number;
  readonly where: string;
  readonly cut: Cut | undefined;
}

/** The bindings that close the paths that lead out of a namespace, and those that close the others. */
function cutsOf(view: ClusterView, paths: readonly AnyPath[]): readonly CutOf[] {
  const inside = paths.filter(({ to }) => isNamespaceSink(to));
  const isMixed = inside.length > 0 && inside.length < paths.length;
  return [
    {
      own: paths.filter(({ to }) => !isNamespaceSink(to)),
      where: isMixed ? ' that lead further than a namespace' : '',
    },
    { own: inside, where: isMixed ? ' to all of a namespace' : '' },
  ].flatMap(({ own, where }) => (own.length === 0 ? [] : [{ of: own.length, where, cut: minimalCut(view, own) }]));
}

function cutText({ of, where, cut }: CutOf): string {
  if (cut === undefined) return `no small set of bindings closes all paths${where}\n`;
  const names = cut.bindings.map((one) => nameText(bindingName(one))).join(', ');
  return `removing ${names} closes ${cut.closes} of ${of}${where}\n`;
}

function pathsOf(view: ClusterView, word: string, context: CommandContext): readonly AnyPath[] {
  const groups = context.options['as-group'];
  const asked = parseSubject(word, Array.isArray(groups) ? (groups as readonly string[]) : [], view);
  const keys = asked.kind === 'Group' ? [`g:${asked.user.groups[0] ?? ''}`] : userKeys(asked.user);
  const wide = SINKS.flatMap((sink) => [
    ...[shortestPath(view, keys, sink) ?? []].flat(),
    ...[asked.pod === undefined ? [] : (escapePath(view, asked.pod.namespace, asked.pod.name, sink) ?? [])].flat(),
  ]);
  // What leads further in as few steps stands for the namespace.
  const steps = Math.min(...wide.map(({ hops }) => hops.length));
  return [...wide, ...namespacePaths(escalationGraph(view), keys).filter(({ hops }) => hops.length < steps)];
}

/** How many paths end where, of those that begin with every subject. */
function endsText(paths: readonly AnyPath[]): string {
  const count = (to: string): string => `${paths.filter((path) => path.to.startsWith(to)).length} to ${to}`;
  return `${[...SINKS, 'namespace-admin'].map(count).join(', ')} (told of who reaches nothing else)\n`;
}

function scoped(paths: readonly AnyPath[], namespaces: readonly string[]): readonly AnyPath[] {
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
  if (isNamespaceSink(to)) return { kind: 'Group', namespace: namespaceOf(to), name: 'namespace-admin' };
  if (!SINK_NAMES.has(to)) return subjectOfKey(to);
  if (to === 'node') return NODE;
  return { kind: 'Group', namespace: null, name: to === 'cluster-admin' ? 'system:masters' : 'all secrets' };
}

/** The namespace that is taken over; null: every one. */
function namespaceOf(to: NamespaceSink): string | null {
  const name = to.slice('namespace-admin/'.length);
  return name === '*' ? null : name;
}

/** Where a path or a hop ends, to be read. */
function targetText(to: string): string {
  if (isNamespaceSink(to)) return `namespace-admin of ${namespaceOf(to) ?? 'every namespace'}`;
  return SINK_NAMES.has(to) ? to : nameText(subjectOfKey(to));
}

function pathData(path: AnyPath): unknown {
  return {
    from: subjectOfKey(path.from),
    ...(isNamespaceSink(path.to)
      ? { to: 'namespace-admin', namespace: namespaceOf(path.to) }
      : { to: path.to, namespace: null }),
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

function pathText(path: AnyPath): string {
  const head = `${nameText(subjectOfKey(path.from))} reaches ${targetText(path.to)} in ${path.hops.length} ${path.hops.length === 1 ? 'step' : 'steps'}\n`;
  const lines = path.hops.map((hop, at) => {
    const { condition, step } = hop;
    const to = targetText(hop.to);
    const note = condition === '' ? '' : ` (${condition})`;
    if (step === null) return `  ${at + 1}. ${nameText(subjectOfKey(hop.from))} → ${to}${note}\n`;
    const { action, binding, rule } = step;
    const group =
      step.from.startsWith('g:') && hop.from !== step.from ? `, as one of ${nameText(subjectOfKey(step.from))}` : '';
    return `  ${at + 1}. ${nameText(subjectOfKey(hop.from))} can ${action} → ${to}${note}\n     by ${nameText(bindingName(binding))}, ${nameText(roleName(binding))}: ${ruleText(rule)}${group}\n`;
  });
  return head + lines.join('');
}

function edges(paths: readonly AnyPath[]): readonly (readonly [string, string, string])[] {
  const found = new Map<string, readonly [string, string, string]>();
  for (const hop of paths.flatMap((path) => path.hops)) {
    const to = targetText(hop.to);
    const edge = [nameText(subjectOfKey(hop.from)), to, hop.step?.binding.name ?? hop.condition] as const;
    found.set(edge.join('\n'), edge);
  }
  return [...found.values()];
}

function dotText(paths: readonly AnyPath[]): string {
  const lines = edges(paths).map(
    ([from, to, by]) => `  ${JSON.stringify(from)} -> ${JSON.stringify(to)} [label=${JSON.stringify(by)}];\n`,
  );
  return `digraph paths {\n  rankdir=LR;\n${lines.join('')}}\n`;
}

function mermaidText(paths: readonly AnyPath[]): string {
  const ids = new Map<string, string>();
  const id = (name: string): string => {
    const there = ids.get(name) ?? `n${ids.size}`;
    ids.set(name, there);
    return `${there}["${inMermaid(name)}"]`;
  };
  const lines = edges(paths).map(([from, to, by]) => `  ${id(from)} -->|"${inMermaid(by)}"| ${id(to)}\n`);
  return `flowchart LR\n${lines.join('')}`;
}
