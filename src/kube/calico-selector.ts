import type { Labels } from '../model/selector.ts';

/** A parsed Calico selector. */
export interface CalicoSelector {
  readonly matches: (labels: Labels) => boolean;
  /** The comparisons that it is made of, in order: what each asks of the value of its label, undefined where absent. */
  readonly terms: readonly { readonly key: string; readonly test: (value: string | undefined) => boolean }[];
  /** Labels that whatever it matches carries. */
  readonly equalities: readonly Equality[];
  /** Whether it asks for nothing else, as `app == 'web' && tier == 'front'` does. */
  readonly isPlain: boolean;
}

interface Equality {
  readonly key: string;
  readonly value: string;
}

/** A part of an expression. */
type Part = Omit<CalicoSelector, 'terms'>;

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
  if (tokens.length === 0) return { ...EVERYTHING, terms: [] };
  const parser = new Parser(tokens);
  const whole = parser.any();
  return whole !== null && parser.isDone() ? { ...whole, terms: parser.terms } : null;
}

/**
 * A selector with another key and value wherever it compares this key with this value (`app == 'web'`); all else of the
 * text stays as it is. undefined where it does not, or where the text is no selector.
 */
export function withEquality(text: string, from: Equality, to: Equality): string | undefined {
  const tokens = parseCalicoSelector(text) === null ? [] : (tokenise(text) ?? []);
  let written = '';
  let copied = 0;
  for (const [at, { type, value, start, end }] of tokens.entries()) {
    const [sign, other] = [tokens[at + 1], tokens[at + 2]];
    if (type !== 'word' || value !== from.key || sign?.type !== 'sign' || sign.value !== '==') continue;
    if (other?.type !== 'text' || other.value !== from.value) continue;
    written += `${text.slice(copied, start)}${to.key}${text.slice(end, other.start + 1)}${to.value}`;
    // What is left begins with the closing quote.
    copied = other.end - 1;
  }
  return copied === 0 ? undefined : written + text.slice(copied);
}

const EVERYTHING: Part = { matches: () => true, equalities: [], isPlain: true };

function otherwise(matches: Part['matches']): Part {
  return { matches, equalities: [], isPlain: false };
}

interface Token {
  readonly type: 'sign' | 'text' | 'call' | 'word';
  readonly value: string;
  /** Where it stands in the text, without the space before it. */
  readonly start: number;
  readonly end: number;
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
    const [whole, sign, double, single, call, word] = match;
    const place = { start: at - whole.trimStart().length, end: at };
    if (sign !== undefined) tokens.push({ type: 'sign', value: sign, ...place });
    else if (call !== undefined) tokens.push({ type: 'call', value: call, ...place });
    else if (word !== undefined) tokens.push({ type: 'word', value: word, ...place });
    else tokens.push({ type: 'text', value: double ?? single ?? '', ...place });
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
  any(): Part | null {
    const parts = this.#list('||', () => this.#all());
    if (parts === null || parts.length === 1) return parts?.[0] ?? null;
    return otherwise((labels) => parts.some((one) => one.matches(labels)));
  }

  #all(): Part | null {
    const parts = this.#list('&&', () => this.#not());
    if (parts === null || parts.length === 1) return parts?.[0] ?? null;
    return {
      matches: (labels) => parts.every((one) => one.matches(labels)),
      equalities: parts.flatMap((one) => one.equalities),
      isPlain: parts.every((one) => one.isPlain),
    };
  }

  #list(sign: string, next: () => Part | null): Part[] | null {
    const parts: Part[] = [];
    do {
      const one = next();
      if (one === null) return null;
      parts.push(one);
    } while (this.#take(sign));
    return parts;
  }

  #not(): Part | null {
    if (!this.#take('!')) return this.#term();
    const inner = this.#not();
    return inner === null ? null : otherwise((labels) => !inner.matches(labels));
  }

  #term(): Part | null {
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

  #comparison(key: string): Part | null {
    if (this.#take('==')) return this.#equality(key);
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

  #equality(key: string): Part | null {
    const wanted = this.#text();
    if (wanted === null) return null;
    const { matches } = this.#noted(key, (value) => value === wanted);
    return { matches, equalities: [{ key, value: wanted }], isPlain: true };
  }

  #compare(key: string, test: (value: string | undefined, wanted: string) => boolean): Part | null {
    const wanted = this.#text();
    return wanted === null ? null : this.#noted(key, (value) => test(value, wanted));
  }

  #call(call: string): Part {
    if (call === 'all()') return EVERYTHING;
    if (call === 'global()') return this.#noted('projectcalico.org/namespace', (value) => value === undefined);
    return this.#noted(call.slice('has('.length, -1).trim(), (value) => value !== undefined);
  }

  #noted(key: string, test: (value: string | undefined) => boolean): Part {
    this.terms.push({ key, test });
    return otherwise((labels) => test(labels[key]));
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
