import { footerLines } from '../src/app/chrome-lines.ts';
import { footerHeight } from '../src/app/layout.ts';
import type { SessionState } from '../src/app/state.ts';
import { Lines } from './lines.tsx';

/** What is typed or said, and the keys that work here. */
export function Footer({ state }: { readonly state: SessionState }) {
  return <Lines state={state} lines={footerLines(state)} height={footerHeight(state)} />;
}
