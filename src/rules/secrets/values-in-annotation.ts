/**
 * `kubectl apply` without --server-side copies the whole object into the annotation
 * kubectl.kubernetes.io/last-applied-configuration: whoever may read only metadata then reads the values, and they stay
 * there when the data changes. (k8sec cuts the annotation before it parses anything.)
 * Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/, kubernetes#23564
 */
import { refOf } from '../../kube/object-ref.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const valuesInAnnotation = rule({
  id: 'secrets/values-in-annotation',
  subject: 'Secret',
  summary: 'Secrets whose values stand in an annotation too',
  help: 'Remove the annotation and apply the Secret with --server-side (or kubectl create/replace) from now on. Tools that copy metadata (backups, logs, dashboards) may hold the values: rotate them if so.',
  references: [owasp('K03'), attack('T1552.007')],
  needs: ['Secret'],
  check(subject) {
    if (!subject.valuesInAnnotation) return [];
    return [
      {
        severity: 'medium',
        title: 'Its values stand in an annotation too',
        why: 'Whoever and whatever reads only metadata gets the values: lists as tables, caches, backups, logs.',
        evidence: [
          {
            text: 'an annotation holds a copy of the data (not read by k8sec)',
            object: refOf(subject),
            path: 'metadata.annotations',
          },
        ],
        remedies: ['secrets/remove-annotation'],
      },
    ];
  },
});
