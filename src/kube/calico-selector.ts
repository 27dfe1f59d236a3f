import type { Labels, LabelSelector } from '../model/selector.ts';

/** A parsed Calico selector. */
export interface CalicoSelector {
  readonly matches: (labels: Labels) => boolean;
  /** The comparisons that it is made of, in order: what each asks of the value of its label, undefined where absent. */
  readonly terms: readonly { readonly key: string; readonly test: (value: string | undefined) => boolean }[];
}

type Test = (labels: Labels) => boolean;

const TOKEN =
  /\s*(?:(\|\||&&|==|!=|[!(){},])|"([^"]*)"|'([^']*)'|(all\(\)|global\(\)|has\(\s*[^)\s]+\s*\))|([A-Za-z0-9_./-]+))/y;

/**
 * Parses Calico's selector language: `==`, `!=`, `in`, `not in`, `has()`, `contains`, `starts with`, `ends with`, `!`,
 * `&&`, `||`, `all()` and `global()`; an empty selector is `all()`. `&&` binds closer than `||`; `!=` and `not in` are
 * true where the label is absent.
 *
 * Source: docs.tigera.io/calico/latest/reference/resources/networkpolicy#selectors
 *
 * @returns null where the text is no selector
 */
export function parseCalicoSelector(text: string): CalicoSelector | null {
  const tokens = tokenise(text);
  if (tokens === null) return null;
  if (tokens.length === 0) return { matches: () => true, terms: [] };
  const parser = new Parser(tokens);
  const matches = parser.any();
  return matches !== null && parser.isDone() ? { matches, terms: parser.terms } : null;
}

/** The labels that an expression of nothing but equalities (`app == 'web' && tier == 'front'`) asks for. */
export function equalitiesOf(text: string): LabelSelector | undefined {
  const terms = text.split('&&').map((one) => /^\s*([A-Za-z0-9_./-]+)\s*==\s*(["'])([^"']*)\2\s*$/.exec(one));
  const pairs = terms.map((term): [string, string] => [term?.[1] ?? '', term?.[3] ?? '']);
  return terms.includes(null) ? undefined : { matchLabels: Object.fromEntries(pairs) };
}

interface Token {
  readonly type: 'sign' | 'text' | 'call' | 'word';
  readonly value: string;
}

function tokenise(text: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) return null;
    at = TOKEN.lastIndex;
    const [, sign, double, single, call, word] = match;
    if (sign !== undefined) tokens.push({ type: 'sign', value: sign });
    else if (call !== undefined) tokens.push({ type: 'call', value: call });
    else if (word !== undefined) tokens.push({ type: 'word', value: word });
    else tokens.push({ type: 'text', value: double ?? single ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly terms: CalicoSelector['terms'][number][] = [];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `a || b` */
  any(): Test | null {
    const parts = this.#list('||', () => this.#all());
    return parts === null ? null : (labels) => parts.some((one) => one(labels));
  }

  #all(): Test | null {
    const parts = this.#list('&&', () => this.#not());
    return parts === null ? null : (labels) => parts.every((one) => one(labels));
  }

  #list(sign: string, next: () => Test | null): Test[] | null {
    const parts: Test[] = [];
    do {
      const one = next();
      if (one === null) return null;
      parts.push(one);
    } while (this.#take(sign));
    return parts;
  }

  #not(): Test | null {
    if (!this.#take('!')) return this.#term();
    const inner = this.#not();
    return inner === null ? null : (labels) => !inner(labels);
  }

  #term(): Test | null {
    if (this.#take('(')) {
      const inner = this.any();
      return inner !== null && this.#take(')') ? inner : null;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined) return null;
    this.#at += 1;
    if (token.type === 'call') return this.#call(token.value);
    return token.type === 'word' ? this.#comparison(token.value) : null;
  }

  #comparison(key: string): Test | null {
    if (this.#take('==')) return this.#compare(key, (value, wanted) => value === wanted);
    if (this.#take('!=')) return this.#compare(key, (value, wanted) => value !== wanted);
    if (this.#take('contains')) return this.#compare(key, (value, wanted) => value?.includes(wanted) === true);
    if (this.#take('starts')) {
      return this.#take('with') ? this.#compare(key, (value, wanted) => value?.startsWith(wanted) === true) : null;
    }
    if (this.#take('ends')) {
      return this.#take('with') ? this.#compare(key, (value, wanted) => value?.endsWith(wanted) === true) : null;
    }
    const negated = this.#take('not');
    if (!this.#take('in')) return null;
    const values = this.#set();
    if (values === null) return null;
    return this.#noted(key, (value) => (value !== undefined && values.includes(value)) !== negated);
  }

  #compare(key: string, test: (value: string | undefined, wanted: string) => boolean): Test | null {
    const wanted = this.#text();
    return wanted === null ? null : this.#noted(key, (value) => test(value, wanted));
  }

  #call(call: string): Test {
    if (call === 'all()') return () => true;
    if (call === 'global()') return this.#noted('projectcalico.org/namespace', (value) => value === undefined);
    return this.#noted(call.slice('has('.length, -1).trim(), (value) => value !== undefined);
  }

  #noted(key: string, test: (value: string | undefined) => boolean): Test {
    this.terms.push({ key, test });
    return (labels) => test(labels[key]);
  }

  #set(): string[] | null {
    if (!this.#take('{')) return null;
    const values: string[] = [];
    while (!this.#take('}')) {
      const value = this.#text();
      if (value === null) return null;
      values.push(value);
      this.#take(',');
    }
    return values;
  }

  #text(): string | null {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'text') return null;
    this.#at += 1;
    return token.value;
  }

  #take(value: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.type === 'text' || token.value !== value) return false;
    this.#at += 1;
    return true;
  }
}
