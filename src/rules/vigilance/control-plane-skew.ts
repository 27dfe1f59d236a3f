/**
 * API servers beside each other may be one minor apart; controller manager and scheduler must not be newer than any of
 * them, and at most one minor older. Only where their pods can be seen.
 * Source: https://kubernetes.io/releases/version-skew-policy/
 */
import { controlPlanePods } from '../../analyses/vigilance/control-plane-pods.ts';
import { parseImage } from '../../kube/image-reference.ts';
import {
  minorsBetween,
  minorText,
  parseKubernetesVersion,
  type KubernetesVersion,
} from '../../kube/kubernetes-version.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import type { ControlPlane } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

interface Running {
  readonly version: KubernetesVersion;
  readonly evidence: Evidence;
}

export const controlPlaneSkew = rule({
  id: 'vigilance/control-plane-skew',
  subject: 'Cluster',
  summary: 'Components of the control plane whose versions do not go together',
  help: 'Finish the upgrade: all API servers first, then controller manager and scheduler. A state in between is not tested, and features that one server has and another has not come and go.',
  references: [owasp('K07')],
  needs: ['Pod'],
  check(_subject, view) {
    const servers = running(view, 'kube-apiserver');
    const apart = servers.some((one) => servers.some((other) => (minorsBetween(one.version, other.version) ?? 2) > 1));
    const findings: FindingDraft[] = apart
      ? [
          {
            key: 'kube-apiserver',
            severity: 'medium',
            title: 'API servers are more than one minor apart',
            why: `They run ${texts(servers)}: what one of them serves and stores the other may not know.`,
            evidence: servers.map((one) => one.evidence),
          },
        ]
      : [];
    for (const component of ['kube-controller-manager', 'kube-scheduler'] as const) {
      const bad = running(view, component).filter(({ version }) =>
        servers.some((server) => {
          const behind = minorsBetween(version, server.version);
          return behind === null || behind < 0 || behind > 1;
        }),
      );
      if (bad.length === 0) continue;
      findings.push({
        key: component,
        severity: 'low',
        title: `${component} does not go with the API server`,
        why: `It runs ${texts(bad)} beside API servers of ${texts(servers)}; it may be one minor older, and not newer.`,
        evidence: bad.map((one) => one.evidence),
      });
    }
    return findings;
  },
});

/** The versions by the tags of the images; an image of another name or with a digest alone does not tell. */
function running(view: ClusterView, component: ControlPlane['component']): readonly Running[] {
  return controlPlanePods(view, component).flatMap((pod) =>
    pod.spec.containers.flatMap((container) => {
      const image = parseImage(container.image);
      const version = parseKubernetesVersion(image?.tag ?? '');
      if (version === null || image?.repository.split('/').at(-1) !== component) return [];
      const text = `${pod.name} runs ${container.image}`;
      return [{ version, evidence: { text, object: refOf(pod), path: 'spec.containers' } }];
    }),
  );
}

function texts(running: readonly Running[]): string {
  return [...new Set(running.map(({ version }) => minorText(version)))].sort().join(', ');
}
