import type { Finding } from '../model/finding.ts';
import type { Row } from './pane.ts';

const NONE: readonly Finding[] = [];

/** Findings by the namespace of what they are about ('': of none), taken as rows are made of them. */
export class FindingsOfNamespaces {
  readonly #there: Map<string, Finding[]>;

  constructor(findings: readonly Finding[]) {
    this.#there = Map.groupBy(findings, ({ subject }) => subject.namespace ?? '');
  }

  take(namespace: string): readonly Finding[] {
    const own = this.#there.get(namespace) ?? NONE;
    this.#there.delete(namespace);
    return own;
  }

  /** Those of the namespaces that nobody took. */
  rest(): Iterable<readonly Finding[]> {
    return this.#there.values();
  }
}

/** Findings by what they are about, taken as rows are made of them. */
export class FindingsOfSubjects {
  readonly #there: Map<string, Finding[]>;

  constructor(findings: readonly Finding[]) {
    this.#there = Map.groupBy(findings, ({ subject }) => keyOf(subject.kind, subject.namespace ?? '', subject.name));
  }

  take(kind: string, namespace: string, name: string): readonly Finding[] {
    const key = keyOf(kind, namespace, name);
    const own = this.#there.get(key) ?? NONE;
    this.#there.delete(key);
    return own;
  }

  /** A row for each subject that nobody took. */
  rest(make: (first: Finding, own: readonly Finding[]) => Row): readonly Row[] {
    return [...this.#there.values()].flatMap((own) => (own[0] === undefined ? [] : make(own[0], own)));
  }
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
