import { waiverOf, type Waiver } from '../config/waivers.ts';
import { glob } from '../kube/glob.ts';
import type { Finding } from '../model/finding.ts';

/** Waivers that do nothing any more: someone should look at them. */
export interface WaiverNotes {
  /** In force on this cluster, and no finding is covered by them. */
  readonly unused: readonly Waiver[];
  /** Their time is over. */
  readonly expired: readonly Waiver[];
}

/** Which waivers of the config cover nothing, or cover nothing any more. */
export function waiverNotes(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  where: { readonly now: number; readonly cluster: string },
): WaiverNotes {
  const own = waivers.filter((waiver) => glob(waiver.cluster, where.cluster));
  const expired = own.filter((waiver) => waiver.until !== null && waiver.until <= where.now);
  const unused = own.filter(
    (waiver) => !expired.includes(waiver) && findings.every((finding) => waiverOf(finding, [waiver], where) === null),
  );
  return { unused, expired };
}
