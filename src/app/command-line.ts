import { nearestName } from '../kube/nearest-name.ts';
import { PANES, type PaneName } from '../model/finding.ts';
import { GROUP_KEYS, type GroupKey } from './group-rows.ts';
import { LISTED_QUESTIONS } from './question-list.ts';
import type { OtherProgram } from './session-model.ts';
import { THEME_NAMES, type ThemeName } from './state.ts';

/** What a line after `:` means. */
export type CommandLine =
  | { readonly type: 'nothing' }
  | { readonly type: 'overview' }
  | {
      readonly type: 'pane';
      readonly pane: PaneName;
      readonly namespace: string | null;
      readonly filter: string | null;
      readonly context: string | null;
    }
  /** `all`: every one; null: choose from a list. */
  | { readonly type: 'namespace'; readonly namespace: string | null }
  | { readonly type: 'context'; readonly name: string | null }
  | { readonly type: 'theme'; readonly name: ThemeName }
  | { readonly type: 'ask'; readonly words: readonly string[] }
  /** One of the questions that a list answers. */
  | { readonly type: 'list'; readonly question: string }
  | { readonly type: 'hand-over'; readonly to: OtherProgram }
  | { readonly type: 'group'; readonly by: GroupKey | null }
  /** Columns of the open table, as they were typed; null: as usual again. */
  | { readonly type: 'columns'; readonly names: readonly string[] | null }
  | { readonly type: 'graph' | 'waive' | 'help' | 'suspend' | 'quit' }
  | { readonly type: 'problem'; readonly text: string };

/** Words that open a pane; the first of each is the one that completion offers. */
const PANE_WORDS: Readonly<Record<PaneName, readonly string[]>> = {
  network: ['network', 'net', 'netpol', 'netpols', 'networkpolicies', 'np'],
  rbac: ['rbac', 'bindings', 'roles'],
  labels: ['labels', 'label'],
  audit: ['audit', 'events'],
  secrets: ['secrets', 'secret', 'sec'],
  vigilance: ['vigilance', 'posture', 'psa', 'podsecurity'],
};

/** Questions that are answered by the commands of the same name, and what the report says of benchmarks and a baseline. */
const QUESTIONS = [
  'who-can',
  'can',
  'reach',
  'paths',
  'as-of',
  'own-access',
  'label-map',
  'compliance',
  'drift',
] as const;

const WORDS: Readonly<Record<string, CommandLine>> = {
  overview: { type: 'overview' },
  home: { type: 'overview' },
  waive: { type: 'waive' },
  graph: { type: 'graph' },
  pager: { type: 'hand-over', to: 'pager' },
  less: { type: 'hand-over', to: 'pager' },
  editor: { type: 'hand-over', to: 'editor' },
  edit: { type: 'hand-over', to: 'editor' },
  help: { type: 'help' },
  '?': { type: 'help' },
  suspend: { type: 'suspend' },
  q: { type: 'quit' },
  'q!': { type: 'quit' },
  quit: { type: 'quit' },
  exit: { type: 'quit' },
};

const NAMESPACE_WORDS = ['ns', 'namespace', 'namespaces'];
const CONTEXT_WORDS = ['ctx', 'context', 'contexts'];

/** First words that completion offers, in this order. */
export const FIRST_WORDS: readonly string[] = [
  ...PANES.map((pane) => PANE_WORDS[pane][0] ?? pane),
  'overview',
  'ns',
  'ctx',
  ...QUESTIONS,
  'due',
  'group',
  'columns',
  'theme',
  'pager',
  'editor',
  'graph',
  'waive',
  'help',
  'suspend',
  'quit',
];

/** Reads a line after `:`. Panes take what k9s's resources take: `:network shop /web @other-context`. */
export function parseCommandLine(text: string): CommandLine {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  if (first === '') return { type: 'nothing' };
  const fixed = WORDS[first];
  if (fixed !== undefined) return fixed;
  const pane = PANES.find((name) => PANE_WORDS[name].includes(first));
  if (pane !== undefined) return paneCommand(pane, text);
  if (NAMESPACE_WORDS.includes(first)) return { type: 'namespace', namespace: rest[0] ?? null };
  if (CONTEXT_WORDS.includes(first)) return { type: 'context', name: rest[0] ?? null };
  if (first === 'theme') return themeCommand(rest[0]);
  if (first === 'group') return groupCommand(rest[0]);
  if (first === 'columns') return columnsCommand(rest);
  const question = [first, ...rest].join(' ');
  if (LISTED_QUESTIONS.includes(question)) return { type: 'list', question };
  if (QUESTIONS.some((one) => one === first)) return { type: 'ask', words: [first, ...rest] };
  const near = nearestName(first, [...FIRST_WORDS, ...Object.values(PANE_WORDS).flat()]);
  return {
    type: 'problem',
    text: `no command ":${first}"${near === undefined ? '; ? lists the keys' : `: did you mean :${near}?`}`,
  };
}

function paneCommand(pane: PaneName, text: string): CommandLine {
  const slash = text.search(/\s\//);
  const head = slash < 0 ? text : text.slice(0, slash);
  const tail = slash < 0 ? null : text.slice(slash + 2);
  const namespace =
    head
      .trim()
      .split(/\s+/)
      .slice(1)
      .find((word) => !word.startsWith('@')) ?? null;
  return {
    type: 'pane',
    pane,
    namespace,
    filter: tail?.replace(/\s@\S+/, '').trim() ?? null,
    context: contextIn(head) ?? contextIn(tail ?? '') ?? null,
  };
}

function contextIn(text: string): string | undefined {
  return /(?:^|\s)@(\S+)/.exec(text)?.[1];
}

function groupCommand(name: string | undefined): CommandLine {
  if (name === undefined || name === 'none') return { type: 'group', by: null };
  const by = GROUP_KEYS.find((one) => one === name);
  if (by !== undefined) return { type: 'group', by };
  return { type: 'problem', text: `:group takes ${GROUP_KEYS.join(', ')} or none` };
}

function columnsCommand(words: readonly string[]): CommandLine {
  const names = words.flatMap((word) => word.split(',')).filter((name) => name !== '');
  return { type: 'columns', names: names.length === 0 ? null : names };
}

function themeCommand(name: string | undefined): CommandLine {
  const theme = THEME_NAMES.find((one) => one === name);
  if (theme !== undefined) return { type: 'theme', name: theme };
  return { type: 'problem', text: `:theme takes ${THEME_NAMES.join(', ')}` };
}
