/**
 * A Secret to which nothing refers is a credential that can leak and helps nobody. References are looked for in pods and
 * in the templates of every workload kind (scaled to zero and suspended ones included), service accounts, Ingress and
 * Gateway TLS, PersistentVolumes, storage and snapshot classes, and custom resources of well-known operators. Whoever reads Secrets through the API leaves no reference, hence "no reference found".
 * Source: https://kubernetes.io/docs/concepts/configuration/secret/; types left out as kor does (pkg/kor/secrets.go).
 */
import { ownKind, rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { secretUses, unlookedResources, unreadUseKinds } from '../../analyses/secrets/secret-uses.ts';
import { refOf } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import { kindInfo } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;

export const unused = rule({
  id: 'secrets/unused',
  subject: 'Secret',
  summary: 'Secrets to which no reference was found',
  help: 'Find out whether a controller reads it through the API (audit events of get on this Secret tell). If nobody does, revoke the credential where it is valid and delete the Secret.',
  references: [owasp('K03'), attack('T1552')],
  needs: [
    'Secret',
    'Pod',
    'ServiceAccount',
    'Ingress',
    'Gateway',
    'PodTemplate',
    'PersistentVolume',
    'CustomResourceDefinition',
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'APIService',
  ],
  check(subject, view) {
    if (ownKind(subject) !== undefined || subject.type === 'kubernetes.io/dockerconfigjson') return [];
    if ((secretUses(view, subject.namespace).get(subject.name) ?? []).length > 0) return [];
    const object = refOf(subject);
    const unread = unreadUseKinds(view, subject.namespace).map((kind) => kindInfo(kind).resource);
    if (unread.length > 0) {
      return [
        {
          severity: 'info',
          title: 'Whether anything uses this Secret is unknown',
          why: `No reference was found, but ${unread.join(', ')} could not be read.`,
          evidence: [{ text: `not read: ${unread.join(', ')}`, object }],
          unknown: true,
        },
      ];
    }
    const maker = rotatorOf(subject) ?? subject.owners[0]?.kind ?? null;
    const unlooked = unlookedResources(view);
    const isLikely = maker === null && unlooked.length === 0;
    return [
      {
        severity: isLikely ? 'low' : 'info',
        advisory: !isLikely,
        title: 'No reference to this Secret was found',
        why: whyText(view, maker),
        evidence: [{ text: 'no reference in the kinds read', object }],
        absence: true,
        remedies: ['secrets/delete-unused'],
      },
    ];
  },
});

/** Thousands of Secrets have the same reason: one text for all of a maker. */
function whyText(view: ClusterView, maker: string | null): string {
  return view.derive(
    'secrets/unused-why',
    maker ?? '',
    (inner) =>
      `Neither pods and pod templates nor service accounts, Ingresses, Gateways, volumes and custom resources that k8sec reads name it.${
        maker === null ? '' : ` ${maker} makes it and may read it itself.`
      }${unlookedText(unlookedResources(inner))} Controllers that read Secrets through the API leave no reference.`,
  );
}

/** Custom resources in which a reference may still stand. */
function unlookedText(resources: readonly string[]): string {
  if (resources.length === 0) return '';
  return ` Not looked into: ${someOf(resources, NAMED)}.`;
}
