import type { Attestation } from '../model/benchmark.ts';
import type { RotationPeriod } from '../model/rotation.ts';
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
  readonly theme: (typeof THEMES)[number] | null;
}
