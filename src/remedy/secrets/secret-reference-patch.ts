/**
 * Replaces a literal in env by a reference to a Secret. The value is neither known to k8sec nor written here: a command
 * puts what the person types into the Secret.
 * Source: https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/
 */
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Remedy } from '../remedy.ts';
import { rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { CONTAINER_FIELDS } from '../../analyses/vigilance/spec-path.ts';
import { patchable, rolledOut, rolloutText, type PatchedWorkload } from '../vigilance/changed-workload.ts';
import { workloadPatch } from '../vigilance/spec-patch.ts';
import { kubectl } from '../kubectl.ts';
import { credentialsIn, credentialsSecretName, secretKeyAmong } from './credentials-secret.ts';

/** Longest name of a manager (apimachinery pkg/apis/meta/v1/validation FieldManagerMaxLength). */
const MAX_MANAGER = 128;

interface Place {
  readonly container: string;
  readonly key: string;
  readonly where: string;
}

export const secretReferencePatch: Remedy = {
  id: 'secrets/secret-reference-patch',
  title: 'Refer to a Secret instead',
  safety: 'review',
  build(finding, view) {
    const place = finding.data;
    if (!isPlace(place) || !place.where.startsWith('env ')) {
      return {
        refused: 'Only env variables can be turned into references; pass the value by a file or an env variable first.',
      };
    }
    const target = patchable(view, finding.subject);
    if ('refused' in target) return target;
    const container = target.template.spec.containers.find((one) => one.name === place.container);
    if (container === undefined)
      return { refused: `Container ${place.container} is not in the template: something injects it.` };
    const { namespace, name } = target.ref;
    const secretName = credentialsSecretName(name);
    const secretKey = secretKeyAmong(place, credentialsIn(view, finding.subject));
    const reference = { secretKeyRef: { name: secretName, key: secretKey } };
    const env = [{ name: place.key, value: null, valueFrom: reference }];
    const spec = { [CONTAINER_FIELDS[container.role]]: [{ name: container.name, env }] };
    const there = view.get('Secret', namespace, secretName);
    if (there?.immutable === true) {
      return { refused: `Secret ${secretName} is there and immutable: refer to one of another name.` };
    }
    const writer = there === undefined ? null : rotatorOf(there);
    if (writer !== null) {
      return {
        refused: `${writer} writes Secret ${secretName}: add the key where ${writer} reads it, or refer to one of another name.`,
      };
    }
    return {
      note: `Create the Secret before the patch, and rotate the value: it has been readable.${there === undefined ? '' : ` ${secretName} is there already and keeps its other keys.`} End what you type with ctrl-d: a newline would be part of it.`,
      manifests: [workloadPatch(target.ref, spec, undefined)],
      comments: [],
      use: {
        type: 'commands',
        commands: [secretCommand(target.ref, secretName, secretKey), target.command],
      },
      changes: rolledOut(view, target, (before) => withReference(before, place, secretName, secretKey)),
      effects: ['the literal leaves the template, not its old revisions and backups', rolloutText(target)],
    };
  },
};

function isPlace(data: unknown): data is Place {
  return (
    typeof data === 'object' &&
    data !== null &&
    'container' in data &&
    typeof data.container === 'string' &&
    'key' in data &&
    typeof data.key === 'string' &&
    'where' in data &&
    typeof data.where === 'string'
  );
}

/**
 * Adds one key to a Secret that may be there or not. Each key has a manager of its own: others keep theirs, and a key that
 * another workload of the name wrote is a conflict (/docs/reference/using-api/server-side-apply/#conflicts).
 */
function secretCommand({ kind, namespace }: PatchedWorkload['ref'], name: string, key: string): string {
  const manager = `k8sec.${kind.toLowerCase()}.${key}`.slice(0, MAX_MANAGER);
  const secret = kubectl`-n ${namespace} create secret generic ${name} --from-file=${key}=/dev/stdin --dry-run=client -o yaml`;
  return `${secret} | ${kubectl`apply --server-side --field-manager=${manager} -f -`}`;
}

function withReference(spec: PodSpec, place: Place, name: string, key: string): PodSpec {
  return {
    ...spec,
    credentials: spec.credentials.filter((one) => one.container !== place.container || one.key !== place.key),
    containers: spec.containers.map((container) =>
      container.name === place.container
        ? {
            ...container,
            envSources: [...container.envSources, { kind: 'Secret' as const, name, key, optional: false }],
          }
        : container,
    ),
  };
}
