import { keysRead, podSelectorText, type PodSelector } from '../../analyses/labels/pod-selector.ts';
import type { LabelReferrer } from '../../analyses/labels/label-referrers.ts';
import type { NearestSelector } from '../../analyses/labels/nearest-selector.ts';
import type { SelectorVerdict } from '../../analyses/labels/selector-verdict.ts';
import { selectorText } from '../../kube/selector.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import type { LabelSelector, SelectorEdit } from '../../model/selector.ts';

/** What the rules about selectors that match nothing have in common, whatever holds the selector. */
export const UNMATCHED = {
  id: 'labels/selector-matches-nothing',
  summary: 'selectors (of affinity and spread, too), scale targets and scraped ports that match nothing',
  help:
    'What looks connected, protected, kept apart, scaled, measured or checked at admission is not. Correct the selector (the nearest ' +
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
  readonly edits: readonly SelectorEdit[];
}

/** A selector that was judged, and what its owner does with the pods. */
export interface JudgedSelector {
  readonly object: ObjectRef;
  readonly path: string;
  readonly selector: PodSelector;
  /** Where it looks: `namespace shop`. */
  readonly where: string;
  /** The selectors of namespaces that it looks into, where it has such. */
  readonly namespaces?: LabelReferrer['namespaces'];
  /** What follows, as the end of a sentence: `so that the Service leads nowhere`. */
  readonly consequence: string;
  /** What it selects, where that is not pods: `Service`. */
  readonly selects?: string;
  /** Its key, where one object has several selectors. */
  readonly key?: string;
  /** false where no remedy can write the selector. */
  readonly isFixable?: boolean;
}

const NO_DRAFTS: readonly FindingDraft[] = [];

/** The finding for a selector's verdict; none where it matches, or where the answer is not there yet. */
export function unmatchedFinding(verdict: SelectorVerdict, judged: JudgedSelector): readonly FindingDraft[] {
  // What most are, so that nothing is made of it.
  if (verdict.type === 'matches' || verdict.type === 'pending') return NO_DRAFTS;
  const { object, path, selector, where, consequence, selects = 'pod or workload', key } = judged;
  const text = podSelectorText(selector);
  const id = key === undefined ? {} : { key };
  switch (verdict.type) {
    case 'unknown':
      return [
        {
          ...id,
          severity: 'info',
          title: `it is not known whether its selector matches a ${selects === 'Service' ? selects : 'pod'}`,
          why: `Nothing that could be read in ${where} has the labels ${text}, but ${verdict.reason}.`,
          evidence: [{ text: `selects ${text}`, object, path }],
          unknown: true,
        },
      ];
    case 'nothing':
      return [
        {
          ...id,
          ...absent(verdict.near, judged),
          title: `its selector ${text} matches nothing`,
          why: `No ${selects} of ${where} has the labels ${text}, ${consequence}.${nearText(verdict.near)}`,
          evidence: [{ text: `selects ${text}`, object, path }, ...nearEvidence(verdict.near)],
        },
      ];
    case 'no-namespace': {
      const wanted = (judged.namespaces ?? []).map(podSelectorText).join(' or ');
      return [
        {
          ...id,
          ...absent(verdict.near, { ...judged, isFixable: false }),
          title: `its selector of namespaces ${wanted} matches none`,
          why: `No namespace has the labels ${wanted}, ${consequence}.${nearText(verdict.near)}`,
          evidence: [
            { text: `looks in namespaces ${wanted}`, object, path: namespacesPath(path) },
            ...nearEvidence(verdict.near),
          ],
        },
      ];
    }
  }
}

/** The same for a selector that says itself in which namespaces it looks. */
export function unmatchedReferrer(
  verdict: SelectorVerdict,
  { by, path, selector, namespaces }: LabelReferrer,
  more: Pick<JudgedSelector, 'consequence' | 'key' | 'isFixable'>,
): readonly FindingDraft[] {
  const where = namespaces === null ? `namespace ${by.namespace ?? ''}` : namespacesText(namespaces);
  return unmatchedFinding(verdict, { object: by, path, selector, namespaces, where, isFixable: false, ...more });
}

function namespacesText(namespaces: readonly PodSelector[]): string {
  if (namespaces.some((one) => keysRead(one).length === 0)) return 'any namespace';
  return `the namespaces ${namespaces.map(podSelectorText).join(' or ')}`;
}

function absent(
  near: NearestSelector | undefined,
  { path, isFixable = true }: JudgedSelector,
): Pick<FindingDraft, 'severity' | 'absence' | 'remedies' | 'data'> {
  const fix: SelectorFix | null =
    near === undefined || !isFixable
      ? null
      : { path, selector: near.selector, namespace: near.namespace, repair: near.repair, edits: near.edits };
  return {
    severity: near === undefined ? 'low' : 'medium',
    absence: true,
    remedies: fix === null ? [] : ['labels/fix-selector'],
    data: fix,
  };
}

function nearText(near: NearestSelector | undefined): string {
  return near === undefined ? '' : ` Nearest: ${near.text}.`;
}

function nearEvidence(near: NearestSelector | undefined): FindingDraft['evidence'] {
  if (near === undefined) return [];
  const where = near.namespace === '' ? '' : ` in ${near.namespace}`;
  return [
    { text: `nearest: ${selectorText(near.selector)}${where}, ${near.text}` },
    { text: `it would select ${near.owners.join(', ')}` },
  ];
}

/** Where the namespaces stand, beside the selector of pods; Cilium has both in one. */
function namespacesPath(path: string): string {
  return path.replace(/(?:podSelector|labelSelector|\bselector)$/, 'namespaceSelector');
}
