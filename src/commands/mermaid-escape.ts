/** What means something inside quotes of a Mermaid diagram: entities, directives (`%%{…}%%`), HTML, Markdown. */
const SPECIAL = /["#%&<>\\`]/g;

/**
 * A text between the quotes of a Mermaid node or edge, shown as it is whatever it holds
 * (https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters").
 */
export function inMermaid(text: string): string {
  return text.replaceAll(SPECIAL, (character) => `#${character.codePointAt(0)};`);
}
