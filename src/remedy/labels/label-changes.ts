import type { AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import type { Change } from '../../model/change.ts';
import type { WorkloadObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Labels to set: on the workload itself, and on its template and so on its pods. */
export interface LabelEdit {
  readonly own: Labels;
  readonly pods: Labels;
}

/** Kinds whose controllers replace their pods when the template changes. */
const ROLLING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** How many pods a change of the template restarts; undefined where that was not read, as from files. */
export function restarts(view: ClusterView, workload: AnalysedWorkload): number | undefined {
  if (!ROLLING.has(workload.ref.kind)) return 0;
  const isOfTemplate = workload.classes.some((one) => one.pods.length === 0);
  if (isOfTemplate || !view.readable('Pod', workload.ref.namespace).ok) return undefined;
  return livingClasses(workload).reduce((sum, one) => sum + one.pods.length, 0);
}

/** What the store holds once the labels are set and, where the controller does that, rolled out. */
export function labelled(workload: AnalysedWorkload, object: WorkloadObject, edit: LabelEdit): readonly Change[] {
  const { template } = object;
  const isTemplateChanged = template !== null && Object.keys(edit.pods).length > 0;
  const changed = {
    ...object,
    labels: { ...object.labels, ...edit.own },
    template: isTemplateChanged ? { ...template, labels: { ...template.labels, ...edit.pods } } : template,
  } as WorkloadObject;
  if (!isTemplateChanged || !ROLLING.has(object.kind)) return [{ type: 'upsert', object: changed }];
  const pods = livingClasses(workload).flatMap((one) => {
    // Pods of a class share their labels, and so do the changed ones: they stay one class.
    const labels = { ...one.labels, ...edit.pods };
    return one.pods.map((pod): Change => ({ type: 'upsert', object: { ...pod, labels } }));
  });
  return [{ type: 'upsert', object: changed }, ...pods];
}

function livingClasses(workload: AnalysedWorkload): AnalysedWorkload['classes'] {
  return workload.classes.filter((one) => one.state !== 'finished');
}
