import { bindingVerdict, type BindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import type { Subject } from '../../model/objects.ts';
import type { Rule } from '../rule.ts';
import { bindingRules, NO_FINDINGS, roleRef, type GrantRuleText } from './grant-finding.ts';

type Judgement = Pick<FindingDraft, 'severity' | 'title' | 'why'>;

/** A rule about bindings to a subject that stands for people or pods that nobody named, beyond what upstream binds. */
export function everyoneRules(
  name: string,
  text: Omit<GrantRuleText, 'references'>,
  isMeant: (subject: Subject) => boolean,
  judge: (subject: Subject, role: ObjectRef, verdict: BindingVerdict) => Judgement,
): readonly Rule[] {
  const references = [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.1' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
  ];
  return bindingRules(name, { ...text, references }, (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default' || verdict.status === 'missing') return NO_FINDINGS;
    const at = binding.subjects.findIndex(isMeant);
    const subject = binding.subjects[at];
    if (subject === undefined || !verdict.subjects.includes(subject)) return NO_FINDINGS;
    return [
      {
        ...judge(subject, roleRef(binding), verdict),
        evidence: [
          { text: `subject ${subject.kind} ${subject.name}`, object: refOf(binding), path: `subjects[${at}]` },
        ],
        remedies: ['rbac/remove-subject'],
      },
    ];
  });
}
