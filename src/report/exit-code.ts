import { severityRank, type Severity } from '../model/finding.ts';
import { OTHER_CLUSTER } from './baseline.ts';
import type { Report, ReportedFinding } from './report.ts';

export type FailOn = Severity | 'never';

/** Why the process ends as it does: the code of interface §3 and the reason in words. */
export interface ExitVerdict {
  readonly code: 0 | 2 | 3;
  readonly reason: string;
}

/**
 * Whether a finding counts for exit code 2: at or over the level, and (with a baseline) new; never waived ones, unknown
 * verdicts, nor findings of absence from partial files.
 */
export function isCounted({ finding, waiver, baseline }: ReportedFinding, failOn: FailOn): boolean {
  return (
    failOn !== 'never' &&
    waiver === null &&
    finding.basis !== 'files-only' &&
    finding.unknown !== true &&
    (baseline === null || baseline === 'new') &&
    severityRank(finding.severity) <= severityRank(failOn)
  );
}

/** 2 where findings count or a declared connection closes, else 3 where something that could change a verdict was not read, else 0. */
export function exitVerdict(report: Report, failOn: FailOn): ExitVerdict {
  const counted = report.findings.filter((one) => isCounted(one, failOn)).length;
  const kind = report.baseline === null ? '' : 'new ';
  if (counted > 0) {
    return { code: 2, reason: `${counted} ${kind}${counted === 1 ? 'finding' : 'findings'} at or over ${failOn}` };
  }
  const broken = failOn === 'never' ? 0 : (report.connections?.broken.length ?? 0);
  if (broken > 0)
    return { code: 2, reason: `${broken} declared ${broken === 1 ? 'connection closes' : 'connections close'}` };
  if (report.holes.some((hole) => !hole.accepted)) {
    return { code: 3, reason: 'not proven clean: something could not be read' };
  }
  const unknown = report.connections?.undecided.length ?? 0;
  if (unknown > 0)
    return { code: 3, reason: `not proven clean: connections of ${unknown} workloads can not be decided` };
  if (report.baseline?.isOfOther === true) return { code: 3, reason: OTHER_CLUSTER };
  const incomparable =
    (report.baseline?.incomparable.length ?? 0) +
    report.findings.filter((one) => one.baseline === 'incomparable' && one.waiver === null).length;
  if (incomparable > 0) return { code: 3, reason: `${incomparable} not comparable with the baseline` };
  return {
    code: 0,
    reason: failOn === 'never' ? 'everything was read' : `no ${kind}finding at or over ${failOn}, everything was read`,
  };
}
