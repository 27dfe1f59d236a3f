import {
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelKeyProblem,
  labelValueProblem,
  pathSegmentProblem,
} from '../../../kube/label-syntax.ts';
import { kindInfo, type Kind } from '../../../model/kind.ts';
import { isObject } from '../json-reading.ts';
import { anyText, at, boolean, fields, listOf, stringMap, textThat, type Check } from './shape.ts';

/** Source: kubernetes/apimachinery pkg/api/validation/objectmeta.go. */
const labels = stringMap((key, value) => {
  const inKey = labelKeyProblem(key);
  if (inKey !== null) return `label key ${inKey}`;
  const inValue = labelValueProblem(value);
  return inValue === null ? null : `label value ${inValue}`;
});

const annotations = stringMap((key) => {
  const problem = labelKeyProblem(key.toLowerCase());
  return problem === null ? null : `annotation key ${problem}`;
});

/** The metadata of a pod template: labels and annotations only. */
export const templateMetadata: Check = fields({ labels, annotations });

/** The metadata of an object of a kind: a name that the kind allows, and well-formed labels. */
export function metadataCheck(kind: Kind): Check {
  const shape = METADATA[nameRuleOf(kind)];
  return (value, place, report) => {
    if (value === undefined || value === null) {
      report(at(place, 'name'), 'is required');
      return;
    }
    shape(value, place, report);
    if (isObject(value) && !value['name'] && !value['generateName']) report(at(place, 'name'), 'is required');
  };
}

const NAME_RULES = { segment: pathSegmentProblem, label: dnsLabelProblem, subdomain: dnsSubdomainProblem } as const;

function nameRuleOf(kind: Kind): keyof typeof NAME_RULES {
  if (kindInfo(kind).group === 'rbac.authorization.k8s.io') return 'segment';
  return kind === 'Namespace' || kind === 'Service' ? 'label' : 'subdomain';
}

function metadataShape(nameProblem: (name: string) => string | null): Check {
  return fields({
    name: textThat((name) => (name === '' ? null : nameProblem(name))),
    generateName: anyText,
    namespace: textThat((namespace) => (namespace === '' ? null : dnsLabelProblem(namespace))),
    labels,
    annotations,
    ownerReferences: listOf(fields({ apiVersion: anyText, kind: anyText, name: anyText, controller: boolean })),
  });
}

const METADATA: Readonly<Record<keyof typeof NAME_RULES, Check>> = {
  segment: metadataShape(NAME_RULES.segment),
  label: metadataShape(NAME_RULES.label),
  subdomain: metadataShape(NAME_RULES.subdomain),
};
