/**
 * An EncryptionConfiguration for the API servers, with the step that encrypts what is stored already.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
import type { Remedy } from '../remedy.ts';

const PLACEHOLDER = 'REPLACE-WITH-32-RANDOM-BYTES-IN-BASE64';

export const encryptionConfiguration: Remedy = {
  id: 'secrets/encryption-configuration',
  title: 'Encrypt Secrets at rest',
  safety: 'review',
  build() {
    return {
      note: 'This is a file for every API server (--encryption-provider-config), not an object to apply. Who loses the key loses all Secrets: keep it outside of the cluster. With a key service use KMS v2 instead. identity stays last, so that what is stored already can be read until it is rewritten.',
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
