import type { Directory } from '../model/directory.ts';
import type { Attestation } from '../model/benchmark.ts';
import type { LabelConvention } from '../model/label-convention.ts';
import type { RotationPeriod } from '../model/rotation.ts';
import type { Sensitive } from '../model/observation.ts';
import type { Waiver } from './waivers.ts';

export const THEMES = ['default', 'mono', 'colour-blind'] as const;

/** The settings of a config file (interface §6), with defaults for what it leaves out. */
export interface Config {
  readonly waivers: readonly Waiver[];
  /** Namespaces to read where namespaces cannot be listed. */
  readonly namespaces: readonly string[];
  /** Globs of user names that are expected to deploy: pipelines and operators. */
  readonly deployers: readonly string[];
  /** Requests within a sliding 300 s of event time that make a burst. */
  readonly burst: number;
  /** What persons vouch for because it cannot be seen. */
  readonly attest: readonly Attestation[];
  /** How long Secrets may stay as they are, the first that fits counts. */
  readonly rotation: readonly RotationPeriod[];
  /** What the sensitive databases are; null where the file does not say. */
  readonly sensitive: Sensitive | null;
  /** Which labels workloads must carry, and which one names their owner. */
  readonly labels: LabelConvention;
  readonly theme: (typeof THEMES)[number] | null;
}

/** What a run is configured with: the file, and what flags name beside it. */
export interface RunConfig extends Config {
  /** `--directory` */
  readonly directory?: Directory;
}
