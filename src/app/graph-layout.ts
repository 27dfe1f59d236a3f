import type { Graph, GraphNode } from './graph.ts';

/** A box, or a place that an arrow passes through on its way to a layer further right. */
export interface PlacedNode {
  /** null where an arrow only passes. */
  readonly node: GraphNode | null;
  readonly top: number;
  readonly height: number;
}

/** Arrows that join the same rows to the same boxes; they share a line. */
export interface Bus {
  /** Lines at which it leaves the boxes on the left. */
  readonly exits: readonly number[];
  /** Lines at which it arrives at the right. */
  readonly entries: readonly number[];
  /** Lines of `entries` at which it arrives at a box, so that there is an arrowhead. */
  readonly heads: readonly number[];
  /** Column of its vertical line, from 0; null where it needs none. */
  readonly track: number | null;
}

/** The space between two layers. */
export interface Channel {
  readonly buses: readonly Bus[];
  readonly tracks: number;
}

export interface GraphLayout {
  readonly layers: readonly (readonly PlacedNode[])[];
  /** One fewer than layers. */
  readonly channels: readonly Channel[];
  /** Lines of the whole. */
  readonly height: number;
}

/** A box with its arrows, or what stands for it in a layer that arrows to it pass. */
interface Item {
  readonly key: string;
  readonly node: GraphNode | null;
  /** Per row, the keys of items in the next layer. */
  readonly rows: readonly (readonly string[])[];
}

/** A row from which arrows leave. */
interface Exit {
  readonly at: number;
  readonly to: readonly string[];
}

/**
 * Places the boxes of a graph in lines, and the arrows between neighbouring layers. Each box begins where the first arrow
 * to it comes straight; no arrow arrives on a line on which one leaves that leads elsewhere, so that every line that is
 * drawn means one thing.
 */
export function layOut(graph: Graph): GraphLayout {
  const items = withPassages(graph);
  const layers: PlacedNode[][] = [];
  const channels: Channel[] = [];
  let exits: readonly Exit[] = [];
  for (const [at, layer] of items.entries()) {
    const placed = placeLayer(layer, exits);
    layers.push(placed.map(({ item, top }) => ({ node: item.node, top, height: heightOf(item) })));
    if (at > 0) channels.push(channelOf(exits, placed));
    exits = placed.flatMap(({ item, top }) =>
      item.rows.flatMap((to, row) => (to.length === 0 ? [] : [{ at: lineOf(item, top, row), to }])),
    );
  }
  const height = Math.max(0, ...layers.flat().map((one) => one.top + one.height));
  return { layers, channels, height };
}

/** Arrows over more than one layer get an item in each layer that they pass, one for all that lead to the same box. */
function withPassages({ layers }: Graph): readonly (readonly Item[])[] {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map((node) => [node.key, at] as const)));
  const passages = layers.map(() => new Map<string, Item>());
  /** The item of the next layer that leads to the box; undefined where the box stands no further right. */
  const next = (key: string, from: number): string | undefined => {
    const layer = layerOf.get(key);
    if (layer === undefined || layer <= from) return undefined;
    if (layer === from + 1) return key;
    const passage = `to ${key}`;
    passages[from + 1]?.set(passage, { key: passage, node: null, rows: [[next(key, from + 1) ?? key]] });
    return passage;
  };
  const boxes = layers.map((layer, at) =>
    layer.map((node): Item => ({
      key: node.key,
      node,
      rows: node.rows.map(({ to }) => [...new Set(to.flatMap((key) => next(key, at) ?? []))].sort()),
    })),
  );
  return boxes.map((layer, at) => [...layer, ...(passages[at]?.values() ?? [])]);
}

interface PlacedItem {
  readonly item: Item;
  readonly top: number;
}

function placeLayer(layer: readonly Item[], exits: readonly Exit[]): readonly PlacedItem[] {
  const arrivals = layer.map((item) => exits.filter(({ to }) => to.includes(item.key)).map(({ at }) => at));
  const middle = (at: readonly number[]): number =>
    at.length === 0 ? Number.POSITIVE_INFINITY : at.reduce((sum, one) => sum + one, 0) / at.length;
  const order = layer
    .map((item, at) => ({ item, from: arrivals[at] ?? [], at }))
    .sort((a, b) => compare(middle(a.from), middle(b.from)) || a.at - b.at);
  let free = 0;
  return order.map(({ item, from }) => {
    const straight = from.length === 0 ? free : Math.min(...from) - (item.node === null ? 0 : 1);
    let top = Math.max(free, straight);
    while (exits.some((exit) => exit.at === lineOf(item, top, 0) && !mayArriveAt(exit, item, from))) top += 1;
    free = top + heightOf(item);
    return { item, top };
  });
}

/** Whether arrows to the item may arrive on the line of an exit: its own line, and nobody could read it otherwise. */
function mayArriveAt(exit: Exit, item: Item, arrivals: readonly number[]): boolean {
  return exit.to.includes(item.key) && (exit.to.length === 1 || arrivals.length === 1);
}

function channelOf(exits: readonly Exit[], placed: readonly PlacedItem[]): Channel {
  const lines = new Map(
    placed.map(({ item, top }) => [item.key, { at: lineOf(item, top, 0), isBox: item.node !== null }]),
  );
  const groups = [...Map.groupBy(exits, ({ to }) => to.join('\n')).values()].map((group) => {
    const ends = (group[0]?.to ?? []).flatMap((key) => lines.get(key) ?? []);
    return {
      exits: group.map(({ at }) => at),
      entries: ends.map(({ at }) => at),
      heads: ends.filter(({ isBox }) => isBox).map(({ at }) => at),
    };
  });
  const tracks: Span[][] = [];
  const buses = groups.sort(inOrderOfTracks).map((group): Bus => {
    const span = spanOf(group);
    if (span.from === span.to) return { ...group, track: null };
    // The last track only: a track further left would bring back the crossings that the order avoids.
    const last = tracks.at(-1);
    if (last?.every((one) => span.to + 1 < one.from || one.to + 1 < span.from) === true) last.push(span);
    else tracks.push([span]);
    return { ...group, track: tracks.length - 1 };
  });
  return { buses, tracks: tracks.length };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Group {
  readonly exits: readonly number[];
  readonly entries: readonly number[];
}

function spanOf({ exits, entries }: Group): Span {
  const all = [...exits, ...entries];
  return { from: Math.min(...all), to: Math.max(...all) };
}

/** Of lines that lead down the upper one turns further right, of those that lead up further left: so they do not cross. */
function inOrderOfTracks(a: Group, b: Group): number {
  const [down, other] = [isDown(a), isDown(b)];
  if (down !== other) return down ? 1 : -1;
  const [first, second] = [Math.min(...a.exits), Math.min(...b.exits)];
  return down ? second - first : first - second;
}

function isDown({ exits, entries }: Group): boolean {
  return Math.max(...entries) > Math.min(...exits);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function heightOf({ node, rows }: Item): number {
  return node === null ? 1 : rows.length + 2;
}

/** The line of a row; a box has a border above. */
function lineOf({ node }: Item, top: number, row: number): number {
  return node === null ? top : top + 1 + row;
}
