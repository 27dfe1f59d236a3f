import { refText } from '../kube/object-ref.ts';
import type { Finding, Reference } from '../model/finding.ts';
import type { ReportedFinding } from './report.ts';

/** What a finding is about, as lists name it. */
export function subjectText({ subject }: Pick<Finding, 'subject'>): string {
  return subject.kind === 'Cluster' ? 'the cluster' : refText(subject);
}

/** One line that names the subject exactly once: titles of some rules name it themselves. */
export function findingLine(finding: Finding): string {
  const { subject, title } = finding;
  const isNamed =
    subject.kind === 'Cluster' ||
    title.includes(refText(subject)) ||
    (subject.kind === 'Actor' && title.includes(subject.name));
  return isNamed ? title : `${refText(subject)}: ${title}`;
}

export function referenceText({ benchmark, version, id }: Reference): string {
  return [benchmark, version, id].filter((part) => part !== '').join(' ');
}

/** What sets a finding apart from a plain one, in words: new, waived, unknown … */
export function marksOf({ finding, waiver, baseline }: ReportedFinding): readonly string[] {
  return [
    ...(baseline === null || baseline === 'unchanged' ? [] : [baseline]),
    ...(waiver === null ? [] : [`waived: ${waiver.reason}`]),
    ...(finding.unknown === true ? ['unknown'] : []),
    ...(finding.basis === 'files-only' ? ['judged from these files only'] : []),
  ];
}
