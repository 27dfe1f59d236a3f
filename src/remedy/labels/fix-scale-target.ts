import { apiVersionOf, kindInfo, WORKLOAD_KINDS } from '../../model/kind.ts';
import type { Remedy } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

/** Names the workload that an autoscaler most likely means. */
export const fixScaleTarget: Remedy = {
  id: 'labels/fix-scale-target',
  title: 'scale the workload of the nearest name',
  safety: 'review',
  build: (finding, view) => {
    const meant = finding.data as { readonly kind: string; readonly name: string } | null;
    const { name } = finding.subject;
    const namespace = finding.subject.namespace ?? '';
    const scaler = view.get('HorizontalPodAutoscaler', namespace, name);
    const kind = WORKLOAD_KINDS.find((one) => one === meant?.kind);
    if (scaler === undefined || meant === null || kind === undefined) {
      return { refused: 'No workload is named near enough to be what was meant.' };
    }
    const target = { apiVersion: apiVersionOf(kind), kind, name: meant.name };
    return {
      note: `It scales ${kind} ${meant.name} from then on, between its own bounds.`,
      manifests: [
        {
          apiVersion: apiVersionOf('HorizontalPodAutoscaler'),
          kind: 'HorizontalPodAutoscaler',
          metadata: { name, namespace },
          spec: { scaleTargetRef: target },
        },
      ],
      comments: [{ document: 0, path: ['spec', 'scaleTargetRef', 'name'], text: `was ${scaler.target.name}` }],
      use: {
        type: 'patch',
        commands: [
          kubectl`patch ${kindInfo('HorizontalPodAutoscaler').resource} ${name} -n ${namespace} --patch-file FILE`,
        ],
      },
      changes: [{ type: 'upsert', object: { ...scaler, target: { kind, name: meant.name } } }],
      effects: [`${kind} ${namespace}/${meant.name} is there`],
    };
  },
};
