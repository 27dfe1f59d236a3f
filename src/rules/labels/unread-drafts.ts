import { unreadKinds } from '../../analyses/labels/selector-verdict.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { kindInfo, type Kind } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** What is said of kinds that the config asks about and that could not be read, one draft each. */
export function unreadDrafts(view: ClusterView, kinds: readonly Kind[], what: string): readonly FindingDraft[] {
  return kinds.flatMap((kind): FindingDraft[] => {
    const verdict = unreadKinds(view, undefined, [kind]);
    if (verdict?.type !== 'unknown') return [];
    return [
      {
        key: kind,
        severity: 'info',
        title: `it is not known whether ${kind}s ${what}`,
        why: `The config asks for them, but ${verdict.reason}.`,
        evidence: [{ text: `${kindInfo(kind).resource}: ${verdict.reason}` }],
        unknown: true,
      },
    ];
  });
}
