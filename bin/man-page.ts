/** A row of a table of the help text: a name, and on the same line, or indented on the next, what it is. */
const ROW = /^ +(?<name>\S.*?)(?: {2,}(?<help>\S.*))?$/;
/** So far in, a line belongs to the name above. */
const INDENTED = /^ {10}/;

/**
 * The help text as a page of the manual (man-pages(7), groff_man(7)): a line at the margin is a section, everything
 * below it a list of names with what they are, which the reader of the page fills to the width of the terminal.
 */
export function manPage(usage: string): string {
  const [first = '', ...lines] = usage.trimEnd().split('\n');
  const body = lines.flatMap((line, at): readonly string[] => {
    if (line === '') return [];
    if (!line.startsWith(' ')) return [`.SH ${line.toUpperCase()}`];
    if (INDENTED.test(line)) return [escaped(line.trim())];
    const { name = '', help } = ROW.exec(line)?.groups ?? {};
    if (help !== undefined) return ['.TP', bold(name), escaped(help)];
    return INDENTED.test(lines[at + 1] ?? '') ? ['.TP', bold(name)] : ['.PP', escaped(name)];
  });
  return [
    '.TH K8SEC 1 "" "k8sec" "User Commands"',
    // A name that is broken at a hyphen of its own, or at a new one, is typed wrongly.
    '.nh',
    '.ad l',
    '.SH NAME',
    'k8sec \\- a security inspector for live Kubernetes clusters',
    '.SH DESCRIPTION',
    escaped(first),
    ...body,
    '',
  ].join('\n');
}

function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/**
 * Backslashes and hyphens mean something to roff, and so do dots and quotes at the beginning of a line; signs beyond ASCII
 * have names.
 */
function escaped(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll(/[^ -~]/gu, (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
}
