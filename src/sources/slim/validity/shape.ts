import { sanitise } from '../../../kube/sanitise.ts';
import { isObject } from '../json-reading.ts';

/** What an API server would refuse in an object, and where. */
export interface Problem {
  /** As the API server names fields: `spec.ingress[0].from[1].ipBlock.cidr`. */
  readonly field: string;
  /** For people; never holds a value that may be secret. */
  readonly message: string;
  /** The field as steps, for finding its line. */
  readonly path: readonly (string | number)[];
}

/** A place in an object, as a chain: it costs nothing until a problem is reported. */
export interface Place {
  readonly parent: Place | null;
  readonly step: string | number;
}

type Report = (place: Place | null, message: string) => void;

/** Checks one value; null and undefined are "not set" and always pass, as they do on the wire. */
export type Check = (value: unknown, place: Place | null, report: Report) => void;

export function at(parent: Place | null, step: string | number): Place {
  return { parent, step };
}

/** Collects what a check reports. */
export function problemsOf(check: Check, value: unknown, place: Place | null = null): Problem[] {
  const problems: Problem[] = [];
  check(value, place, (where, message) => {
    const path = stepsOf(where);
    problems.push({ field: fieldText(path), message, path });
  });
  return problems;
}

export const anyText: Check = ofType('a string', (value) => typeof value === 'string');
export const boolean: Check = ofType('a boolean', (value) => typeof value === 'boolean');
export const number: Check = ofType('a number', (value) => typeof value === 'number');
export const anyObject: Check = ofType('an object', isObject);

/** A whole number, within bounds if they are given. */
export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Check {
  return (value, place, report) => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'number' || !Number.isInteger(value))
      report(place, `must be a whole number, not ${typeName(value)}`);
    else if (value < min || value > max) report(place, `must be between ${min} and ${max}, not ${value}`);
  };
}

/** A string for which `problem` answers null. */
export function textThat(problem: (value: string) => string | null): Check {
  return (value, place, report) => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'string') report(place, `must be a string, not ${typeName(value)}`);
    else {
      const found = problem(value);
      if (found !== null) report(place, `${quoted(value)} ${found}`);
    }
  };
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  return textThat((value) => (words.includes(value) ? null : `is not supported; supported: ${words.join(', ')}`));
}

export function listOf(item: Check): Check {
  return (value, place, report) => {
    if (value === undefined || value === null) return;
    if (!Array.isArray(value)) {
      report(place, `must be a list, not ${typeName(value)}`);
      return;
    }
    for (const [index, one] of value.entries()) item(one, at(place, index), report);
  };
}

/** A map whose values are strings; `entry` looks at keys and values further. */
export function stringMap(entry?: (key: string, value: string) => string | null): Check {
  return (value, place, report) => {
    if (value === undefined || value === null) return;
    if (!isObject(value)) {
      report(place, `must be a map of strings, not ${typeName(value)}`);
      return;
    }
    for (const key of Object.keys(value)) {
      const one = value[key];
      // null in a map of strings is the empty string.
      if (typeof one !== 'string' && one !== null) report(at(place, key), `must be a string, not ${typeName(one)}`);
      else {
        const found = entry?.(key, one ?? '') ?? null;
        if (found !== null) report(at(place, key), found);
      }
    }
  };
}

/** An object with checks for some of its fields; other fields pass. */
export function fields(checks: Readonly<Record<string, Check>>, ...further: readonly Check[]): Check {
  const entries = Object.entries(checks);
  return (value, place, report) => {
    if (value === undefined || value === null) return;
    if (!isObject(value)) {
      report(place, `must be an object, not ${typeName(value)}`);
      return;
    }
    for (const [name, check] of entries) {
      const one = value[name];
      if (one !== undefined) check(one, at(place, name), report);
    }
    for (const check of further) check(value, place, report);
  };
}

/** Fields of an object that must be set and not be ''. */
export function required(...names: readonly string[]): Check {
  return (value, place, report) => {
    if (!isObject(value)) return;
    for (const name of names) {
      const one = value[name];
      if (one === undefined || one === null || one === '') report(at(place, name), 'is required');
    }
  };
}

export function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A value in a message: cleaned, short, in quotes. */
export function quoted(value: string): string {
  return `"${sanitise(value, 80)}"`;
}

function ofType(name: string, is: (value: unknown) => boolean): Check {
  return (value, place, report) => {
    if (value !== undefined && value !== null && !is(value)) report(place, `must be ${name}, not ${typeName(value)}`);
  };
}

function stepsOf(place: Place | null): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let one = place; one !== null; one = one.parent) steps.unshift(one.step);
  return steps;
}

/** `metadata.labels[app.kubernetes.io/name]`, `spec.ports[0].port`. */
function fieldText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const clean = sanitise(step, 120);
    return /^[\w-]+$/.test(clean) ? (text === '' ? clean : `${text}.${clean}`) : `${text}[${clean}]`;
  }, '');
}
