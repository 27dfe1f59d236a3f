/** One field as it was last written. */
interface Part {
  readonly name: string;
  /** `"name":` */
  readonly key: string;
  value: unknown;
  /** With its key; undefined where JSON has no such value. */
  text: string | undefined;
}

/**
 * Writes plain objects of one list as JSON. Objects side by side have much in common (the pods of a workload share what
 * was judged of them): a field that is the same as in the object before it is not written out anew, and neither are the
 * last fields put together anew while none of them changes.
 *
 * @returns a function that gives what `JSON.stringify` gives, for JSON-like data that nobody changes
 */
export function itemText(): (item: unknown) => string {
  let parts: Part[] = [];
  /** The text of the fields from `tailStart` on. */
  let tail = '';
  let tailStart = 0;
  return (item) => {
    if (!isPlain(item)) return JSON.stringify(item);
    let count = 0;
    /** Behind the last field that changed. */
    let changedEnd = 0;
    for (const name in item) {
      let part = parts[count];
      if (part?.name !== name) {
        part = { name, key: `${JSON.stringify(name)}:`, value: undefined, text: undefined };
        parts[count] = part;
        changedEnd = count + 1;
      }
      const value = item[name];
      if (part.value !== value) {
        const text = JSON.stringify(value) as string | undefined;
        part.value = value;
        part.text = text === undefined ? undefined : part.key + text;
        changedEnd = count + 1;
      }
      count += 1;
    }
    if (parts.length > count) {
      parts = parts.slice(0, count);
      tailStart = -1;
    }
    if (changedEnd !== tailStart) {
      tailStart = changedEnd;
      tail = joined(parts, changedEnd, count);
    }
    const head = joined(parts, 0, changedEnd);
    return head === '' || tail === '' ? `{${head}${tail}}` : `{${head},${tail}}`;
  };
}

function joined(parts: readonly Part[], start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) {
    const one = parts[at]?.text;
    if (one !== undefined) text += text === '' ? one : `,${one}`;
  }
  return text;
}

function isPlain(item: unknown): item is Readonly<Record<string, unknown>> {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}
