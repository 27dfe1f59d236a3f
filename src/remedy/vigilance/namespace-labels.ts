/**
 * Pod security labels that break nothing now: enforce the strictest level that the workloads of today pass, pinned to the
 * server's version so that an upgrade changes nothing by itself, and let the next level warn and audit.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/
 */
import {
  namespaceLevels,
  nextLevel,
  provenLevel,
  type NamespaceLevels,
} from '../../analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import {
  levelLabel,
  levelRank,
  namespacePolicy,
  versionLabel,
  type NamespacePolicy,
} from '../../kube/pod-security-namespace.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Remedy } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

const NAMED = 10;

export const namespaceLabels: Remedy = {
  id: 'vigilance/namespace-labels',
  title: 'Enforce the pod security level that breaks nothing now',
  safety: 'safe',
  build(finding, view) {
    const namespace = view.get('Namespace', '', finding.subject.name);
    if (namespace === undefined) return { refused: 'The namespace is not there any more.' };
    const readable = view.readable('Pod', namespace.name);
    if (!readable.ok) return { refused: `Which level breaks nothing is unknown: ${readable.reason}.` };
    const minor = policyMinor(view);
    const levels = namespaceLevels(view, namespace.name);
    const labels = labelsFor(levels, minor, namespacePolicy(namespace.labels));
    if (Object.keys(labels).length === 0) {
      return {
        refused: `A stricter level would refuse what runs, and warns and audits already: ${effectsOf(levels, minor).join('; ')}.`,
      };
    }
    const name = namespace.name;
    return {
      note: 'Labels act on pods that are created from now on; running pods stay. Exemptions in the AdmissionConfiguration of the server are not visible.',
      manifests: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }],
      comments: [{ document: 0, path: ['metadata', 'labels', levelLabel('enforce')], text: reason(levels) }].filter(
        () => labels[levelLabel('enforce')] !== undefined,
      ),
      use: { type: 'patch', commands: [kubectl`patch namespace ${name} --patch-file FILE`] },
      changes: [{ type: 'upsert', object: { ...namespace, labels: { ...namespace.labels, ...labels } } }],
      effects: effectsOf(levels, minor),
    };
  },
};

/** @param asked what the labels say now: a stricter level that warns or audits already stays */
function labelsFor(levels: NamespaceLevels, minor: number, asked: NamespacePolicy): Record<string, string> {
  const next = nextLevel(levels);
  const watch = (['warn', 'audit'] as const).filter(
    (mode) => !asked.labelled.includes(mode) || levelRank(asked[mode].level) < levelRank(next),
  );
  const watched = Object.fromEntries(watch.map((mode) => [levelLabel(mode), next]));
  const level = provenLevel(levels);
  if (level === 'privileged' || level === 'unknown') return watched;
  return { [levelLabel('enforce')]: level, [versionLabel('enforce')]: `v1.${minor}`, ...watched };
}

function reason(levels: NamespaceLevels): string {
  return levels.judged === 0 ? 'no workload runs here' : `all ${levels.judged} workloads of today pass it`;
}

function effectsOf(levels: NamespaceLevels, minor: number): string[] {
  switch (provenLevel(levels)) {
    case 'unknown':
      return [`nothing is enforced yet, because which level breaks nothing is unknown: ${levels.unread}`];
    case 'restricted':
      return [`restricted at v1.${minor} admits all ${levels.judged} workloads of today`];
    case 'baseline':
      return [
        `baseline at v1.${minor} admits all ${levels.judged} workloads of today`,
        `restricted would warn about ${someOf(levels.refusedByRestricted, NAMED)}`,
      ];
    case 'privileged':
      return [
        `nothing is enforced yet, because baseline at v1.${minor} refuses ${someOf(levels.refusedByBaseline, NAMED)}: change these first`,
      ];
  }
}
