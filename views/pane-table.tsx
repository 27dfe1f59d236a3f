import type { PaneName } from '../src/model/finding.ts';
import { bodyHeight } from '../src/app/layout.ts';
import type { SessionState } from '../src/app/state.ts';
import { tableLines } from '../src/app/table-lines.ts';
import { cursorRow } from '../src/app/table-state.ts';
import { Lines } from './lines.tsx';

/** A pane: its headline, the names of the columns, and the rows that are on the screen, no others. */
export function PaneTable({ state, pane }: { readonly state: SessionState; readonly pane: PaneName }) {
  const { head, rows, empty } = tableLines(state, pane);
  const item = cursorRow(state.tables[pane])?.key ?? null;
  return <Lines state={state} lines={[...head, ...rows, ...empty]} item={item} height={bodyHeight(state)} />;
}
