import type { Line } from '../src/app/span.ts';
import type { SessionState } from '../src/app/state.ts';
import { paintLine } from './paint-line.ts';
import { TextLine } from './text-line.tsx';
import { THEMES } from './theme.ts';

interface LinesProps {
  readonly state: SessionState;
  readonly lines: readonly Line[];
  /** The item under the cursor. */
  readonly item?: string | null;
  /** Lines on the screen: what is missing is empty. */
  readonly height: number;
}

/** Lines of the screen, one `Text` each, exactly `height` of them. */
export function Lines({ state, lines, item, height }: LinesProps) {
  const { columns, glyphs } = state;
  const theme = THEMES[state.theme];
  return Array.from({ length: height }, (_, at) => {
    const line = lines[at];
    const selected = line?.item !== undefined && line.item === item;
    const text = line === undefined ? ' ' : paintLine(line, { columns, theme, glyphs, selected });
    // A line has no identity beside its place on the screen.
    // oxlint-disable-next-line react/no-array-index-key
    return <TextLine key={at} text={text} />;
  });
}
