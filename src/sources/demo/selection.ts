import { scalarText, valueAt } from './json-value.ts';
import type { ServedKind } from './served-kinds.ts';
import type { StoredObject } from './stored-object.ts';

/** Which objects of a resource a request asks for. */
export interface Selection {
  readonly namespace: string;
  readonly matches: (object: StoredObject) => boolean;
  /** With a selector the server cannot say how many objects remain. */
  readonly hasSelector: boolean;
}

/** A selector that the server refuses, with the words for its 400. */
export class SelectorError extends Error {}

type Test = (object: StoredObject) => boolean;

/**
 * Builds the selection of a list or watch.
 *
 * @param namespace empty for all namespaces
 * @throws SelectorError for a selector that cannot be parsed or names an unsupported field
 */
export function selectionOf(kind: ServedKind, namespace: string, query: URLSearchParams): Selection {
  const tests: Test[] = [];
  if (namespace !== '') tests.push((object) => object.namespace === namespace);
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  tests.push(...splitOutsideParentheses(labels).map(labelTest));
  tests.push(
    ...fields
      .split(',')
      .filter(Boolean)
      .map((term) => fieldTest(kind, term)),
  );
  return {
    namespace,
    matches: (object) => tests.every((test) => test(object)),
    hasSelector: labels !== '' || fields !== '',
  };
}

function splitOutsideParentheses(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter(Boolean);
}

function labelTest(term: string): Test {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return operator === 'in'
      ? ({ labels }) => labels[key] !== undefined && values.includes(labels[key])
      : ({ labels }) => labels[key] === undefined || !values.includes(labels[key]);
  }
  const equal = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(term);
  if (equal !== null) {
    const [, key = '', operator, value = ''] = equal;
    return operator === '!=' ? ({ labels }) => labels[key] !== value : ({ labels }) => labels[key] === value;
  }
  const present = /^(!?)([A-Za-z0-9][-\w./]*)$/.exec(term);
  if (present !== null) {
    const [, not, key = ''] = present;
    return ({ labels }) => (labels[key] === undefined) === (not === '!');
  }
  throw new SelectorError(`unable to parse requirement: ${term}`);
}

/** Fields that a selector may name, per resource, besides metadata.name and metadata.namespace. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  secrets: ['type'],
  pods: ['spec.nodeName', 'spec.serviceAccountName', 'spec.restartPolicy', 'status.phase', 'status.podIP'],
  events: ['involvedObject.name', 'involvedObject.namespace', 'involvedObject.kind', 'type', 'reason'],
  nodes: ['spec.unschedulable'],
};

function fieldTest(kind: ServedKind, term: string): Test {
  const match = /^([\w.]+)\s*(==|=|!=)(.*)$/.exec(term);
  if (match === null) throw new SelectorError(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  const wanted = operator !== '!=';
  if (field === 'metadata.name') return (object) => (object.name === value) === wanted;
  if (field === 'metadata.namespace') return (object) => (object.namespace === value) === wanted;
  if (!(SELECTABLE[kind.resource] ?? []).includes(field)) {
    throw new SelectorError(`field label not supported: ${field}`);
  }
  return (object) => {
    const body: unknown = JSON.parse(object.body);
    return (scalarText(valueAt(body, field)) === value) === wanted;
  };
}
