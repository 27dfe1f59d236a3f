/** What no terminal must get from a cluster: each would change the screen, its title, or what a person reads. */
export const HOSTILE: Readonly<Record<string, string>> = {
  colour: '\u001b[31mred\u001b[8mhidden',
  title: '\u001b]0;owned\u0007',
  clipboard: '\u001b]52;c;b3duZWQ=\u0007',
  link: '\u001b]8;;http://evil.test\u001b\\click\u001b]8;;\u001b\\',
  clear: '\u001b[2J\u001b[H\u001bc',
  c1: '\u009b31mred\u009d0;owned\u009c',
  newline: 'one\ntwo\r\nthree',
  bidi: '\u202edrowssap\u2066x\u2069',
  hidden: 'a\u200bb\ufeffc',
  wide: '日本語のとても長い名前'.repeat(6),
  family: '👨‍👩‍👧‍👦 ❤️',
};

/** Pieces of them that must not arrive as they are; the program itself writes none of these. */
export const FORBIDDEN = [
  '\u001b[31mred',
  '\u001b[8m',
  '\u001b]',
  '\u0007',
  '\u001bc',
  '\u009b',
  '\u009d',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u200d',
  '\ufe0f',
];
