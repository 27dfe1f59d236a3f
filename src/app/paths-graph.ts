import { graphRow, type Graph, type GraphNode, type GraphRow } from './graph.ts';
import { unitText } from './number-text.ts';
import {
  nameText,
  NO_PATH,
  pathNotes,
  requestText,
  targetText,
  type Hop,
  type Name,
  type PathsAnswer,
} from './paths-answer.ts';

/** Boxes in one layer; those with the most paths through them are drawn. */
const MOST = 12;

interface Account {
  readonly title: string;
  /** Steps that are left to an end, at most. */
  left: number;
  paths: number;
  /** What it can do, and where that leads. */
  readonly steps: Map<string, { readonly by: string; readonly to: Set<string> }>;
}

/**
 * Where the rights of accounts lead: each account once, from the ones that were asked for at the left to what they end in
 * at the right.
 *
 * @param names of the accounts, as the questions name them
 * @param answers of `paths ACCOUNT -o json`, in the same order
 * @param into the sign before the name of an account that stands no further right
 */
export function pathsGraph(names: readonly string[], answers: readonly string[], into: string): Graph {
  const parsed = answers.map((answer) => JSON.parse(answer) as PathsAnswer);
  const accounts = accountsOf(parsed);
  const depth = Math.max(0, ...[...accounts.values()].map(({ left }) => left));
  const starts = new Set(parsed.flatMap(({ paths }) => paths.map(({ from }) => nameText(from))));
  const targets = new Set(
    [...accounts.values()].flatMap(({ steps }) => [...steps.values()].flatMap(({ to }) => [...to])),
  );
  const layerOf = (key: string): number =>
    starts.has(key) && !targets.has(key) ? 0 : depth - (accounts.get(key)?.left ?? 0);
  const layers = Array.from({ length: depth + 1 }, (_, at) =>
    [...accounts]
      .filter(([key]) => layerOf(key) === at)
      .sort(([a, x], [b, y]) => y.paths - x.paths || (a < b ? -1 : 1)),
  );
  const left = layers.reduce((sum, layer) => sum + Math.max(0, layer.length - MOST), 0);
  const without = names.filter((_, at) => parsed[at]?.paths.length === 0);
  const drawn = layers.map((layer) =>
    layer.slice(0, MOST).map(([key, account]) =>
      nodeOf(key, account, {
        isRight: (to) => layerOf(to) > layerOf(key),
        titleOf: (to) => accounts.get(to)?.title ?? to,
        into,
      }),
    ),
  );
  const [first = [], ...others] = drawn;
  return {
    layers: [[...first, ...without.map(withoutPath)], ...others],
    notes: [
      ...(left === 0 ? [] : [`${unitText(left, 'accounts')} more are not drawn: the tree has them`]),
      ...new Set(parsed.flatMap(pathNotes)),
    ],
  };
}

function accountsOf(answers: readonly PathsAnswer[]): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  const account = (key: string, title: string, left: number): Account => {
    const there = accounts.get(key) ?? { title, left, paths: 0, steps: new Map() };
    there.left = Math.max(there.left, left);
    there.paths += 1;
    accounts.set(key, there);
    return there;
  };
  for (const path of answers.flatMap(({ paths }) => paths)) {
    const { hops } = path;
    const end = targetText(path);
    for (const [at, hop] of hops.entries()) {
      const { steps } = account(nameText(hop.from), accountText(hop.from), hops.length - at);
      const does = stepText(hop);
      const step = steps.get(does) ?? { by: nameText(hop.via.binding), to: new Set() };
      step.to.add(at === hops.length - 1 ? end : nameText(hop.to));
      steps.set(does, step);
    }
    account(end, end, 0);
  }
  return accounts;
}

interface Surroundings {
  /** Whether an account stands further right, so that an arrow can lead to it. */
  readonly isRight: (to: string) => boolean;
  readonly titleOf: (key: string) => string;
  readonly into: string;
}

function nodeOf(key: string, { title, left, steps }: Account, { isRight, titleOf, into }: Surroundings): GraphNode {
  const rows = [...steps].flatMap(([does, { by, to }]): GraphRow[] => {
    const ends = [...to];
    // An account that stands no further right, for its own way is as long: an arrow would lead back.
    const back = ends.filter((end) => !isRight(end)).map((end) => graphRow(`  ${into} ${titleOf(end)}`, 'muted'));
    return [graphRow(does, 'plain', ends.filter(isRight)), ...back, graphRow(`by ${by}`, 'muted')];
  });
  return { key, rows: [graphRow(title, left === 0 ? 'critical' : 'title'), ...rows] };
}

function withoutPath(name: string): GraphNode {
  return { key: name, rows: [graphRow(name, 'title'), graphRow(NO_PATH, 'good')] };
}

function stepText(hop: Hop): string {
  return `${requestText(hop)}${hop.condition === '' ? '' : `  (${hop.condition})`}`;
}

/** As short as a name can be, for boxes have little room: `sa ci/deployer`. */
function accountText({ kind, namespace, name }: Name): string {
  const short = kind === 'ServiceAccount' ? 'sa' : kind.toLowerCase();
  return `${short} ${namespace === null || namespace === '' ? name : `${namespace}/${name}`}`;
}
