import { refText } from '../kube/object-ref.ts';
import type { Evidence } from '../model/finding.ts';
import { findingLine, marksOf } from './finding-text.ts';
import { shownFindings } from './json.ts';
import type { Report, ReportedFinding } from './report.ts';

/** One line of a report: a finding, or all that is found of one add-on under its worst. */
export interface ReportLine extends ReportedFinding {
  /** What the line stands for, the worst first; one finding where no add-on groups it. */
  readonly together: readonly ReportedFinding[];
}

/**
 * What the formats for people and for other tools list, the worst first: an add-on is one line, whose evidence names
 * the rest. Waived, new and uncertain findings stay apart from the others of their add-on. JSON has every finding.
 */
export function reportLines(report: Report): readonly ReportLine[] {
  const shown = shownFindings(report);
  const groups = Map.groupBy(shown, (one, index) =>
    one.finding.addOn === undefined ? index : `add-on ${[one.finding.addOn, ...marksOf(one)].join(' ')}`,
  );
  return [...groups.values()].flatMap(lineOf);
}

function lineOf(together: readonly ReportedFinding[]): readonly ReportLine[] {
  const [worst, ...rest] = together;
  if (worst === undefined) return [];
  const { finding } = worst;
  if (finding.addOn === undefined) return [{ ...worst, together }];
  const more = rest.length === 0 ? '' : `, with ${rest.length} more ${rest.length === 1 ? 'finding' : 'findings'}`;
  const title = `${finding.title} (looks like ${finding.addOn}${more})`;
  return [
    { ...worst, finding: { ...finding, title, evidence: [...finding.evidence, ...rest.map(asEvidence)] }, together },
  ];
}

function asEvidence({ finding }: ReportedFinding): Evidence {
  const { subject, severity } = finding;
  const isObject = findingLine(finding).includes(refText(subject));
  return { text: `${severity}: ${findingLine(finding)}`, ...(isObject ? { object: subject } : {}) };
}
