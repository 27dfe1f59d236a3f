/**
 * The order of a rotation: issue a new credential, write it, restart what reads it at start, revoke the old one.
 * Source: https://kubernetes.io/docs/concepts/configuration/secret/#editing-a-secret
 */
import { rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { secretUses, type SecretUse } from '../../analyses/secrets/secret-uses.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'];
const PLACEHOLDER = 'REPLACE-WITH-THE-NEW-VALUE';

export const rotation: Remedy = {
  id: 'secrets/rotation',
  title: 'Rotate the data',
  safety: 'review',
  build(finding, view) {
    const namespace = finding.subject.namespace ?? '';
    const { name } = finding.subject;
    const secret = view.get('Secret', namespace, name);
    if (secret === undefined) return { refused: 'The Secret is not there any more.' };
    if (secret.immutable === true) {
      return {
        refused:
          'It is immutable: create a new Secret under another name, change the references, then delete this one.',
      };
    }
    const rotator = rotatorOf(secret);
    if (rotator !== null)
      return { refused: `${rotator} writes this Secret: change the credential where ${rotator} reads it.` };
    const uses = secretUses(view, namespace).get(name) ?? [];
    const keys = secret.keys ?? [];
    return {
      note: `Issue the new credential first and let both be valid until everything uses it. ${
        keys.length === 0 ? 'Its keys are not known: add them under stringData.' : ''
      }`.trim(),
      manifests: [newData(secret)],
      comments: [],
      use: {
        type: 'steps',
        commands: [
          kubectl`-n ${namespace} patch secret ${name} --patch-file FILE`,
          ...restarts(namespace, uses),
          '# then revoke the old credential where it was issued',
        ],
      },
      changes: [{ type: 'upsert', object: rewritten(secret, view.now) }],
      effects: uses.length === 0 ? ['no user of it is known'] : uses.map(useText),
    };
  },
};

/** The body of a patch that gives every known key of a Secret a new value, which a person fills in. */
export function newData({ namespace, name, keys }: SecretObject): Manifest {
  const stringData = Object.fromEntries((keys ?? []).map((key) => [key, PLACEHOLDER]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData };
}

/** The commands that restart what holds the old value until then. */
export function restarts(namespace: string, uses: readonly SecretUse[]): string[] {
  const restarted = uses.filter((use) => use.fixedAtStart && RESTARTABLE.includes(use.by.kind));
  return [
    ...new Set(restarted.map(({ by }) => kubectl`-n ${namespace} rollout restart ${by.kind.toLowerCase()}/${by.name}`)),
  ];
}

/** `Deployment cart uses it (env) and has to be restarted` */
export function useText({ by, how, fixedAtStart }: SecretUse): string {
  const what = `${by.kind} ${by.name} uses it (${how})`;
  return fixedAtStart ? `${what} and has to be restarted` : what;
}

/** The Secret after somebody wrote all its keys at that time. */
export function rewritten(secret: SecretObject, now: number): SecretObject {
  const entry = {
    manager: 'kubectl-patch',
    operation: 'Update',
    time: now,
    ownsData: true,
    dataKeys: secret.keys ?? [],
  };
  return { ...secret, managers: [...secret.managers, entry] };
}
