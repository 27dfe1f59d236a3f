import type { AroundObject } from '../../analyses/labels/labelled-objects.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { AROUND_KINDS, OPT_IN_KINDS, type AroundKind } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule, type Rule } from '../rule.ts';

/**
 * One rule of a name for each kind of object around workloads. Kinds that are read on demand need not be read.
 *
 * @param check what is wrong with the labels of one object
 */
export function objectRules(
  common: Pick<Rule<AroundKind>, 'id' | 'summary' | 'help' | 'references'>,
  check: (object: AroundObject, view: ClusterView) => readonly FindingDraft[],
): readonly Rule[] {
  return [
    ...AROUND_KINDS.map((kind) => rule<AroundKind>({ ...common, subject: kind, needs: [kind], check })),
    ...OPT_IN_KINDS.map((kind) => rule<AroundKind>({ ...common, subject: kind, needs: [], check })),
  ];
}
