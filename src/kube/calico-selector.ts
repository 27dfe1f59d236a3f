import type { Labels } from '../model/selector.ts';

/** A parsed Calico selector. */
export type CalicoSelector = (labels: Labels) => boolean;

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
  if (tokens.length === 0) return () => true;
  const parser = new Parser(tokens);
  const selector = parser.any();
  return selector !== null && parser.isDone() ? selector : null;
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
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `a || b` */
  any(): CalicoSelector | null {
    const parts = this.#list('||', () => this.#all());
    return parts === null ? null : (labels) => parts.some((one) => one(labels));
  }

  #all(): CalicoSelector | null {
    const parts = this.#list('&&', () => this.#not());
    return parts === null ? null : (labels) => parts.every((one) => one(labels));
  }

  #list(sign: string, next: () => CalicoSelector | null): CalicoSelector[] | null {
    const parts: CalicoSelector[] = [];
    do {
      const one = next();
      if (one === null) return null;
      parts.push(one);
    } while (this.#take(sign));
    return parts;
  }

  #not(): CalicoSelector | null {
    if (!this.#take('!')) return this.#term();
    const inner = this.#not();
    return inner === null ? null : (labels) => !inner(labels);
  }

  #term(): CalicoSelector | null {
    if (this.#take('(')) {
      const inner = this.any();
      return inner !== null && this.#take(')') ? inner : null;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined) return null;
    this.#at += 1;
    if (token.type === 'call') return callOf(token.value);
    return token.type === 'word' ? this.#comparison(token.value) : null;
  }

  #comparison(key: string): CalicoSelector | null {
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
    return values === null ? null : (labels) => (labels[key] !== undefined && values.includes(labels[key])) !== negated;
  }

  #compare(key: string, test: (value: string | undefined, wanted: string) => boolean): CalicoSelector | null {
    const wanted = this.#text();
    return wanted === null ? null : (labels) => test(labels[key], wanted);
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

function callOf(call: string): CalicoSelector {
  if (call === 'all()') return () => true;
  if (call === 'global()') return (labels) => labels['projectcalico.org/namespace'] === undefined;
  const key = call.slice('has('.length, -1).trim();
  return (labels) => labels[key] !== undefined;
}
