/**
 * When support of each Kubernetes minor by the Kubernetes project ends. Vendors may support theirs for longer.
 * Source: kubernetes/website data/releases/eol.yaml up to 1.31, endoflife.date (products/kubernetes.md) from 1.33 on.
 */
import { minorText, parseKubernetesVersion, type KubernetesVersion } from './kubernetes-version.ts';

/** The day on which the table was checked: later releases are unknown, dates may still be moved. */
export const SUPPORT_TABLE_AS_OF = '2026-08-22';

const END_OF_LIFE: Readonly<Record<string, string>> = {
  '1.36': '2027-06-28',
  '1.35': '2027-02-28',
  '1.34': '2026-10-27',
  '1.33': '2026-06-28',
  '1.31': '2025-11-11',
  '1.30': '2025-07-15',
  '1.29': '2025-02-28',
  '1.28': '2024-10-22',
  '1.27': '2024-07-16',
  '1.26': '2024-02-28',
  '1.25': '2023-10-28',
  '1.24': '2023-07-28',
  '1.23': '2023-02-28',
  '1.22': '2022-12-08',
  '1.21': '2022-06-28',
  '1.20': '2022-02-28',
  '1.19': '2021-10-28',
  '1.18': '2021-06-18',
  '1.17': '2021-01-13',
  '1.16': '2020-09-02',
};

/** Minors whose own date no source gave: support of one ends before that of the minor after it does. */
const ENDED_BY: Readonly<Record<string, string>> = { '1.32': '2026-06-28' };

const OLDEST = { major: 1, minor: 16 };
const DAY = 24 * 3600 * 1000;

export type Support =
  /** `until`: last supported day, YYYY-MM-DD; `end`: the first moment without support, milliseconds since the epoch. */
  | { readonly status: 'dated'; readonly until: string; readonly end: number }
  /** No later than on that day; when, no source says. */
  | { readonly status: 'ended-by'; readonly until: string; readonly end: number }
  /** Older than the table: out of support for years. */
  | { readonly status: 'ended' }
  /** Newer than the table, or no version. */
  | { readonly status: 'unknown'; readonly reason: string };

/** What the table says of a version such as `v1.36.3`; null is a version that could not be read. */
export function supportOf(version: string | null): Support {
  if (version === null) return { status: 'unknown', reason: 'the server version was not read' };
  const parsed = parseKubernetesVersion(version);
  if (parsed === null) return { status: 'unknown', reason: `${version} is no Kubernetes version` };
  const until = END_OF_LIFE[minorText(parsed)];
  if (until !== undefined) return { status: 'dated', until, end: Date.parse(until) + DAY };
  const latest = ENDED_BY[minorText(parsed)];
  if (latest !== undefined) return { status: 'ended-by', until: latest, end: Date.parse(latest) + DAY };
  if (isOlder(parsed)) return { status: 'ended' };
  return {
    status: 'unknown',
    reason: `${minorText(parsed)} is newer than the table of ${SUPPORT_TABLE_AS_OF}`,
  };
}

function isOlder(version: KubernetesVersion): boolean {
  return version.major < OLDEST.major || (version.major === OLDEST.major && version.minor < OLDEST.minor);
}
