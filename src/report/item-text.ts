/** One field as it was last written. */
interface Part {
  /** `"name":` */
  readonly key: string;
  value: unknown;
  text: string | undefined;
}

/**
 * Writes plain objects of one list as JSON. Objects side by side have much in common (the pods of a workload share what
 * was judged of them), and a field that is the same as in the object before it is not written out anew.
 *
 * @returns a function that gives what `JSON.stringify` gives, for JSON-like data that nobody changes
 */
export function itemText(): (item: unknown) => string {
  const parts = new Map<string, Part>();
  return (item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return JSON.stringify(item);
    let text = '{';
    for (const [name, value] of Object.entries(item as Readonly<Record<string, unknown>>)) {
      let part = parts.get(name);
      if (part === undefined) {
        part = { key: `${JSON.stringify(name)}:`, value: undefined, text: undefined };
        parts.set(name, part);
      }
      if (part.value !== value) {
        part.value = value;
        part.text = JSON.stringify(value) as string | undefined;
      }
      if (part.text !== undefined) text += `${text === '{' ? '' : ','}${part.key}${part.text}`;
    }
    return `${text}}`;
  };
}
