import type { Labels, LabelSelectorRequirement, SelectorEdit } from '../model/selector.ts';
import { meets } from './selector.ts';

/** A parsed Calico selector. */
export interface CalicoSelector {
  readonly matches: (labels: Labels) => boolean;
  /** The comparisons that it is made of, in order. */
  readonly terms: readonly CalicoTerm[];
  /** What all that it matches satisfies, as a selector of Kubernetes would ask for it. */
  readonly requirements: readonly LabelSelectorRequirement[];
  /** Whether it asks for nothing else, as `app == 'web' && tier in {'front', 'back'}` does. */
  readonly isPlain: boolean;
}

interface CalicoTerm {
  readonly key: string;
  /** What it asks of the value of its label, undefined where absent. */
  readonly test: (value: string | undefined) => boolean;
  /** The values, or parts of values, that it names. */
  readonly values: readonly string[];
  /** Whether these are parts of values. */
  readonly isOfParts: boolean;
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
 * A selector with other labels wherever it asks for some: `app == 'web'`, `app in {'web'}` and, for whatever value,
 * `has(app)`. All else of the text stays as it is. undefined where it does not ask for them, or where the text is no
 * selector.
 */
export function withLabels(text: string, edits: readonly SelectorEdit[]): string | undefined {
  const tokens = parseCalicoSelector(text) === null ? [] : (tokenise(text) ?? []);
  const places = tokens.flatMap((_token, at) => editedPlaces(tokens, at, edits));
  if (places.length === 0) return undefined;
  let written = '';
  let copied = 0;
  for (const { start, end, value } of places) {
    written += text.slice(copied, start) + value;
    copied = end;
  }
  return written + text.slice(copied);
}

/** What is written where in place of what stands there, in order. */
type Place = Pick<Token, 'start' | 'end' | 'value'>;

function editedPlaces(tokens: readonly Token[], at: number, edits: readonly SelectorEdit[]): readonly Place[] {
  const token = tokens[at];
  if (token === undefined) return [];
  const editOf = (key: string, value: string | null): SelectorEdit['to'] =>
    edits.find(({ from }) => from.key === key && from.value === value)?.to ?? null;
  if (token.type === 'call') {
    const key = keyOfCall(token.value);
    const to = editOf(key, null);
    if (to === null) return [];
    const start = token.start + token.value.indexOf(key, 'has('.length);
    return [{ start, end: start + key.length, value: to.key }];
  }
  if (token.type !== 'word') return [];
  let renamed: string | undefined;
  const values = comparedTexts(tokens, at + 1).flatMap(({ value, start, end }): Place[] => {
    const to = editOf(token.value, value);
    if (to === null) return [];
    renamed = to.key;
    // The quotes stay.
    return [{ start: start + 1, end: end - 1, value: to.value ?? value }];
  });
  return renamed === undefined ? [] : [{ ...token, value: renamed }, ...values];
}

/** The texts to one of which a label has to be equal, by what stands behind its key. */
function comparedTexts(tokens: readonly Token[], at: number): readonly Token[] {
  const [sign, next] = [tokens[at], tokens[at + 1]];
  if (sign?.type === 'sign' && sign.value === '==') return next?.type === 'text' ? [next] : [];
  if (sign?.type !== 'word' || sign.value !== 'in' || next?.value !== '{') return [];
  const end = tokens.findIndex((one, index) => index > at && one.type === 'sign' && one.value === '}');
  return tokens.slice(at + 2, end).filter(({ type }) => type === 'text');
}

/** The key of `has(key)`; '' for a call without one. */
function keyOfCall(call: string): string {
  return call.startsWith('has(') ? call.slice('has('.length, -1).trim() : '';
}

const EVERYTHING: Part = { matches: () => true, requirements: [], isPlain: true };

function otherwise(matches: Part['matches']): Part {
  return { matches, requirements: [], isPlain: false };
}

const OPPOSITE: Readonly<Record<string, string>> = {
  In: 'NotIn',
  NotIn: 'In',
  Exists: 'DoesNotExist',
  DoesNotExist: 'Exists',
};

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
      requirements: parts.flatMap((one) => one.requirements),
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
    if (inner === null) return null;
    const matches: Part['matches'] = (labels) => !inner.matches(labels);
    const [one, more] = inner.requirements;
    const operator = one === undefined || more !== undefined || !inner.isPlain ? undefined : OPPOSITE[one.operator];
    if (one === undefined || operator === undefined) return otherwise(matches);
    return { matches, requirements: [{ ...one, operator }], isPlain: true };
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
    if (this.#take('!=')) return this.#inequality(key);
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
    return this.#plain({ key, operator: negated ? 'NotIn' : 'In', values });
  }

  #equality(key: string): Part | null {
    const wanted = this.#text();
    return wanted === null ? null : this.#plain({ key, operator: 'In', values: [wanted] });
  }

  #inequality(key: string): Part | null {
    const wanted = this.#text();
    return wanted === null ? null : this.#plain({ key, operator: 'NotIn', values: [wanted] });
  }

  #compare(key: string, test: (value: string | undefined, wanted: string) => boolean): Part | null {
    const wanted = this.#text();
    if (wanted === null) return null;
    const term = { key, test: (value: string | undefined) => test(value, wanted), values: [wanted], isOfParts: true };
    return otherwise(this.#noted(term));
  }

  #call(call: string): Part {
    if (call === 'all()') return EVERYTHING;
    if (call === 'global()') return this.#plain({ key: 'projectcalico.org/namespace', operator: 'DoesNotExist' });
    return this.#plain({ key: keyOfCall(call), operator: 'Exists' });
  }

  /** What a selector of Kubernetes can ask for too. */
  #plain(requirement: LabelSelectorRequirement): Part {
    const { key, values = [] } = requirement;
    const test = (value: string | undefined): boolean =>
      meets(requirement, value === undefined ? {} : { [key]: value });
    const matches = this.#noted({ key, test, values, isOfParts: false });
    return { matches, requirements: [requirement], isPlain: true };
  }

  #noted(term: CalicoTerm): Part['matches'] {
    this.terms.push(term);
    const { key, test } = term;
    // Labels come from outside: `constructor` is a legal key.
    return (labels) => test(Object.hasOwn(labels, key) ? labels[key] : undefined);
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
