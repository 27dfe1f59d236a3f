/**
 * Removes the copies of a Secret's data from its annotations. The data itself stays as it is.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/ (it keeps no such annotation)
 */
import type { Remedy } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KAPP_ORIGINAL = 'kapp.k14s.io/original';

export const removeAnnotation: Remedy = {
  id: 'secrets/remove-annotation',
  title: 'Remove the copy of the data from the annotations',
  safety: 'safe',
  build(finding, view) {
    const namespace = finding.subject.namespace ?? '';
    const { name } = finding.subject;
    const secret = view.get('Secret', namespace, name);
    if (secret === undefined) return { refused: 'The Secret is not there any more.' };
    const annotations = { [LAST_APPLIED]: null, [KAPP_ORIGINAL]: null };
    return {
      note: 'Apply it with kubectl apply --server-side from now on, or the annotation comes back.',
      manifests: [{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, annotations } }],
      comments: [],
      use: { type: 'patch', commands: [kubectl`-n ${namespace} patch secret ${name} --type=merge --patch-file FILE`] },
      changes: [{ type: 'upsert', object: { ...secret, valuesInAnnotation: false } }],
      effects: ['the data does not change, so that nothing restarts'],
    };
  },
};
