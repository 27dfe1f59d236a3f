import { dayText } from '../kube/age.ts';
import { csvCell } from '../kube/csv-text.ts';
import type { Finding, PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import type { PaneSnapshot } from './session-model.ts';

/** A table as CSV (RFC 4180): the columns by name, all of them, and the rows as they stand. */
export function tableCsv(pane: PaneSnapshot, rows: readonly Row[]): string {
  const head = pane.columns.map((column) => csvCell(column.name)).join(',');
  const lines = rows.map((row) => pane.columns.map((column) => csvCell(row.cells[column.name]?.text ?? '')).join(','));
  return `${[head, ...lines].join('\r\n')}\r\n`;
}

/** Name of the file that a table is saved to. */
export function tableFileName(pane: PaneName, namespace: string | null): string {
  return `k8sec-${pane}${namespace === null ? '' : `-${namespace}`}.csv`;
}

/** The entry that would waive findings, to be put under `waivers` in k8sec.yaml; a person fills in the reason. */
export function waiverYaml(findings: readonly Finding[], now: number): string {
  const until = dayText(now + 90 * 24 * 3_600_000);
  const entries = findings.map((finding) => {
    const { kind, namespace, name } = finding.subject;
    const subject = namespace === null ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
    return [
      `  - rule: ${finding.rule}`,
      `    subject: ${JSON.stringify(subject)}  # globs are allowed`,
      ...(finding.key === undefined || finding.key === '' ? [] : [`    key: ${JSON.stringify(finding.key)}`]),
      `    until: ${until}  # a waiver ends; the finding then counts again`,
      `    reason: ""  # say why, and who decided`,
    ].join('\n');
  });
  return `# put this into k8sec.yaml (--config, K8SEC_CONFIG, or the XDG folder)\napiVersion: k8sec/v1\nwaivers:\n${entries.join('\n')}\n`;
}
