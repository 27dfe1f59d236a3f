import type { PastEvidence, Sensitive } from './observation.ts';

/** The past of a cluster as far as the sources of a question tell it. */
export interface Past {
  readonly evidence: PastEvidence;
  /** From the config file; null where it names nothing. */
  readonly sensitive: Sensitive | null;
  readonly clusterUID: string | null;
  readonly sources: readonly PastSource[];
}

export interface PastSource {
  readonly type: 'audit log' | 'history' | 'journal' | 'snapshot' | 'cluster';
  /** The file, or the server. */
  readonly name: string;
  /** Of the file's bytes; null where it is no file. */
  readonly sha256: string | null;
}

/** What a question asks of the past. */
export interface PastRange {
  /** Milliseconds since the epoch; equal for one instant, else the end is exclusive. */
  readonly from: number;
  readonly to: number;
}
