import type { BrokenObject, Change, ClusterFacts } from '../../model/change.ts';
import type { Coverage } from '../../model/coverage.ts';
import type { KubeObject } from '../../model/objects.ts';
import { parseCleanJson } from '../../kube/clean-json.ts';
import { isObject } from '../slim/json-reading.ts';
import { shapeProblem } from '../slim/slim-shape.ts';
import { TOOL } from '../../model/tool.ts';

const FORMAT = 'k8sec-snapshot';
const VERSION = 2;

/** Fields whose values many objects share; a snapshot writes each value once. */
const SHARED_FIELDS: ReadonlySet<string> = new Set(['spec', 'labels', 'annotations', 'owners', 'managers']);

export interface SnapshotContents {
  /** Milliseconds since the epoch; a report of the snapshot is evaluated as of then. */
  readonly capturedAt: number;
  readonly facts: ClusterFacts;
  readonly coverage: readonly Coverage[];
  readonly broken: readonly BrokenObject[];
  readonly objects: Iterable<KubeObject>;
}

/** A file that says that it is a snapshot and cannot be read as one. */
export class SnapshotError extends Error {}

/**
 * What the rules read, as lines of JSON: a header, shared values before their first use, then an object a line, and at the
 * end their number, so that none can be missing. Slim objects hold no Secret, env or ConfigMap value, so neither does a
 * snapshot.
 */
export function* snapshotLines(contents: SnapshotContents): Generator<string> {
  const { capturedAt, facts, coverage, broken } = contents;
  yield `${JSON.stringify({ format: FORMAT, version: VERSION, tool: TOOL, capturedAt, facts, coverage, broken })}\n`;
  const ids = new Map<string, number>();
  const share = (value: unknown, defined: string[]): unknown => {
    const text = JSON.stringify(value);
    let id = ids.get(text);
    if (id === undefined) {
      id = ids.size;
      ids.set(text, id);
      defined.push(`{"shared":${id},"value":${text}}\n`);
    }
    return { $: id };
  };
  const byValue = new Map<unknown, unknown>();
  const shrink = (value: unknown, defined: string[]): unknown => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === 'template') return [key, shrink(inner, defined)];
        if (!SHARED_FIELDS.has(key)) return [key, inner];
        let reference = byValue.get(inner);
        if (reference === undefined) byValue.set(inner, (reference = share(inner, defined)));
        return [key, reference];
      }),
    );
  };
  let count = 0;
  for (const object of contents.objects) {
    const defined: string[] = [];
    const line = JSON.stringify(shrink(object, defined));
    yield* defined;
    yield `${line}\n`;
    count += 1;
  }
  yield `{"objects":${count}}\n`;
}

/** Whether a file begins as a snapshot does. */
export function isSnapshot(text: string): boolean {
  return text.startsWith(`{"format":"${FORMAT}"`);
}

/**
 * Reads a snapshot back.
 *
 * @throws SnapshotError where it was written by a newer version, or is cut off or damaged
 */
export function readSnapshot(
  text: string,
  file: string,
): { readonly capturedAt: number; readonly changes: readonly Change[] } {
  const lines = text.split('\n');
  if (lines.at(-1) !== '') throw new SnapshotError(`${file} is cut off in its last line`);
  const parse = (line: string, index: number): Record<string, unknown> => {
    try {
      return parseCleanJson(line) as Record<string, unknown>;
    } catch {
      throw new SnapshotError(`${file}:${index + 1} is damaged: the line is not JSON`);
    }
  };
  const header = parse(lines[0] ?? '', 0);
  if (header['version'] !== VERSION) {
    throw new SnapshotError(
      `${file} is a snapshot of format ${String(header['version'])}; this k8sec reads format ${VERSION}: take a new one`,
    );
  }
  if (!isHeader(header)) throw new SnapshotError(`${file}:1 is damaged: it does not say what was read, and when`);
  let count: unknown = null;
  const shared: unknown[] = [];
  const objects: KubeObject[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === '') continue;
    const value = parse(line, index);
    if (count !== null) throw new SnapshotError(`${file}:${index + 1} is damaged: it comes after the end`);
    if ('shared' in value) shared[value['shared'] as number] = value['value'];
    else if ('objects' in value) count = value['objects'];
    else {
      const object = restore(value, shared);
      const problem = shapeProblem(object);
      if (problem !== null) {
        throw new SnapshotError(
          `${file}:${index + 1} is damaged, or of another version of k8sec (take a new snapshot): ${problem}`,
        );
      }
      objects.push(object as KubeObject);
    }
  }
  if (count !== objects.length) {
    const rest = typeof count === 'number' ? `it holds ${objects.length} of ${count} objects` : 'its end is missing';
    throw new SnapshotError(`${file} is cut off: ${rest}`);
  }
  return {
    capturedAt: header.capturedAt,
    changes: [
      { type: 'facts', facts: { ...header.facts, source: 'snapshot', complete: true } },
      ...header.coverage.map((coverage): Change => ({ type: 'coverage', coverage })),
      ...header.broken.map((problem): Change => ({ type: 'broken', problem })),
      ...objects.map((object): Change => ({ type: 'upsert', object })),
    ],
  };
}

type Header = Omit<SnapshotContents, 'objects'>;

function isHeader(value: Readonly<Record<string, unknown>>): value is Header & Readonly<Record<string, unknown>> {
  const { capturedAt, facts, coverage, broken } = value;
  const isCoverage = (one: unknown): boolean =>
    isObject(one) &&
    typeof one['kind'] === 'string' &&
    typeof one['status'] === 'string' &&
    (one['namespaces'] === 'all' || Array.isArray(one['namespaces']));
  return (
    typeof capturedAt === 'number' &&
    isObject(facts) &&
    Array.isArray(coverage) &&
    coverage.every(isCoverage) &&
    Array.isArray(broken) &&
    broken.every(isObject)
  );
}

/** Puts shared values back as one shared object each, so that equal specifications are identical again. */
function restore(value: Record<string, unknown>, shared: readonly unknown[]): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'template' && inner !== null) return [key, restore(inner as Record<string, unknown>, shared)];
      if (!SHARED_FIELDS.has(key) || inner === null || typeof inner !== 'object' || !('$' in inner))
        return [key, inner];
      return [key, shared[inner.$ as number]];
    }),
  );
}
