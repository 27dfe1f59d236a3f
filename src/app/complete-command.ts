import { RECOMMENDED_LABELS } from '../kube/recommended-labels.ts';
import { PANES } from '../model/finding.ts';
import { FIRST_WORDS } from './command-line.ts';
import { GROUP_KEYS } from './group-rows.ts';
import { LISTED_QUESTIONS } from './question-list.ts';
import { THEME_NAMES } from './state.ts';

/** What completion may know of the cluster. */
export interface CompletionWorld {
  readonly namespaces: readonly string[];
  readonly contexts: readonly string[];
  /** Columns of the open table, as `:columns` takes them. */
  readonly columns: readonly string[];
  /** Lines typed before, the newest last. */
  readonly history: readonly string[];
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'impersonate', 'bind', 'escalate', '*'];
const RESOURCES = [
  'secrets',
  'pods',
  'pods/exec',
  'deployments.apps',
  'serviceaccounts/token',
  'nodes/proxy',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
];

/** What may follow a first word, to ask for a list. */
function listed(first: string): readonly string[] {
  return LISTED_QUESTIONS.flatMap((one) => (one.startsWith(`${first} `) ? [one.slice(first.length + 1)] : []));
}

/**
 * Whole lines that the text may be completed to, the best first; a line that only repeats the text is left out.
 */
export function completions(text: string, world: CompletionWorld): readonly string[] {
  if (text === '') return [];
  const space = text.lastIndexOf(' ');
  const head = text.slice(0, space + 1);
  const tail = text.slice(space + 1);
  const recent = [...world.history].reverse().filter((line) => line.startsWith(text));
  const words = candidates(
    head
      .trim()
      .split(/\s+/)
      .filter((word) => word !== ''),
    world,
  );
  const lines = [...words.filter((word) => word.startsWith(tail)).map((word) => head + word), ...recent];
  return [...new Set(lines)].filter((line) => line !== text);
}

function candidates(before: readonly string[], world: CompletionWorld): readonly string[] {
  const [first, ...rest] = before;
  if (first === undefined) return FIRST_WORDS;
  if (PANES.some((pane) => pane === first)) return rest.length === 0 ? world.namespaces : [];
  switch (first) {
    case 'ns':
      return rest.length === 0 ? [...world.namespaces, 'all'] : [];
    case 'ctx':
      return rest.length === 0 ? world.contexts : [];
    case 'group':
      return rest.length === 0 ? [...GROUP_KEYS, 'none'] : [];
    case 'columns':
      return world.columns.filter((name) => !rest.includes(name));
    case 'theme':
      return rest.length === 0 ? THEME_NAMES : [];
    case 'who-can':
      return rest.length === 0 ? [...listed(first), ...VERBS] : rest.length === 1 ? RESOURCES : [];
    case 'can':
      return rest.length === 0 ? ['sa:', 'user:', 'group:', 'pod:', ...listed(first)] : [];
    case 'paths':
      return rest.length === 0 ? ['sa:', 'user:', 'group:', 'pod:'] : [];
    case 'reach':
      return ['--source', '--destination', '--explain'];
    case 'label-map':
      return rest.length === 0 ? RECOMMENDED_LABELS : ['--becomes'];
    default:
      return [];
  }
}
