import { csvCell } from '../kube/csv-text.ts';
import type { Write } from './format.ts';
import { reportLines } from './report-lines.ts';
import type { Report, ReportedFinding } from './report.ts';

const COLUMNS: readonly { readonly name: string; readonly value: (one: ReportedFinding) => string }[] = [
  { name: 'severity', value: ({ finding }) => finding.severity },
  { name: 'pane', value: ({ finding }) => finding.pane },
  { name: 'rule', value: ({ finding }) => finding.rule },
  { name: 'kind', value: ({ finding }) => finding.subject.kind },
  { name: 'namespace', value: ({ finding }) => finding.subject.namespace ?? '' },
  { name: 'name', value: ({ finding }) => finding.subject.name },
  { name: 'title', value: ({ finding }) => finding.title },
  { name: 'why', value: ({ finding }) => finding.why },
  { name: 'members', value: ({ finding }) => String(finding.members.length) },
  { name: 'unknown', value: ({ finding }) => String(finding.unknown === true) },
  { name: 'basis', value: ({ finding }) => finding.basis },
  { name: 'baseline', value: ({ baseline }) => baseline ?? '' },
  { name: 'waiver', value: ({ waiver }) => waiver?.reason ?? '' },
  { name: 'id', value: ({ finding }) => finding.id },
];

/** A row per finding or add-on (RFC 4180), the worst first; waived ones are marked. */
export function writeCsv(report: Report, write: Write): void {
  write(csvRow(COLUMNS.map((column) => column.name)));
  for (const one of reportLines(report)) write(csvRow(COLUMNS.map((column) => column.value(one))));
}

/** One row of a CSV file, whatever its texts hold. */
export function csvRow(texts: readonly string[]): string {
  return `${texts.map(csvCell).join(',')}\r\n`;
}
