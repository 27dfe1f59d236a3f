/**
 * The skeleton of an ExternalSecret, by which the External Secrets Operator keeps a Secret like what a store outside of the
 * cluster holds. Neither the value nor where it stands in the store is known to k8sec: a person fills that in.
 * Source: https://external-secrets.io/latest/api/externalsecret/, guides/ownership-deletion-policy
 */
import { externalSecretsApi } from '../../analyses/secrets/external-secrets.ts';
import { rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Finding } from '../../model/finding.ts';
import { apiVersionOf } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy, RemedyDraft, RemedyRefusal, YamlComment } from '../remedy.ts';
import { credentialsIn, credentialsSecretName, secretKeyAmong, secretKeyOf } from './credentials-secret.ts';

/** Names that the operator's schema accepts, so that a server can validate the skeleton. */
const STORE_PLACEHOLDER = 'replace-with-the-store';
const PATH_PLACEHOLDER = 'REPLACE-WITH-THE-PATH-IN-THE-STORE';
const REFRESH = '1h';
const NAMED = 5;

/** The Secret that the operator is to fill. */
interface Target {
  readonly namespace: string;
  readonly name: string;
  /** null where they are not known: all that the store holds is taken. */
  readonly keys: readonly string[] | null;
  /** Whether it is there already. */
  readonly exists: boolean;
  /** What has to be done beside, a sentence. */
  readonly next: string;
}

export const externalSecret: Remedy = {
  id: 'secrets/external-secret',
  title: 'Take it from a store by an ExternalSecret',
  safety: 'review',
  build(finding, view) {
    const api = externalSecretsApi(view);
    if (api === 'none') return { refused: 'The External Secrets Operator is not in this cluster.' };
    const target = targetOf(view, finding);
    if ('refused' in target) return target;
    const { namespace, name } = target;
    if (view.get('ExternalSecret', namespace, name) !== undefined) {
      return { refused: `ExternalSecret ${namespace}/${name} is there already: add the keys to it.` };
    }
    return skeleton(view, target, api === 'unknown' ? undefined : api);
  },
};

function skeleton(view: ClusterView, target: Target, served: string | undefined): RemedyDraft {
  const { namespace, name, keys, exists, next } = target;
  const store = storeFor(view, namespace);
  const remote = (property: object): object => ({ remoteRef: { key: PATH_PLACEHOLDER, ...property } });
  const data =
    keys === null
      ? { dataFrom: [{ extract: { key: PATH_PLACEHOLDER } }] }
      : { data: keys.map((secretKey) => ({ secretKey, ...remote({ property: secretKey }) })) };
  const comment = (path: YamlComment['path'], text: string): YamlComment => ({ document: 0, path, text });
  return {
    note: `Put the value into the store first. ${next}`,
    manifests: [
      {
        apiVersion: served ?? apiVersionOf('ExternalSecret'),
        kind: 'ExternalSecret',
        metadata: { namespace, name },
        spec: {
          refreshInterval: REFRESH,
          secretStoreRef: { kind: store.kind, name: store.name },
          target: { name, creationPolicy: exists ? 'Merge' : 'Owner' },
          ...data,
        },
      },
    ],
    comments: [
      ...(served === undefined
        ? [comment(['apiVersion'], 'which version the cluster serves is not known; older operators: v1beta1')]
        : []),
      comment(['spec', 'secretStoreRef'], store.why),
      ...(exists
        ? [comment(['spec', 'target', 'creationPolicy'], 'the Secret is there and keeps its other keys')]
        : []),
      keys === null
        ? comment(['spec', 'dataFrom', 0], 'the keys of the Secret are not known: this takes all that stands there')
        : comment(['spec', 'data', 0, 'remoteRef'], 'where the value stands in the store, for each key'),
    ],
    // What it names is not known: it is edited before it is applied, and so it is in no kustomization.
    use: { type: 'commands', commands: ['# name the store and the path in FILE first', 'kubectl apply -f FILE'] },
    changes: [],
    effects: [`Secret ${namespace}/${name} follows the store, asked every ${REFRESH}`],
  };
}

function targetOf(view: ClusterView, { subject }: Finding): Target | RemedyRefusal {
  const namespace = subject.namespace ?? '';
  if (subject.kind === 'Secret') return ofSecret(view, namespace, subject.name);
  const name = credentialsSecretName(subject.name);
  const there = view.get('Secret', namespace, name);
  if (there?.immutable === true) {
    return { refused: `Secret ${name} is there and immutable: nothing can write new data to it.` };
  }
  const exists = there !== undefined;
  const keys = [
    ...new Set(subject.kind === 'ConfigMap' ? inConfigMap(view, namespace, subject.name) : inWorkload(view, subject)),
  ];
  if (keys.length === 0) return { refused: `No credential stands in ${refText(subject)} any more.` };
  const next =
    subject.kind === 'ConfigMap'
      ? 'Then let what reads the ConfigMap read the Secret, and take the value out.'
      : 'Then refer to the Secret in place of the literal; the patch for env variables names this Secret.';
  return { namespace, name, keys, exists, next: `${next} Rotate the value: it has been readable.` };
}

function ofSecret(view: ClusterView, namespace: string, name: string): Target | RemedyRefusal {
  const secret = view.get('Secret', namespace, name);
  if (secret === undefined) return { refused: 'The Secret is not there any more.' };
  if (secret.immutable === true) return { refused: 'It is immutable: nothing can write new data to it.' };
  const rotator = rotatorOf(secret);
  if (rotator !== null) return { refused: `${rotator} writes this Secret already.` };
  const next =
    'Rotate it there from then on: this alone does not change the value, and the finding stays until it changes.';
  return { namespace, name, keys: secret.keys?.length === 0 ? null : secret.keys, exists: true, next };
}

function inConfigMap(view: ClusterView, namespace: string, name: string): readonly string[] {
  return (view.get('ConfigMap', namespace, name)?.credentials ?? []).map((one) => secretKeyOf(one.key));
}

function inWorkload(view: ClusterView, subject: Finding['subject']): readonly string[] {
  const suspects = credentialsIn(view, subject);
  return suspects.map((one) => secretKeyAmong(one, suspects));
}

interface Store {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
  /** Why this one, for a comment. */
  readonly why: string;
}

/** A store of the namespace, else one of the cluster; a placeholder where none is known. */
function storeFor(view: ClusterView, namespace: string): Store {
  for (const kind of ['SecretStore', 'ClusterSecretStore'] as const) {
    const names = view.list(kind, kind === 'SecretStore' ? namespace : '').map((one) => one.name);
    const [name, ...others] = names;
    if (name === undefined) continue;
    const why =
      kind === 'SecretStore'
        ? 'the store of this namespace'
        : 'a store of the cluster; see that it admits this namespace';
    return { kind, name, why: others.length === 0 ? why : `${why}; there are also ${someOf(others, NAMED)}` };
  }
  const unread = (['SecretStore', 'ClusterSecretStore'] as const).filter((kind) => !view.readable(kind).ok);
  const why = unread.length === 0 ? 'no store was found' : `stores could not be read (${unread.join(', ')})`;
  return { kind: 'SecretStore', name: STORE_PLACEHOLDER, why: `${why}: name yours` };
}
