const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an HTML element or a quoted attribute: whatever a name holds, it stays text. */
export function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const CHARACTERS = new Map(
  Object.entries({ ...ENTITIES, '\u00a0': '&nbsp;' }).map(([character, name]) => [name, character]),
);

/** The text of an HTML element that `html` wrote and a browser or a person may have changed: without tags, on one line. */
export function textOfHtml(markup: string): string {
  return markup
    .replaceAll(/<br\b[^>]*>|[\r\n]+/gi, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:\w+|#\d+);/g, (entity) => CHARACTERS.get(entity) ?? entity)
    .trim();
}
