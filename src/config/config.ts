import { LineCounter, parseDocument, isMap, isScalar } from 'yaml';
import { parseLabelQuery } from '../kube/label-query.ts';
import { labelKeyProblem, labelValueProblem } from '../kube/label-syntax.ts';
import { nearestName } from '../kube/nearest-name.ts';
import { BENCHMARKS, factName, type Attestation } from '../model/benchmark.ts';
import type { ClusterFacts } from '../model/change.ts';
import { OPT_IN_KINDS, REQUIRABLE_KINDS } from '../model/kind.ts';
import type { LabelConvention, RequiredLabel } from '../model/label-convention.ts';
import type { RotationPeriod } from '../model/rotation.ts';
import { THEMES, type Config, type RunConfig } from './config-value.ts';
import type { Sensitive } from '../model/observation.ts';
import type { Waiver } from './waivers.ts';

/** A config file that cannot be used; the message names file, line and what to do. */
export class ConfigError extends Error {}

type Path = readonly (string | number)[];

/** Ends with an error at the line of a path in the document. */
type Fail = (path: Path, message: string) => never;

/** Reads the value of one key. */
type Read<T> = (value: unknown, path: Path, fail: Fail, at: (path: Path) => unknown) => T;

const WAIVER_KEYS = ['rule', 'subject', 'cluster', 'key', 'until', 'reason'] as const;
const BURST_KEYS = ['count'] as const;
const ATTEST_KEYS = ['fact', 'value', 'by', 'evidence', 'until'] as const;
const ROTATION_KEYS = ['type', 'labels', 'days'] as const;
const FACTS = BENCHMARKS.flatMap((benchmark) => benchmark.items.map((item) => factName(benchmark, item)));
const LABELS_KEYS = ['required', 'owner', 'include'] as const;
const REQUIRED_KEYS = ['key', 'values', 'namespaces', 'kinds'] as const;
const SENSITIVE_KEYS = ['labels', 'secrets', 'volumes'] as const;

/** Every key that has an effect. */
const READERS: { readonly [K in keyof Config]: Read<Config[K]> } = {
  waivers: (value, path, fail, at) =>
    list(value, path, fail).map((entry, index) => {
      checkKeys(at([...path, index]), WAIVER_KEYS, [...path, index], fail);
      return waiverFrom(entry as Record<string, unknown>, [...path, index], fail);
    }),
  namespaces: texts,
  deployers: texts,
  burst: (value, path, fail, at) => {
    checkKeys(at(path), BURST_KEYS, path, fail);
    const { count } = value as { readonly count?: unknown };
    const isWhole = typeof count === 'number' && Number.isInteger(count) && count >= 2;
    return isWhole ? count : fail([...path, 'count'], 'burst.count must be a whole number from 2');
  },
  attest: (value, path, fail, at) =>
    list(value, path, fail).map((entry, index) => {
      checkKeys(at([...path, index]), ATTEST_KEYS, [...path, index], fail);
      return attestationFrom(entry as Record<string, unknown>, [...path, index], fail);
    }),
  rotation: (value, path, fail, at) =>
    list(value, path, fail).map((entry, index) => {
      checkKeys(at([...path, index]), ROTATION_KEYS, [...path, index], fail);
      return rotationFrom(entry as Record<string, unknown>, [...path, index], fail);
    }),
  sensitive: (value, path, fail, at) => {
    checkKeys(at(path), SENSITIVE_KEYS, path, fail);
    return sensitiveFrom(value as Record<string, unknown>, path, fail);
  },
  labels: (value, path, fail, at) => {
    checkKeys(at(path), LABELS_KEYS, path, fail);
    const { required = [], owner = null, include = [] } = value as Readonly<Record<string, unknown>>;
    const under = [...path, 'required'];
    return {
      owner: owner === null ? null : labelKey(owner, [...path, 'owner'], fail),
      required: list(required, under, fail).map((entry, index) => {
        checkKeys(at([...under, index]), REQUIRED_KEYS, [...under, index], fail);
        return requiredFrom(entry as Record<string, unknown>, [...under, index], fail);
      }),
      include: includedFrom(include, [...path, 'include'], fail),
    };
  },
  theme: (value, path, fail) => {
    const theme = THEMES.find((name) => name === value);
    return theme ?? fail(path, `theme must be one of ${THEMES.join(', ')}`);
  },
};

/** Keys of the interface that have no effect yet: taking them silently would promise what does not happen. */
const NOT_YET = ['keys'] as const;

export const DEFAULT_CONFIG: Config = {
  waivers: [],
  namespaces: [],
  deployers: [],
  burst: 10,
  attest: [],
  rotation: [],
  sensitive: null,
  labels: { required: [], owner: null, include: [] },
  theme: null,
};

/**
 * Parses a config file (interface §6).
 *
 * @throws ConfigError for malformed YAML, an unknown key (with the nearest one), or a value of the wrong type
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const failAt = (offset: number, message: string): never => {
    throw new ConfigError(`${file}:${lines.linePos(offset).line}: ${message}`);
  };
  const [error] = document.errors;
  if (error !== undefined) failAt(error.pos[0], error.message.split('\n')[0] ?? 'malformed YAML');
  if (document.contents === null) return DEFAULT_CONFIG;
  const at = (path: Path): unknown => (path.length === 0 ? document.contents : document.getIn(path, true));
  const fail: Fail = (path, message) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const range = (at(path.slice(0, length)) as { readonly range?: readonly number[] } | undefined)?.range;
      if (range !== undefined) return failAt(range[0] ?? 0, message);
    }
    return failAt(0, message);
  };
  checkKeys(document.contents, ['apiVersion', ...Object.keys(READERS), ...NOT_YET], [], fail);
  const value = document.toJS() as Record<string, unknown>;
  if (value['apiVersion'] !== 'k8sec/v1') fail(['apiVersion'], 'apiVersion must be k8sec/v1');
  for (const key of NOT_YET) {
    if (value[key] !== undefined) fail([key], `${key} is not supported in this version`);
  }
  const read = <K extends keyof Config>(key: K): Config[K] =>
    value[key] === undefined || value[key] === null ? DEFAULT_CONFIG[key] : READERS[key](value[key], [key], fail, at);
  return {
    waivers: read('waivers'),
    namespaces: read('namespaces'),
    deployers: read('deployers'),
    burst: read('burst'),
    attest: read('attest'),
    rotation: read('rotation'),
    sensitive: read('sensitive'),
    labels: read('labels'),
    theme: read('theme'),
  };
}

/** What rules read of the config. */
export function configFacts({ attest, rotation, labels, sensitive, directory }: RunConfig): Partial<ClusterFacts> {
  return { attestations: attest, rotation, labels, sensitive, ...(directory === undefined ? {} : { directory }) };
}

function checkKeys(node: unknown, known: readonly string[], path: Path, fail: Fail): void {
  if (!isMap(node)) return fail(path, `${path.length === 0 ? 'the file' : path.join('.')}: a map is expected here`);
  for (const { key } of node.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    fail([...path, name], `unknown key ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
  }
}

function waiverFrom(value: Record<string, unknown>, path: Path, fail: Fail): Waiver {
  const text = (key: string, fallback: string): string => {
    const found = value[key];
    if (found === undefined) return fallback;
    return typeof found === 'string' ? found : fail([...path, key], `${key} must be a text`);
  };
  if (value['rule'] === undefined) fail(path, 'a waiver needs the rule that it is about');
  if (text('reason', '') === '') fail(path, 'a waiver needs a reason');
  return {
    rule: text('rule', '*'),
    subject: text('subject', '*'),
    cluster: text('cluster', '*'),
    key: text('key', '*'),
    until: untilFrom(value['until'], [...path, 'until'], fail),
    reason: text('reason', ''),
  };
}

/** A fact without an end, an author or evidence would be a waiver in disguise. */
function attestationFrom(value: Record<string, unknown>, path: Path, fail: Fail): Attestation {
  const text = (key: 'fact' | 'by' | 'evidence'): string => {
    const found = value[key];
    return typeof found === 'string' && found !== '' ? found : fail([...path, key], `an attestation needs ${key}`);
  };
  const fact = text('fact');
  if (!FACTS.includes(fact)) {
    const nearest = nearestName(fact, FACTS);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    fail([...path, 'fact'], `unknown fact ${fact}: it is a benchmark and an item, such as ${FACTS[0]}${hint}`);
  }
  const met = value['value'];
  if (typeof met !== 'boolean') return fail([...path, 'value'], 'value must be true (met) or false');
  const until = untilFrom(value['until'], [...path, 'until'], fail);
  if (until === null) return fail([...path, 'until'], 'an attestation needs until, a date');
  return { fact, value: met, by: text('by'), evidence: text('evidence'), until };
}

function rotationFrom(value: Record<string, unknown>, path: Path, fail: Fail): RotationPeriod {
  const { type = null, labels = {}, days } = value;
  if (type !== null && typeof type !== 'string') return fail([...path, 'type'], 'type must be a text');
  const pairs = typeof labels === 'object' && labels !== null && !Array.isArray(labels) ? Object.entries(labels) : null;
  if (pairs === null) return fail([...path, 'labels'], 'labels must be a map of texts');
  const texts = pairs.map(([name, one]): [string, string] =>
    typeof one === 'string'
      ? [name, one]
      : fail([...path, 'labels', name], 'labels holds texts only: put quotes around it'),
  );
  const isWhole = typeof days === 'number' && Number.isInteger(days) && days >= 1;
  return isWhole
    ? { type, labels: Object.fromEntries(texts), days }
    : fail([...path, 'days'], 'rotation needs days, a whole number from 1');
}

function sensitiveFrom(value: Record<string, unknown>, path: Path, fail: Fail): Sensitive {
  const own = (key: string): readonly string[] =>
    value[key] === undefined ? [] : texts(value[key], [...path, key], fail);
  const labels = own('labels');
  for (const [index, text] of labels.entries()) {
    const isSelector = parseLabelQuery(text) !== undefined;
    if (!isSelector)
      fail([...path, 'labels', index], `${text} is no label selector: write it as app=web,tier in (a,b)`);
  }
  const globs = (key: 'secrets' | 'volumes'): readonly string[] => {
    const found = own(key);
    const lone = found.findIndex((text) => text.split('/').length !== 2);
    if (lone >= 0) fail([...path, key, lone], `${found[lone]} must be namespace/name; * stands for any characters`);
    return found;
  };
  return { labels, secrets: globs('secrets'), volumes: globs('volumes') };
}

/** A list that is there and empty would require the label nowhere, or allow no value. */
function requiredFrom(value: Record<string, unknown>, path: Path, fail: Fail): RequiredLabel {
  const own = (key: 'values' | 'namespaces' | 'kinds', problem: (text: string) => string | null): readonly string[] => {
    if (value[key] === undefined) return [];
    const found = texts(value[key], [...path, key], fail);
    if (found.length === 0) fail([...path, key], `${key} must not be empty: leave it out for any`);
    for (const [index, text] of found.entries()) {
      const wrong = problem(text);
      if (wrong !== null) fail([...path, key, index], `${text}: ${wrong}`);
    }
    return found;
  };
  if (value['key'] === undefined) fail(path, 'a required label needs its key');
  return {
    key: labelKey(value['key'], [...path, 'key'], fail),
    values: own('values', (text) => {
      const wrong = labelValueProblem(text);
      return wrong === null ? null : `a label value ${wrong}`;
    }),
    namespaces: own('namespaces', (text) =>
      /^[a-z0-9*-]+$/.test(text) ? null : 'a namespace holds a-z, 0-9 and -; * stands for any characters',
    ),
    kinds: own('kinds', (text) =>
      REQUIRABLE_KINDS.some((kind) => kind === text) ? null : `kinds must be of ${REQUIRABLE_KINDS.join(', ')}`,
    ) as RequiredLabel['kinds'],
  };
}

function includedFrom(value: unknown, path: Path, fail: Fail): LabelConvention['include'] {
  return texts(value, path, fail).map(
    (text, index) =>
      OPT_IN_KINDS.find((kind) => kind === text) ??
      fail([...path, index], `${text}: labels.include takes ${OPT_IN_KINDS.join(' and ')}`),
  );
}

function labelKey(value: unknown, path: Path, fail: Fail): string {
  if (typeof value !== 'string') return fail(path, 'the key of a label must be a text');
  const wrong = labelKeyProblem(value);
  return wrong === null ? value : fail(path, `${value}: the key of a label ${wrong}`);
}

function untilFrom(value: unknown, path: Path, fail: Fail): number | null {
  if (value === undefined) return null;
  const isDate = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(value);
  const end = isDate ? Date.parse(value) : Number.NaN;
  return Number.isNaN(end) ? fail(path, `until must be a date such as 2027-01-31, not ${JSON.stringify(value)}`) : end;
}

function texts(value: unknown, path: Path, fail: Fail): readonly string[] {
  return list(value, path, fail).map((one, index) =>
    typeof one === 'string' ? one : fail([...path, index], `${path.join('.')} holds texts only: put quotes around it`),
  );
}

function list(value: unknown, path: Path, fail: Fail): readonly unknown[] {
  return Array.isArray(value) ? value : fail(path, `${path.join('.')} must be a list`);
}
