import { replicaDifferences } from '../../analyses/labels/replica-labels.ts';
import { shiftText, whatChanges } from '../../analyses/labels/label-map.ts';
import { withEdits } from '../../analyses/labels/relabel.ts';
import { workload as workloadOf } from '../../analyses/workload/workloads.ts';
import type { Change } from '../../model/change.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { shellWord } from '../../kube/shell-word.ts';
import { kubectl } from '../kubectl.ts';

/** More pods than this are replaced rather than relabelled one by one. */
const MOST_PODS = 20;

/** Gives the pods that differ the labels that the others have. Nothing restarts. */
export const relabelPods: Remedy = {
  id: 'labels/relabel-pods',
  title: 'give its pods the same labels',
  safety: 'review',
  build: (finding, view) => {
    const { kind, name } = finding.subject;
    const namespace = finding.subject.namespace ?? '';
    const workload = workloadOf(view, namespace, kind, name);
    if (workload === undefined) return { refused: 'The workload is not there any more.' };
    const edits = new Map<string, Record<string, string | null>>();
    const differences = replicaDifferences(workload);
    const tied = differences.find(({ isTied }) => isTied);
    if (tied !== undefined) {
      const keys = `As many of its pods have one value of ${tied.key} as another`;
      return { refused: `${keys}, and no template tells which is right.` };
    }
    for (const { key, usual, others } of differences) {
      for (const { pod } of others) edits.set(pod, { ...edits.get(pod), [key]: usual ?? null });
    }
    if (edits.size === 0) return { refused: 'Its pods do not differ any more.' };
    if (edits.size > MOST_PODS) {
      return { refused: `${edits.size} pods differ: roll the workload out again (kubectl rollout restart).` };
    }
    const manifests: Manifest[] = [];
    const commands: string[] = [];
    const changes: Change[] = [];
    const effects = new Set<string>();
    for (const [podName, labels] of edits) {
      const pod = view.get('Pod', namespace, podName);
      if (pod === undefined) continue;
      const after = withEdits(pod.labels, labels);
      manifests.push({ apiVersion: 'v1', kind: 'Pod', metadata: { name: podName, namespace, labels } });
      const words = Object.entries(labels).map(([key, value]) =>
        shellWord(value === null ? `${key}-` : `${key}=${value}`),
      );
      commands.push(`${kubectl`label pod ${podName} -n ${namespace} --overwrite`} ${words.join(' ')}`);
      changes.push({ type: 'upsert', object: { ...pod, labels: after } });
      for (const shift of whatChanges(view, namespace, pod.labels, after))
        effects.add(`${podName}: ${shiftText(shift)}`);
    }
    return {
      note: 'Labels of running pods, without a restart. If the difference was made to take a pod out of service, it goes back in.',
      manifests,
      comments: [],
      use: { type: 'steps', commands },
      changes,
      effects: effects.size === 0 ? ['no selector changes what it matches'] : [...effects],
    };
  },
};
