import { podSelectorText, type PodSelector } from '../../analyses/labels/pod-selector.ts';
import type { SelectorVerdict } from '../../analyses/labels/selector-verdict.ts';
import { selectorText } from '../../kube/selector.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import type { LabelSelector } from '../../model/selector.ts';

/** What the rules about selectors that match nothing have in common, whatever holds the selector. */
export const UNMATCHED = {
  id: 'labels/selector-matches-nothing',
  summary: 'selectors, scale targets and scraped ports that match nothing',
  help:
    'What looks connected, protected, scaled, measured or checked at admission is not. Correct the selector (the nearest ' +
    'label that would match is shown; a ServiceMonitor selects the labels of Services, not of pods), label what it is ' +
    'about, or delete the object.',
  references: [],
} as const;

/** What the remedy of a selector needs to know. */
interface SelectorFix {
  readonly path: string;
  readonly selector: LabelSelector;
  readonly namespace: string;
  readonly repair: string;
}

/** A selector that was judged, and what its owner does with the pods. */
export interface JudgedSelector {
  readonly object: ObjectRef;
  readonly path: string;
  readonly selector: PodSelector;
  readonly namespace: string;
  /** What follows, as the end of a sentence: `so that the Service leads nowhere`. */
  readonly consequence: string;
  /** What it selects, where that is not pods: `Service`. */
  readonly selects?: string;
  /** false where no remedy can write the selector. */
  readonly isFixable?: boolean;
}

/** The finding for a selector's verdict; none where it matches, or where the answer is not there yet. */
export function unmatchedFinding(verdict: SelectorVerdict, judged: JudgedSelector): readonly FindingDraft[] {
  const { object, path, selector, namespace, consequence, selects = 'pod or workload', isFixable = true } = judged;
  const where = namespace === '' ? 'any namespace' : `namespace ${namespace}`;
  const text = podSelectorText(selector);
  const evidence = [{ text: `selects ${text}`, object, path }];
  switch (verdict.type) {
    case 'matches':
    case 'pending':
      return [];
    case 'unknown':
      return [
        {
          severity: 'info',
          title: `it is not known whether its selector matches a ${selects === 'Service' ? selects : 'pod'}`,
          why: `Nothing that could be read in ${where} has the labels ${text}, but ${verdict.reason}.`,
          evidence,
          unknown: true,
        },
      ];
    case 'nothing': {
      const { near } = verdict;
      const fix: SelectorFix | null =
        near === undefined || !isFixable
          ? null
          : { path, selector: near.selector, namespace: near.namespace, repair: near.repair };
      return [
        {
          severity: near === undefined ? 'low' : 'medium',
          title: `its selector ${text} matches nothing`,
          why: `No ${selects} of ${where} has the labels ${text}, ${consequence}.${near === undefined ? '' : ` Nearest: ${near.text}.`}`,
          evidence: [
            ...evidence,
            ...(near === undefined
              ? []
              : [
                  { text: `nearest: ${selectorText(near.selector)} in ${near.namespace}, ${near.text}` },
                  { text: `it would select ${near.owners.join(', ')}` },
                ]),
          ],
          absence: true,
          remedies: fix === null ? [] : ['labels/fix-selector'],
          data: fix,
        },
      ];
    }
  }
}
