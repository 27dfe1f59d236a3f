/**
 * The Kubernetes project fixes vulnerabilities in its newest three minors only.
 * Source: https://kubernetes.io/releases/version-skew-policy/; dates in `kube/kubernetes-version-support.ts`.
 */
import { SUPPORT_TABLE_AS_OF, supportOf } from '../../kube/kubernetes-version-support.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

/** How early an approaching end of support is told. */
const NOTICE_DAYS = 60;
const NOTICE = NOTICE_DAYS * 24 * 3600 * 1000;

export const serverOutOfSupport = rule({
  id: 'vigilance/server-out-of-support',
  subject: 'Cluster',
  summary: 'An API server whose Kubernetes version gets no more fixes',
  help: 'Upgrade one minor at a time, control plane first. A vendor may support its version for longer than the Kubernetes project: then waive this finding until that date.',
  references: [owasp('K07'), attack('T1068')],
  needs: [],
  check(_subject, view) {
    const { serverVersion, source } = view.facts();
    // Manifests have no server; their version is asked for by a flag, where somebody cares.
    if (serverVersion === null && source === 'files') return [];
    const support = supportOf(serverVersion);
    const evidence = [
      { text: `/version says ${serverVersion ?? 'nothing'}` },
      { text: `table of end of life dates as of ${SUPPORT_TABLE_AS_OF}` },
    ];
    switch (support.status) {
      case 'unknown':
        return [unknownSupport(support.reason, evidence)];
      case 'ended':
        return [outOfSupport(serverVersion ?? '', 'years ago', evidence)];
      case 'ended-by':
        return view.isPast(support.end)
          ? [outOfSupport(serverVersion ?? '', `by ${support.until}`, evidence)]
          : [unknownSupport(`the table has no day for it, only that it ends by ${support.until}`, evidence)];
      case 'dated': {
        if (view.isPast(support.end)) return [outOfSupport(serverVersion ?? '', `on ${support.until}`, evidence)];
        if (!view.isPast(support.end - NOTICE)) return [];
        return [
          {
            severity: 'low',
            title: 'Support of the server version ends soon',
            why: `Kubernetes ${serverVersion ?? ''} gets fixes until ${support.until}.`,
            evidence,
          },
        ];
      }
    }
  },
});

function unknownSupport(reason: string, evidence: FindingDraft['evidence']): FindingDraft {
  return {
    severity: 'info',
    title: 'Support of the server version is unknown',
    why: `Whether it still gets fixes cannot be told: ${reason}.`,
    evidence,
    unknown: true,
  };
}

function outOfSupport(version: string, when: string, evidence: FindingDraft['evidence']): FindingDraft {
  return {
    severity: 'high',
    title: 'The API server is out of support',
    why: `Support of Kubernetes ${version} ended ${when}: known vulnerabilities stay open.`,
    evidence,
  };
}
