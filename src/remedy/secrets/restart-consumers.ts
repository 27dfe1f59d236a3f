/**
 * Restarts the workloads that read a Secret at start, as kubectl`rollout restart` does: by an annotation on the template.
 * Source: k8s.io/kubectl pkg/polymorphichelpers/objectrestarter.go
 */
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import { workload } from '../../analyses/workload/workloads.ts';
import type { Change } from '../../model/change.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy } from '../remedy.ts';
import { workloadPatch } from '../vigilance/spec-patch.ts';
import { kubectl } from '../kubectl.ts';

const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'];
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

export const restartConsumers: Remedy = {
  id: 'secrets/restart-consumers',
  title: 'Restart what still holds the old value',
  safety: 'review',
  build(finding, view) {
    const namespace = finding.subject.namespace ?? '';
    const uses = secretUses(view, namespace).get(finding.subject.name) ?? [];
    const users = new Map(uses.filter((use) => use.fixedAtStart).map(({ by }) => [`${by.kind}/${by.name}`, by]));
    const all = [...users.values()];
    const restartable = all.filter((by) => RESTARTABLE.includes(by.kind));
    const others = all.filter((by) => !RESTARTABLE.includes(by.kind));
    if (restartable.length === 0) {
      return {
        refused: `Nothing restarts ${others.map((by) => `${by.kind} ${by.name}`).join(', ')}: delete and create it anew.`,
      };
    }
    const annotations = { [RESTARTED_AT]: new Date(view.now).toISOString() };
    return {
      note: `Check that the new value works before the old one is revoked.${
        others.length === 0 ? '' : ` Start anew by hand: ${others.map((by) => `${by.kind} ${by.name}`).join(', ')}.`
      }`,
      manifests: restartable.map(({ apiVersion, kind, name }) => {
        const patch = workloadPatch({ apiVersion, kind, namespace, name }, {}, annotations);
        return patch;
      }),
      comments: [],
      use: {
        type: 'steps',
        commands: restartable.map((by) => kubectl`-n ${namespace} rollout restart ${by.kind.toLowerCase()}/${by.name}`),
      },
      changes: restartable.flatMap((by) => restarted(view, namespace, by)),
      effects: [
        `${restartable.length === 1 ? '1 workload is' : `${restartable.length} workloads are`} replaced by a rollout`,
      ],
    };
  },
};

function restarted(view: ClusterView, namespace: string, by: ObjectRef): readonly Change[] {
  const pods = (workload(view, namespace, by.kind, by.name)?.classes ?? []).flatMap((one) => one.pods);
  return pods.map((pod) => ({ type: 'upsert', object: { ...pod, started: view.now } }));
}
