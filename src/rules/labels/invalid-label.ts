// A label key has an optional DNS prefix and a name of at most 63 characters, a value at most 63; the API server refuses
// an object with any other. Source: k8s.io/apimachinery pkg/apis/meta/v1/validation (ValidateLabels).
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { BrokenObject } from '../../model/change.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { rule } from '../rule.ts';

/** How the check of manifests names a label that the API server would refuse. */
const ABOUT_LABELS = /^label (?:key|value) /;

export const invalidLabel = rule({
  id: 'labels/invalid-label',
  subject: 'Cluster',
  summary: 'labels in manifests that the API server would refuse',
  help: 'The object is refused as a whole, so that nothing of it takes effect. Shorten the label or remove what is not allowed in it.',
  references: [],
  needs: [],
  check: (_cluster, view) =>
    view.allBroken().flatMap((problem): FindingDraft[] => {
      if (!ABOUT_LABELS.test(problem.message) || problem.kind === null || problem.name === null) return [];
      return [draft(problem, problem.kind, problem.name)];
    }),
});

function draft(problem: BrokenObject, kind: NonNullable<BrokenObject['kind']>, name: string): FindingDraft {
  const subject = { apiVersion: apiVersionOf(kind), kind: kindInfo(kind).kind, namespace: problem.namespace, name };
  const where = problem.file === null ? '' : ` (${problem.file}${problem.line === null ? '' : `:${problem.line}`})`;
  return {
    key: problem.field,
    subject,
    severity: 'medium',
    title: `${problem.field} is no valid label`,
    why: `The API server refuses the object: ${problem.message}.`,
    evidence: [{ text: `${problem.message}${where}`, object: subject, path: problem.field }],
  };
}
