import { matches } from '../kube/selector.ts';
import type { Row } from '../panes/pane.ts';
import { parseLabelQuery } from '../kube/label-query.ts';

/** A filter, ready to be asked. */
export interface RowFilter {
  /** What was typed, trimmed; '' lets every row through. */
  readonly text: string;
  /** What it does, for the status line: `matching`, `not matching`, `with labels`, `like`. */
  readonly verb: string;
  /** What is wrong with what was typed, '' where nothing is. */
  readonly problem: string;
  test(row: Filtered): boolean;
}

/** What a filter looks at: a row of a table, or a thing of a list. */
export type Filtered = Pick<Row, 'severity' | 'namespace' | 'kind' | 'name' | 'labels'> & {
  readonly cells: Readonly<Record<string, { readonly text: string }>>;
};

export const NO_FILTER: RowFilter = { text: '', verb: '', problem: '', test: () => true };

/**
 * The filter grammar of k9s: a regular expression without regard to case; `!x` rows that don't match; `-l sel` labels
 * as `kubectl get -l` takes them; `-f x` letters in this order, in kind, namespace and name. A text that is no expression is taken literally.
 */
export function parseFilter(typed: string): RowFilter {
  const text = typed.trim();
  if (text === '' || text === '!' || text === '-l' || text === '-f') return NO_FILTER;
  if (text.startsWith('-l ') || text.startsWith('-l=')) return labelFilter(text, text.slice(3).trim());
  if (text.startsWith('-f ')) return fuzzyFilter(text, text.slice(3).trim());
  const inverse = text.startsWith('!');
  const { expression, problem } = expressionOf(inverse ? text.slice(1) : text);
  return {
    text,
    verb: inverse ? 'not matching' : 'matching',
    problem,
    test: (row) => expression.test(rowText(row)) !== inverse,
  };
}

/** Everything that the row shows. */
function rowText(row: Filtered): string {
  let text = `${row.severity ?? ''} ${row.namespace} ${row.kind} ${row.name}`;
  for (const name in row.cells) text += ` ${row.cells[name]?.text ?? ''}`;
  return text;
}

function labelFilter(text: string, query: string): RowFilter {
  const selector = parseLabelQuery(query);
  if (selector === undefined) {
    return { ...NO_FILTER, text, problem: 'no label selector yet: write a=b, a!=b, a, !a, a in (b,c)' };
  }
  return { text, verb: 'with labels', problem: '', test: (row) => matches(selector, row.labels) };
}

function fuzzyFilter(text: string, letters: string): RowFilter {
  const wanted = letters.toLowerCase().replaceAll(' ', '');
  return {
    text,
    verb: 'like',
    problem: '',
    test: (row) => hasInOrder(`${row.kind} ${row.namespace}/${row.name}`.toLowerCase(), wanted),
  };
}

function hasInOrder(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function expressionOf(source: string): { readonly expression: RegExp; readonly problem: string } {
  try {
    return { expression: new RegExp(source, 'iu'), problem: '' };
  } catch {
    const literal = source.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    return { expression: new RegExp(literal, 'i'), problem: 'no regular expression: taken literally' };
  }
}
