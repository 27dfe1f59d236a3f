import type { PlacementTerm } from '../../model/pod-spec.ts';
import type { Interner } from './interner.ts';
import { object, objects, type JsonObject } from './json-reading.ts';
import { selectorOrNull, strings } from './slim-context.ts';

/** The rules of a pod's specification that place it by the labels of other pods. */
export function placementTerms(spec: JsonObject, interner: Interner): PlacementTerm[] {
  const affinity = object(spec['affinity']);
  return [
    ...ofAffinity(affinity['podAffinity'], 'affinity', 'affinity.podAffinity', interner),
    ...ofAffinity(affinity['podAntiAffinity'], 'anti-affinity', 'affinity.podAntiAffinity', interner),
    ...objects(spec['topologySpreadConstraints']).flatMap((constraint, index) => {
      const isRequired = constraint['whenUnsatisfiable'] !== 'ScheduleAnyway';
      // It has no namespaces of its own: it counts pods of the same one.
      const { labelSelector, matchLabelKeys } = constraint;
      return termOf(
        { labelSelector, matchLabelKeys },
        'spread',
        isRequired,
        `topologySpreadConstraints[${index}]`,
        interner,
      );
    }),
  ];
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function ofAffinity(
  value: unknown,
  type: PlacementTerm['type'],
  path: string,
  interner: Interner,
): readonly PlacementTerm[] {
  const rules = object(value);
  return [
    ...objects(rules[REQUIRED]).flatMap((term, index) =>
      termOf(term, type, true, `${path}.${REQUIRED}[${index}]`, interner),
    ),
    ...objects(rules[PREFERRED]).flatMap((weighted, index) =>
      termOf(
        object(weighted['podAffinityTerm']),
        type,
        false,
        `${path}.${PREFERRED}[${index}].podAffinityTerm`,
        interner,
      ),
    ),
  ];
}

function termOf(
  term: JsonObject,
  type: PlacementTerm['type'],
  isRequired: boolean,
  path: string,
  interner: Interner,
): readonly PlacementTerm[] {
  const selector = selectorOrNull(term['labelSelector'], interner);
  if (selector === null) return [];
  const namespaces = strings(term['namespaces'], interner);
  const namespaceSelector = selectorOrNull(term['namespaceSelector'], interner);
  const matchLabelKeys = strings(term['matchLabelKeys'], interner);
  const mismatchLabelKeys = strings(term['mismatchLabelKeys'], interner);
  return [
    interner.share({
      type,
      isRequired,
      path,
      selector,
      ...(matchLabelKeys.length > 0 ? { matchLabelKeys } : {}),
      ...(mismatchLabelKeys.length > 0 ? { mismatchLabelKeys } : {}),
      namespaces,
      namespaceSelector,
    }),
  ];
}
