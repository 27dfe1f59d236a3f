import { exposures, exposureText } from '../../analyses/network/exposure.ts';
import { nextIsolation, workloadIsolation, type WorkloadVerdict } from '../../analyses/network/isolation.ts';
import { sensitivityOf } from '../../analyses/network/sensitivity.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import type { Direction } from '../../kube/network-policy-rule.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { closingRemedies } from './closing-remedies.ts';
import { exposureEvidence, openSeverity } from './open-severity.ts';

const TEXTS = {
  ingress: {
    open: 'accepts connections from any pod and any address',
    partly: 'accepts connections from whatever no admin policy denies',
    unknown: 'may accept connections from anywhere',
    why: 'No policy isolates its pods for ingress, so that every pod of the cluster, and whatever can route to them, may open connections to every port.',
  },
  egress: {
    open: 'may open connections to anywhere',
    partly: 'may open connections to whatever no admin policy denies',
    unknown: 'may be able to open connections to anywhere',
    why: 'No policy isolates its pods for egress, so that an intruder in one of them reaches every pod, every address outside and the cloud metadata service.',
  },
} as const;

/** The verdict where only the pods that the template starts next are open. */
const NEXT: WorkloadVerdict = {
  status: 'open',
  policies: [],
  reason: '',
  everyone: false,
  mixed: false,
  classes: [],
};
const NEXT_PODS = 'The pods that its template starts next have other labels than those that run. ';

/** What both rules about missing isolation share: one finding per workload whose pods are open, or undecided. */
export function isolationFindings(
  workload: AnalysedWorkload,
  view: ClusterView,
  direction: Direction,
): readonly FindingDraft[] {
  const now = workloadIsolation(view, workload)?.[direction];
  if (now === undefined) return [];
  const isOfNext = now.status !== 'open' && nextIsolation(view, workload)?.[direction].status === 'open';
  const verdict = isOfNext ? NEXT : now;
  if (verdict.status !== 'open' && verdict.status !== 'unknown') return [];
  const text = TEXTS[direction];
  const members = memberNames(verdict.classes);
  if (verdict.status === 'unknown') {
    return [
      {
        severity: 'info',
        title: `${text.unknown}: not known`,
        why: `Whether its pods are isolated for ${direction} can't be said: ${verdict.reason}.`,
        evidence: [{ text: verdict.reason }],
        members,
        unknown: true,
        data: { direction, mixed: verdict.mixed },
      },
    ];
  }
  const exposed = direction === 'ingress' ? exposures(view, workload) : [];
  const outside = direction === 'egress' ? exposures(view, workload) : exposed;
  const sensitivity = sensitivityOf(workload);
  const led = exposed[0];
  // Open, and something denies some peers: that is the only reason an open verdict has.
  const title = verdict.reason === '' ? text.open : text.partly;
  return [
    {
      severity: openSeverity(direction, outside, sensitivity),
      title: led === undefined ? title : `${title}, through ${exposureText(led)} too`,
      why: `${isOfNext ? NEXT_PODS : ''}${text.why}${verdict.mixed ? ' Other pods of it are isolated.' : ''}`,
      evidence: [
        {
          text: `no NetworkPolicy in ${workload.ref.namespace} selects its pods for ${direction}`,
          path: 'spec.podSelector',
        },
        ...(verdict.reason === '' ? [] : [{ text: verdict.reason }]),
        ...exposureEvidence(exposed, sensitivity),
      ],
      members,
      absence: true,
      remedies: closingRemedies(view),
      data: { direction, mixed: verdict.mixed },
    },
  ];
}
