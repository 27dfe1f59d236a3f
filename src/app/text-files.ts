import { dayText } from '../kube/age.ts';
import { csvCell } from '../kube/csv-text.ts';
import { globFor } from '../kube/glob.ts';
import { refText } from '../kube/object-ref.ts';
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

/**
 * The entry that would waive findings, to be put under `waivers` in k8sec.yaml; a person fills in the reason. It covers
 * these and no others, whatever their names hold.
 *
 * @param cluster the context; null where there is none
 */
export function waiverYaml(findings: readonly Finding[], now: number, cluster: string | null): string {
  const until = dayText(now + 90 * 24 * 3_600_000);
  const exactly = (text: string): string => JSON.stringify(globFor(text));
  const entries = findings.map((finding) =>
    [
      `  - rule: ${finding.rule}`,
      `    subject: ${exactly(refText(finding.subject))}  # globs are allowed`,
      ...(cluster === null ? [] : [`    cluster: ${exactly(cluster)}`]),
      `    key: ${exactly(finding.key ?? '')}`,
      `    until: ${until}  # a waiver ends; the finding then counts again`,
      `    reason: ""  # say why, and who decided`,
    ].join('\n'),
  );
  return `# put this into k8sec.yaml (--config, K8SEC_CONFIG, or the XDG folder)\napiVersion: k8sec/v1\nwaivers:\n${entries.join('\n')}\n`;
}
