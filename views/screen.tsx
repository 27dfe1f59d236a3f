import { Box } from 'ink';
import { here, type SessionState } from '../src/app/state.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { PaneTable } from './pane-table.tsx';
import { ScrollView } from './scroll-view.tsx';

/**
 * The whole screen. The root has the terminal's height and no width: Ink's incremental writing leaves marks after a
 * shrink where a width is set, and a lower frame would not begin at the top of the alternate screen.
 */
export function Screen({ state }: { readonly state: SessionState }) {
  return (
    <Box height={state.rows} flexDirection="column">
      <Header state={state} />
      <Body state={state} />
      <Footer state={state} />
    </Box>
  );
}

function Body({ state }: { readonly state: SessionState }) {
  if (state.help !== null) return <Help state={state} top={state.help} />;
  const { place } = here(state);
  return place.type === 'pane' ? <PaneTable state={state} pane={place.pane} /> : <ScrollView state={state} />;
}
