import { Box, Text } from 'ink';
import { Table, type CellProps } from 'ink-table';
import { HELP_HEAD, HELP_TITLES, helpColumns, helpHeight, type HelpRow } from '../src/app/help-table.ts';
import type { Style } from '../src/app/span.ts';
import { clip } from '../src/app/text-width.ts';
import type { SessionState, ThemeName } from '../src/app/state.ts';
import { Lines } from './lines.tsx';
import { paintText } from './paint-line.ts';
import { THEMES } from './theme.ts';

/** The keys that work at the place below, as a table without lines. */
export function Help({ state, top }: { readonly state: SessionState; readonly top: number }) {
  const height = helpHeight(state);
  const sides = helpColumns(state).map((rows, _, all) => aligned(rows, all.length, state).slice(top, top + height));
  const data = (sides[0] ?? []).map((left, at) => ({ ...left, ...onTheRight(sides[1]?.[at]) }));
  return (
    <>
      <Lines state={state} lines={HELP_HEAD} height={HELP_HEAD.length} />
      <Box height={height} flexDirection="column" overflow="hidden">
        <Table
          // A table keeps the parts that it was made with.
          key={`${state.theme} ${sides.length}`}
          data={data}
          header={Nothing}
          skeleton={Nothing}
          cell={cellOf(state.theme, sides.length * 2 - 1)}
        />
      </Box>
    </>
  );
}

/** Blanks that the table puts beside the two cells of a row. */
const PADDING = 4;

/** Rows whose keys are equally wide, so that scrolling moves no column, and whose texts fit. */
function aligned(rows: readonly HelpRow[], sides: number, state: SessionState): readonly HelpRow[] {
  const width = Math.max(0, ...rows.map((row) => row.keys.length));
  const room = Math.floor(state.columns / sides) - width - PADDING;
  return rows.map((row) => ({
    keys: row.keys.padEnd(width),
    help: clip(row.help, room, state.glyphs.ellipsis),
  }));
}

/** A table tells its columns apart by name. */
function onTheRight(row: HelpRow | undefined) {
  return row === undefined ? {} : { 'keys 2': row.keys, 'help 2': row.help };
}

/** Column names and lines are left out: the keys are told by their colour and their place. */
function Nothing() {
  return <></>;
}

/** Keys keep their width. */
function cellOf(theme: ThemeName, last: number) {
  return function Cell({ column, children }: CellProps) {
    const text = typeof children === 'string' ? children : '';
    const isKey = column % 2 === 0;
    const style: Style = isKey ? 'key' : HELP_TITLES.has(text.trim()) ? 'heading' : 'plain';
    // Blanks at the end of a line must not be cut with a sign.
    const shown = column === last ? text.trimEnd() || ' ' : text;
    return (
      <Box flexShrink={isKey ? 0 : 1}>
        <Text wrap="truncate">{paintText(shown, style, THEMES[theme])}</Text>
      </Box>
    );
  };
}
