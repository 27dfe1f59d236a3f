/**
 * An EncryptionConfiguration for the API servers, with the step that encrypts what is stored already.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
import { providerOf } from '../../analyses/secrets/encryption.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy } from '../remedy.ts';

const PLACEHOLDER = 'REPLACE-WITH-32-RANDOM-BYTES-IN-BASE64';

export const encryptionConfiguration: Remedy = {
  id: 'secrets/encryption-configuration',
  title: 'Encrypt Secrets at rest',
  safety: 'review',
  build(_finding, view) {
    return {
      note: `${existingText(view)}This is a file for every API server (--encryption-provider-config), not an object to apply. Who loses the key loses all Secrets: keep it outside of the cluster. With a key service use KMS v2 instead. identity stays last, so that what is stored already can be read until it is rewritten.`,
      manifests: [
        {
          apiVersion: 'apiserver.config.k8s.io/v1',
          kind: 'EncryptionConfiguration',
          resources: [
            {
              resources: ['secrets'],
              providers: [{ secretbox: { keys: [{ name: 'key1', secret: PLACEHOLDER }] } }, { identity: {} }],
            },
          ],
        },
      ],
      comments: [
        {
          document: 0,
          path: ['resources', 0, 'providers', 0, 'secretbox', 'keys', 0, 'secret'],
          text: 'head -c 32 /dev/urandom | base64',
        },
      ],
      use: {
        type: 'steps',
        commands: [
          '# copy FILE to every control plane node, readable by root only, and add --encryption-provider-config to kube-apiserver',
          '# after all API servers have restarted, rewrite what is stored:',
          'kubectl get secrets --all-namespaces -o json | kubectl replace -f -',
        ],
      },
      changes: [
        {
          type: 'facts',
          facts: { secretTransformers: ['k8s:enc:secretbox:v1:'], secretReadTransformers: ['k8s:enc:secretbox:v1:'] },
        },
      ],
      effects: ['Secrets are written by secretbox once every server has the file and all were rewritten'],
    };
  },
};

/** What to keep of a configuration that is there: a server that has no key of what is stored can read none of it. */
function existingText(view: ClusterView): string {
  const { secretTransformers: written, secretReadTransformers: read } = view.facts();
  const prefixes = [...(written ?? []), ...(read ?? [])];
  if (prefixes.length === 0) return '';
  const providers = [...new Set(prefixes.map(providerOf))].filter((name) => name !== '');
  const lost = providers.length === 0 ? '' : `, or what ${providers.join(', ')} encrypted cannot be read any more`;
  return `An EncryptionConfiguration is there already: put secretbox first in it and take nothing out${lost}. `;
}
