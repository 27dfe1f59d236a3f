import { Box, Text } from 'ink';
import { linearLines } from '../src/app/linear-lines.ts';
import type { SessionState } from '../src/app/state.ts';
import { safe } from '../src/app/text-width.ts';

/** The session as sentences, for a screen reader. */
export function LinearScreen({ state }: { readonly state: SessionState }) {
  return (
    <Box flexDirection="column">
      {linearLines(state).map((text, at) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Text key={at}>{safe(text)}</Text>
      ))}
    </Box>
  );
}
