import { subjectText } from './finding-text.ts';
import type { BaselineFinding } from './baseline.ts';
import type { FormatContext } from './format.ts';
import type { Difference } from './difference.ts';

/** The difference for a person: what came has a plus, what went a minus, an error is painted. */
export function differenceText(difference: Difference, paint: FormatContext['paint']): string {
  const { findings, permissions, rights, connections, incomparable } = difference;
  return [
    ...section('findings', [
      ...findings.added.map((one) => `+ ${findingText(one)}`),
      ...findings.removed.map((one) => `- ${findingText(one)}`),
      ...findings.changed.map(({ before, after }) => `~ ${findingText(after)} (was ${verdictText(before)})`),
    ]),
    ...section('permissions', [
      ...marked(permissions.added, permissions.removed),
      ...marked(rights?.gained ?? [], rights?.lost ?? []),
    ]),
    ...(connections === null ? [] : section('connections', marked(connections.opened, connections.closed))),
    ...(connections === null || connections.broken.length === 0
      ? []
      : section(
          'declared connections that close',
          connections.broken.map((text) => paint(`ERROR: ${text}`, 'critical')),
        )),
    ...(incomparable.length === 0
      ? []
      : section(
          'not comparable',
          incomparable.map((text) => `? ${text}`),
        )),
  ].join('');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`${title}: no difference\n`];
  return [`${title}: ${lines.length}\n`, ...lines.map((line) => `  ${line}\n`)];
}

function marked(added: readonly string[], removed: readonly string[]): readonly string[] {
  return [...added.map((text) => `+ ${text}`), ...removed.map((text) => `- ${text}`)];
}

function verdictText({ severity, unknown }: BaselineFinding): string {
  return unknown ? `unknown, ${severity}` : severity;
}

function findingText(finding: BaselineFinding): string {
  return `${verdictText(finding)}  ${finding.rule}  ${subjectText(finding)}: ${finding.title}`;
}
