/**
 * Deleting a Secret that nothing refers to, or a legacy token: deleting the Secret revokes the token at once.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#manual-secret-management-for-serviceaccounts
 */
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { refText } from '../../kube/object-ref.ts';
import type { Finding } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

export const deleteLegacyToken: Remedy = {
  id: 'secrets/delete-legacy-token',
  title: 'Delete the token',
  safety: 'review',
  build: (finding, view) =>
    deletion(
      finding,
      view,
      'Whoever uses this token outside of the cluster is locked out at once: look at its last use, and label it kubernetes.io/legacy-token-invalid-since first to try.',
    ),
};

export const deleteUnused: Remedy = {
  id: 'secrets/delete-unused',
  title: 'Delete the Secret',
  safety: 'review',
  build: (finding, view) =>
    deletion(
      finding,
      view,
      'Keep a copy in a safe place, ask the audit log who reads it through the API, and revoke the credential where it is valid.',
    ),
};

function deletion(finding: Finding, view: ClusterView, note: string): RemedyDraft | RemedyRefusal {
  const namespace = finding.subject.namespace ?? '';
  const { name } = finding.subject;
  const secret = view.get('Secret', namespace, name);
  if (secret === undefined) return { refused: 'The Secret is not there any more.' };
  const users = (secretUses(view, namespace).get(name) ?? []).filter((use) => use.how !== 'service-account');
  if (users.length > 0) {
    return {
      refused: `It is in use: ${[...new Set(users.map((use) => refText(use.by)))].join(', ')}. Change these first.`,
    };
  }
  return {
    note,
    manifests: [{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } }],
    comments: [{ document: 0, path: [], text: 'This names what the command deletes; it is not to be applied.' }],
    use: { type: 'commands', commands: [kubectl`-n ${namespace} delete secret ${name}`] },
    changes: [{ type: 'remove', kind: 'Secret', namespace, name }],
    effects: ['no reference breaks in the kinds read'],
  };
}
