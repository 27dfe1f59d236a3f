import { headerLines } from '../src/app/chrome-lines.ts';
import { headerHeight } from '../src/app/layout.ts';
import type { SessionState } from '../src/app/state.ts';
import { Lines } from './lines.tsx';

/** Who and where, and the tabs. */
export function Header({ state }: { readonly state: SessionState }) {
  return <Lines state={state} lines={headerLines(state)} height={headerHeight(state)} />;
}
