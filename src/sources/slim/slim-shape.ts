import { ALL_KINDS, type Kind } from '../../model/kind.ts';
import { isObject } from './json-reading.ts';
import { createSlimmer } from './slimmer.ts';

/** An object with parts that are empty in an empty one, one with parts that only some kinds copy whole, an empty one. */
const RAW = [
  { spec: { containers: [{}], volumes: [{}] }, subjects: [{}], rules: [{}], webhooks: [{}] },
  { spec: { anything: 1 } },
  {},
];

/**
 * What a slim object that was read from a file is short of: fields that its kind always has, and of what type. It finds
 * objects that are damaged and those of a k8sec that kept less or other of them.
 *
 * @returns the first such field, in words; null where there is none
 */
export function shapeProblem(value: unknown): string | null {
  if (!isObject(value)) return `it is not an object`;
  const kind = ALL_KINDS.find((one) => one === value['kind']);
  if (kind === undefined) return 'its kind is not known';
  return problemAt(value, sampleOf(kind), '');
}

const samples = new Map<Kind, unknown>();

function sampleOf(kind: Kind): unknown {
  let sample = samples.get(kind);
  if (sample === undefined) {
    const slimmer = createSlimmer();
    sample = RAW.map((raw): unknown => slimmer.slim(raw, kind)).reduce(common);
    samples.set(kind, sample);
  }
  return sample;
}

/** What two values have in common: their type and fields; null where that is nothing. */
function common(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
    return [common(one[0], other[0])];
  }
  if (isObject(one) && isObject(other)) {
    return Object.fromEntries(
      Object.keys(one).flatMap((key) => (key in other ? [[key, common(one[key], other[key])]] : [])),
    );
  }
  return typeof one === typeof other && Array.isArray(one) === Array.isArray(other) ? one : null;
}

function problemAt(value: unknown, sample: unknown, path: string): string | null {
  if (sample === null || sample === undefined) return null;
  if (Array.isArray(sample)) {
    if (!Array.isArray(value)) return wrong(path, 'a list', value);
    if (sample.length === 0) return null;
    return first(value, (item, index) => problemAt(item, sample[0], `${path}[${index}]`));
  }
  if (typeof sample === 'object') {
    if (!isObject(value)) return wrong(path, 'an object', value);
    return first(Object.entries(sample), ([key, inner]) =>
      problemAt(value[key], inner, path === '' ? key : `${path}.${key}`),
    );
  }
  return typeof value === typeof sample ? null : wrong(path, `a ${typeof sample}`, value);
}

function first<T>(items: readonly T[], problem: (item: T, index: number) => string | null): string | null {
  for (const [index, item] of items.entries()) {
    const found = problem(item, index);
    if (found !== null) return found;
  }
  return null;
}

function wrong(path: string, type: string, value: unknown): string {
  return value === undefined ? `${path} is missing` : `${path} is not ${type}`;
}
