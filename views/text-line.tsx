import { Text } from 'ink';
import { memo } from 'react';

/** One line of the screen, painted already. Unchanged lines are not rendered again. */
export const TextLine = memo(function TextLine({ text }: { readonly text: string }) {
  return <Text wrap="truncate">{text}</Text>;
});
