import { connections, type Endpoint } from '../analyses/network/reach.ts';
import { reachTable } from '../analyses/network/reach-table.ts';
import { SINKS, type EscalationPath, type Hop } from '../analyses/rbac/escalation-graph.ts';
import { allPaths } from '../analyses/rbac/escalation-paths.ts';
import { refOf, refText } from '../kube/object-ref.ts';
import { parseServiceAccountUser } from '../kube/rbac-user.ts';
import type { Write } from './format.ts';
import { html } from './html-escape.ts';
import type { Report } from './report.ts';

/** Above this many workloads every pair of them is too much to compute for a picture. */
const MOST_WORKLOADS = 600;
/** A larger matrix is no picture any more. */
const MOST_NAMESPACES = 40;
/** Accounts in one column of the picture; those with the most paths through them are drawn. */
const MOST_IN_COLUMN = 30;

/** Escalation paths and reach as pictures; what is too large for one names the command that lists it. */
export function writeGraphs(report: Report, write: Write): void {
  const { panes } = report.scope;
  if (panes.length === 0 || panes.includes('rbac')) writePaths(report, write);
  if (panes.length === 0 || panes.includes('network')) writeReach(report, write);
}

function section(write: Write, title: string, note: string, body: string): void {
  write(`<h2>${title}</h2>\n<p class="muted">${note}</p>\n<div class="graph">${body}</div>\n`);
}

const COLUMN = 330;
const BOX = 270;
const ROW = 46;

interface Box {
  readonly name: string;
  readonly notes: Set<string>;
  /** Steps that are left to the end at most. */
  left: number;
  paths: number;
}

function writePaths({ engine }: Report, write: Write): void {
  const paths = allPaths(engine.view);
  if (paths.length === 0) return;
  const boxes = boxesOf(paths);
  const depth = Math.max(...[...boxes.values()].map((one) => one.left));
  const columns = Array.from({ length: depth + 1 }, (_, at) =>
    [...boxes]
      .filter(([, box]) => box.left === depth - at)
      .sort(([a, x], [b, y]) => y.paths - x.paths || (a < b ? -1 : 1)),
  );
  const places = new Map<string, { readonly x: number; readonly y: number }>();
  for (const [at, column] of columns.entries()) {
    for (const [row, [key]] of column.slice(0, MOST_IN_COLUMN).entries())
      places.set(key, { x: at * COLUMN, y: row * ROW });
  }
  const height = Math.max(...[...places.values()].map((one) => one.y)) + ROW;
  const arrows = [
    ...new Map(paths.flatMap((path) => path.hops).map((hop) => [`${hop.from}\n${hop.to}`, hop])).values(),
  ];
  const drawn = [
    ...arrows.flatMap((hop) => arrow(hop, places)),
    ...[...places].map(([key, place]) => boxSvg(boxes.get(key), place, SINK_KEYS.has(key))),
  ];
  const left = columns.reduce((sum, column) => sum + Math.max(0, column.length - MOST_IN_COLUMN), 0);
  const more = left === 0 ? '' : ` ${left} more accounts are not drawn: <code>k8sec paths</code> lists them.`;
  const svg = svgOf((depth + 1) * COLUMN - COLUMN + BOX, height, `${paths.length} escalation paths`, drawn.join(''));
  section(
    write,
    'Escalation paths',
    `From accounts on the left to what they end in on the right, by RBAC.${more}`,
    svg,
  );
}

const SINK_KEYS: ReadonlySet<string> = new Set(SINKS);

function boxesOf(paths: readonly EscalationPath[]): ReadonlyMap<string, Box> {
  const boxes = new Map<string, Box>();
  const box = (key: string, left: number): Box => {
    const there = boxes.get(key) ?? { name: accountText(key), notes: new Set<string>(), left, paths: 0 };
    there.left = Math.max(there.left, left);
    there.paths += 1;
    boxes.set(key, there);
    return there;
  };
  for (const { hops, to } of paths) {
    for (const [at, hop] of hops.entries()) {
      box(hop.from, hops.length - at).notes.add(noteOf(hop));
    }
    box(to, 0);
  }
  return boxes;
}

function noteOf({ step, condition }: Hop): string {
  return step === null ? condition : `${step.action} by ${refText(refOf(step.binding))}`;
}

function accountText(key: string): string {
  if (SINK_KEYS.has(key)) return key === 'secrets' ? 'all Secrets' : key;
  const name = key.slice(2);
  if (key.startsWith('g:')) return `group ${name}`;
  if (key.startsWith('p:')) return `pod ${name}`;
  const account = parseServiceAccountUser(name);
  return account === undefined ? `user ${name}` : `sa ${account.namespace}/${account.name}`;
}

function arrow(
  { from, to }: Hop,
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
): readonly string[] {
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return [];
  const [x1, y1, x2, y2] = [start.x + BOX, start.y + ROW / 2 - 4, end.x, end.y + ROW / 2 - 4];
  const middle = (x1 + x2) / 2;
  return [`<path class="edge" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`];
}

function boxSvg(box: Box | undefined, { x, y }: { readonly x: number; readonly y: number }, isEnd: boolean): string {
  if (box === undefined) return '';
  const notes = [...box.notes];
  const text = (at: number, shown: string, kind: string): string =>
    `<text class="${kind}" x="${x + 8}" y="${y + at}">${html(shortened(shown))}</text>`;
  return (
    `<g><title>${html([box.name, ...notes].join('\n'))}</title>` +
    `<rect class="${isEnd ? 'end' : 'box'}" x="${x}" y="${y}" width="${BOX}" height="${ROW - 8}" rx="4"/>` +
    text(16, box.name, 'name') +
    (notes.length === 0
      ? ''
      : text(30, notes.length === 1 ? (notes[0] ?? '') : `${notes[0]} +${notes.length - 1}`, 'note')) +
    '</g>'
  );
}

/** About what fits into a box. */
function shortened(text: string): string {
  return text.length > 42 ? `${text.slice(0, 41)}…` : text;
}

const OUTSIDE = '(outside)';
const CELL = 34;
const MARGIN = 130;
/** The strongest colour that text on it can be read on, light and dark. */
const MOST_OPAQUE = 0.6;

interface Pairs {
  open: number;
  readonly possible: number;
}

function writeReach({ engine }: Report, write: Write): void {
  const { view } = engine;
  const nodes = reachTable(view).nodes.filter((node) => node.undecided === '');
  const sizes = new Map<string, number>();
  for (const { ref } of nodes) sizes.set(ref.namespace, (sizes.get(ref.namespace) ?? 0) + 1);
  if (sizes.size === 0) return;
  if (nodes.length > MOST_WORKLOADS || sizes.size > MOST_NAMESPACES) {
    const note = `${nodes.length} workloads in ${sizes.size} namespaces are too many to draw: <code>k8sec reach</code> lists them.`;
    section(write, 'Who may reach whom', note, '');
    return;
  }
  const names = [...[...sizes.keys()].sort(), OUTSIDE];
  const cells = new Map<string, Pairs>();
  const cellOf = (from: string, to: string): Pairs => {
    const key = `${from}\n${to}`;
    const size = (name: string): number => sizes.get(name) ?? 1;
    const possible = from === to ? size(from) * (size(from) - 1) : size(from) * size(to);
    const there = cells.get(key) ?? { open: 0, possible };
    cells.set(key, there);
    return there;
  };
  // A range of addresses beside another is the same workload's connection to the outside.
  const seen = new Set<string>();
  for (const { source, destination } of connections(view)) {
    const key = `${endName(source)}\n${endName(destination)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    cellOf(placeOf(source), placeOf(destination)).open += 1;
  }
  const rows = names.map((from, row) =>
    names.map((to, column) =>
      from === OUTSIDE && to === OUTSIDE ? '' : cellSvg(cellOf(from, to), { from, to, row, column }),
    ),
  );
  const heads = names.map(
    (name, at) =>
      `<text class="note" text-anchor="end" x="${MARGIN - 8}" y="${MARGIN + at * CELL + 21}">${html(clipped(name))}</text>` +
      `<text class="note" transform="translate(${MARGIN + at * CELL + 21} ${MARGIN - 8}) rotate(-60)">${html(clipped(name))}</text>`,
  );
  const side = MARGIN + names.length * CELL;
  const note =
    'Rows may open connections to columns: pairs of workloads that policies allow, and how many of all there are.';
  section(
    write,
    'Who may reach whom',
    note,
    svgOf(side + 90, side, 'reach by namespace', [...heads, ...rows.flat()].join('')),
  );
}

function placeOf(end: Endpoint): string {
  return end.type === 'workload' ? end.node.ref.namespace : OUTSIDE;
}

function endName(end: Endpoint): string {
  return end.type === 'workload' ? refText(end.node.ref) : OUTSIDE;
}

function cellSvg(
  { open, possible }: Pairs,
  {
    from,
    to,
    row,
    column,
  }: { readonly from: string; readonly to: string; readonly row: number; readonly column: number },
): string {
  const [x, y] = [MARGIN + column * CELL, MARGIN + row * CELL];
  const share = possible === 0 ? 0 : open / possible;
  return (
    `<g><title>${html(`${from} to ${to}: ${open} of ${possible} pairs`)}</title>` +
    `<rect class="cell" x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" fill-opacity="${(share * MOST_OPAQUE).toFixed(2)}"/>` +
    `<text class="count" text-anchor="middle" x="${x + CELL / 2 - 1}" y="${y + 20}">${open}</text></g>`
  );
}

function clipped(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}

function svgOf(width: number, height: number, label: string, inner: string): string {
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(label)}">${inner}</svg>`;
}
