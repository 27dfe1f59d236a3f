/** Whether `text` matches a glob: `*` is any run of characters, `\*` a star. Linear, also for hostile globs. */
export function glob(pattern: string, text: string): boolean {
  const parts = pattern.split(/(?<!\\)\*/).map((part) => part.replaceAll('\\*', '*'));
  const first = parts.shift() ?? '';
  if (parts.length === 0) return first === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = parts.pop() ?? '';
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

/** The glob that matches a text and nothing else. */
export function globFor(text: string): string {
  return text.replaceAll('*', '\\*');
}
