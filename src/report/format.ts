import type { Finding, Severity } from '../model/finding.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import type { ExitVerdict, FailOn } from './exit-code.ts';
import type { Report } from './report.ts';

/** Takes the text of a report piece by piece. */
export type Write = (text: string) => void;

/** What a format knows beside the report. */
export interface FormatContext {
  readonly verdict: ExitVerdict;
  readonly failOn: FailOn;
  /** Milliseconds that reading and judging took; null leaves it out. */
  readonly took: number | null;
  /** Paints a severity's word; the identity without colours. */
  readonly paint: (text: string, severity: Severity) => string;
  /** Files that `--remediate` wrote, by remedy. */
  readonly files: ReadonlyMap<BuiltRemedy, string>;
  /** The title of the first remedy of a finding that may be had, where none was built. */
  readonly firstRemedy: (finding: Finding) => string | undefined;
}

/** One way to write a report. Deterministic: the same report gives the same bytes. */
export interface Format {
  /** As `-o` names it. */
  readonly name: string;
  readonly summary: string;
  /** The ending of a file of this format. */
  readonly extension: string;
  readonly write: (report: Report, write: Write, context: FormatContext) => void;
}
