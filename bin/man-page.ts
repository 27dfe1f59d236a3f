/**
 * The help text as a page of the manual (man-pages(7), groff_man(7)): a line at the margin is a section, everything
 * below it is shown as it is.
 */
export function manPage(usage: string): string {
  const [first = '', ...lines] = usage.trimEnd().split('\n');
  const body = lines.flatMap((line, at): readonly string[] => {
    if (line === '') return [];
    if (line.startsWith(' ')) return [escaped(line)];
    const isFirst = lines.slice(0, at).every((one) => one === '');
    return [...(isFirst ? [] : ['.fi']), `.SH ${line.toUpperCase()}`, '.nf'];
  });
  return [
    '.TH K8SEC 1 "" "k8sec" "User Commands"',
    '.SH NAME',
    'k8sec \\- a security inspector for live Kubernetes clusters',
    '.SH DESCRIPTION',
    escaped(first),
    ...body,
    '.fi',
    '',
  ].join('\n');
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
