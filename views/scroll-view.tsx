import { bodyScroll, currentItem, placeBody, scrollHeight } from '../src/app/body-lines.ts';
import { bodyHeight } from '../src/app/layout.ts';
import type { SessionState } from '../src/app/state.ts';
import { Lines } from './lines.tsx';

/** The overview, a detail, a remedy, a text or a list: a fixed head, and lines that scroll. */
export function ScrollView({ state }: { readonly state: SessionState }) {
  const body = placeBody(state);
  const from = bodyScroll(state, body);
  const visible = body.lines.slice(from, from + scrollHeight(state, body));
  const lines = [...body.head, ...visible];
  return <Lines state={state} lines={lines} item={currentItem(state, body)} height={bodyHeight(state)} />;
}
