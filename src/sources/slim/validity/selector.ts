import { labelKeyProblem, labelValueProblem } from '../../../kube/label-syntax.ts';
import { isObject, list } from '../json-reading.ts';
import { at, fields, listOf, oneOf, quoted, required, stringMap, textThat, type Check } from './shape.ts';

/** Source: kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go, ValidateLabelSelector. */
const requirement: Check = fields(
  {
    key: textThat((key) => (key === '' ? null : labelKeyProblem(key))),
    operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: listOf(textThat(labelValueProblem)),
  },
  required('key', 'operator'),
  (value, place, report) => {
    if (!isObject(value)) return;
    const values = list(value['values']);
    const operator = value['operator'];
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      report(at(place, 'values'), `must be specified when operator is ${operator}`);
    }
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      report(at(place, 'values'), `may not be specified when operator is ${operator}`);
    }
  },
);

export const labelMap: Check = stringMap((key, value) => {
  const inKey = labelKeyProblem(key);
  if (inKey !== null) return `label key ${inKey}`;
  const inValue = labelValueProblem(value);
  return inValue === null ? null : `label value ${quoted(value)} ${inValue}`;
});

export const labelSelector: Check = fields({ matchLabels: labelMap, matchExpressions: listOf(requirement) });
