import type { Glyphs } from './glyphs.ts';
import type { Graph, GraphNode } from './graph.ts';
import { layOut, type Bus, type Channel, type PlacedNode } from './graph-layout.ts';
import { line, span, type Line, type Span } from './span.ts';
import { fit, textWidth } from './text-width.ts';

/** Narrower boxes show nothing of a name; a graph that needs more room is looked at sideways. */
const LEAST_TEXT = 18;
/** Columns of a box beside its text: borders and a space on each side. */
const FRAME = 4;
/** Columns of a channel beside its tracks: before the first, after the last, and the arrowhead. */
const LEAD = 3;

/**
 * The boxes and arrows of a graph, without its notes.
 *
 * @param columns that it should not exceed; a box keeps room for a short name, so that it may
 */
export function graphLines(graph: Graph, columns: number, glyphs: Glyphs): readonly Line[] {
  const { layers, channels, height } = layOut(graph);
  const between = channels.reduce((sum, channel) => sum + channelWidth(channel), 0);
  const widths = textWidths(graph, columns - between - graph.layers.length * FRAME);
  return Array.from({ length: height }, (_, at) =>
    line(
      ...layers.flatMap((layer, index) => {
        const channel = channels[index];
        return [
          ...layerSpans(layer, at, widths[index] ?? LEAST_TEXT, glyphs),
          ...(channel === undefined ? [] : [span(channelText(channel, at, glyphs), 'rule')]),
        ];
      }),
    ),
  );
}

/** The widths of the texts of layers: what they need, and where that is too much an equal share. */
function textWidths({ layers }: Graph, room: number): readonly number[] {
  const wanted = layers.map((layer) =>
    Math.max(LEAST_TEXT, ...layer.flatMap(({ rows }) => rows.map(({ text }) => textWidth(text)))),
  );
  const order = wanted.map((width, at) => ({ width, at })).sort((a, b) => a.width - b.width);
  const widths: number[] = [];
  let left = room;
  for (const [done, { width, at }] of order.entries()) {
    const share = Math.floor(left / (order.length - done));
    widths[at] = Math.max(LEAST_TEXT, Math.min(width, share));
    left -= widths[at];
  }
  return widths;
}

function layerSpans(layer: readonly PlacedNode[], at: number, width: number, glyphs: Glyphs): readonly Span[] {
  const placed = layer.find((one) => one.top <= at && at < one.top + one.height);
  if (placed === undefined) return [span(' '.repeat(width + FRAME))];
  if (placed.node === null) return [span(glyphs.rule.repeat(width + FRAME), 'rule')];
  return boxSpans(placed.node, at - placed.top, width, glyphs);
}

function boxSpans({ rows }: GraphNode, at: number, width: number, glyphs: Glyphs): readonly Span[] {
  const flat = glyphs.rule.repeat(width + 2);
  const corner = (bits: number): string => glyphs.joints[bits] ?? '';
  if (at === 0) return [span(corner(DOWN + RIGHT) + flat + corner(DOWN + LEFT), 'rule')];
  const row = rows[at - 1];
  if (row === undefined) return [span(corner(UP + RIGHT) + flat + corner(UP + LEFT), 'rule')];
  const side = corner(UP + DOWN);
  return [
    span(`${side} `, 'rule'),
    span(fit(row.text, width, 'left', glyphs.ellipsis), row.style),
    span(` ${row.to.length === 0 ? side : corner(UP + DOWN + RIGHT)}`, 'rule'),
  ];
}

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

function channelWidth({ tracks }: Channel): number {
  return LEAD + Math.max(1, tracks * 2 - 1);
}

/** A line of a channel. Where a line of one meaning crosses another, it passes behind it. */
function channelText(channel: Channel, at: number, glyphs: Glyphs): string {
  const width = channelWidth(channel);
  let text = '';
  for (let x = 0; x < width - 1; x += 1) text += glyphs.joints[joint(channel, x, at)] ?? ' ';
  return text + (channel.buses.some(({ heads }) => heads.includes(at)) ? glyphs.cursor : endOf(channel, at, glyphs));
}

/** Where a line goes on behind the channel, without an arrowhead. */
function endOf({ buses }: Channel, at: number, glyphs: Glyphs): string {
  return buses.some(({ entries }) => entries.includes(at)) ? glyphs.rule : ' ';
}

/** The sides to which lines go from a cell. */
function joint({ buses }: Channel, x: number, at: number): number {
  const passing = buses.some((bus) => passes(bus, x, at)) ? LEFT + RIGHT : 0;
  const turning = buses.find((bus) => columnOf(bus) === x && covers(bus, at));
  if (turning === undefined) return passing;
  const [isExit, isEntry] = [turning.exits.includes(at), turning.entries.includes(at)];
  const own =
    (covers(turning, at - 1) ? UP : 0) +
    (covers(turning, at + 1) ? DOWN : 0) +
    (isExit ? LEFT : 0) +
    (isEntry ? RIGHT : 0);
  return isExit || isEntry ? own | passing : own;
}

function columnOf({ track }: Bus): number | null {
  return track === null ? null : 1 + track * 2;
}

function covers({ exits, entries }: Bus, at: number): boolean {
  const all = [...exits, ...entries];
  return Math.min(...all) <= at && at <= Math.max(...all);
}

/** Whether the bus has a horizontal line in the cell, beside its own vertical one. */
function passes(bus: Bus, x: number, at: number): boolean {
  const column = columnOf(bus);
  if (column === null) return bus.exits.includes(at);
  return (x < column && bus.exits.includes(at)) || (x > column && bus.entries.includes(at));
}
