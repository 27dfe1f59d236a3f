import { helpLines } from '../src/app/help-lines.ts';
import { bodyHeight } from '../src/app/layout.ts';
import type { SessionState } from '../src/app/state.ts';
import { Lines } from './lines.tsx';

/** The keys that work at the place below. */
export function Help({ state, top }: { readonly state: SessionState; readonly top: number }) {
  const height = bodyHeight(state);
  return <Lines state={state} lines={helpLines(state).slice(top, top + height)} height={height} />;
}
