import { workload } from '../../analyses/workload/workloads.ts';
import type { Change } from '../../model/change.ts';
import type { ObjectRef } from '../../model/finding.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { PodTemplate, WorkloadObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { kubectl } from '../kubectl.ts';

export interface PatchedWorkload {
  readonly object: WorkloadObject;
  readonly template: PodTemplate;
  readonly ref: ObjectRef & { readonly namespace: string };
  readonly command: string;
}

/** The workload of a finding with a template that can be patched, or why there is none. */
export function patchable(view: ClusterView, subject: ObjectRef): PatchedWorkload | { readonly refused: string } {
  const kind = WORKLOAD_KINDS.find((one) => one === subject.kind);
  const namespace = subject.namespace ?? '';
  if (kind === undefined) {
    return subject.kind === 'Pod'
      ? { refused: 'A running pod cannot be changed: change what creates it, and create it anew.' }
      : { refused: `${subject.kind} is not a kind whose pod template k8sec knows: change it where it is defined.` };
  }
  const object: WorkloadObject | undefined = view.get(kind, namespace, subject.name);
  if (object === undefined) return { refused: 'The workload is not there any more.' };
  if (object.template === null) return { refused: 'The pod template was not read.' };
  if (kind === 'Job') return { refused: 'The template of a Job is immutable: delete it and create it anew.' };
  const command = kubectl`-n ${namespace} patch ${kind.toLowerCase()} ${subject.name} --type=strategic --patch-file FILE`;
  return { object, template: object.template, ref: { ...subject, namespace }, command };
}

/** When pods get what changed in the template of a workload. */
export function rolloutText({ ref }: PatchedWorkload): string {
  switch (ref.kind) {
    case 'CronJob':
      return 'pods get it at the next run; those that run stay as they are';
    case 'ReplicaSet':
    case 'ReplicationController':
      return 'only pods that are created from now on get it';
    case 'StatefulSet':
    case 'DaemonSet':
      return 'its pods are replaced by a rollout; with the update strategy OnDelete, each when it is deleted';
    default:
      return 'its pods are replaced by a rollout';
  }
}

/** What the store holds once a change of the template has been rolled out to the pods. */
export function rolledOut(
  view: ClusterView,
  { object, template, ref }: PatchedWorkload,
  change: (spec: PodSpec) => PodSpec,
): readonly Change[] {
  const own = { ...object, template: { ...template, spec: change(template.spec) } } as WorkloadObject;
  const current = workload(view, ref.namespace, ref.kind, ref.name);
  const specs = new Map<PodSpec, PodSpec>();
  const pods = (current?.classes ?? [])
    .filter((one) => one.state !== 'finished')
    .flatMap((one) => {
      const spec = specs.get(one.spec) ?? change(one.spec);
      specs.set(one.spec, spec);
      return one.pods.map((pod): Change => ({ type: 'upsert', object: { ...pod, spec } }));
    });
  return [{ type: 'upsert', object: own }, ...pods];
}
