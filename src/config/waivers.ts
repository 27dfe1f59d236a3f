import type { Finding } from '../model/finding.ts';
import { glob } from '../kube/glob.ts';
import { refText } from '../kube/object-ref.ts';

/** A finding that somebody decided to live with, until when, and why. */
export interface Waiver {
  readonly rule: string;
  /** Glob over `Kind namespace/name`, as reports name the subject; `*` is any run of characters, `\*` a star. */
  readonly subject: string;
  /** Glob over the context name. */
  readonly cluster: string;
  /** The finding's key; '*' is any. */
  readonly key: string;
  /** Milliseconds since the epoch, exclusive; null never ends. */
  readonly until: number | null;
  readonly reason: string;
}

/** The waiver that covers a finding; null where none does. */
export function waiverOf(
  finding: Finding,
  waivers: readonly Waiver[],
  where: { readonly now: number; readonly cluster: string },
): Waiver | null {
  return (
    waivers.find(
      (waiver) =>
        glob(waiver.rule, finding.rule) &&
        glob(waiver.subject, refText(finding.subject)) &&
        glob(waiver.cluster, where.cluster) &&
        glob(waiver.key, finding.key ?? '') &&
        (waiver.until === null || where.now < waiver.until),
    ) ?? null
  );
}
