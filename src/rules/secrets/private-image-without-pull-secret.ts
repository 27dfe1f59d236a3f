/**
 * With IfNotPresent (or Never) a kubelet starts whatever image lies on the node, whoever pulled it: a pod without the
 * pull secret runs a private image that another pod's secret brought there. From 1.35 kubelets ask for the credential
 * again (KubeletEnsureSecretPulledImages, beta and on).
 * Source: KEP-2535; https://kubernetes.io/docs/concepts/containers/images/#ensureimagepullcredentialverification
 */
import { judgedSpecs, membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { pullsWithSecret, repositoryOf, unaskedContainers } from '../../analyses/secrets/private-images.ts';
import { containerPath } from '../../analyses/vigilance/spec-path.ts';
import { kubeletMinors } from '../../analyses/vigilance/kubelet-minors.ts';
import type { Evidence } from '../../model/finding.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

const FIRST_ASKING_MINOR = 35;

export const privateImageUnasked = rule({
  id: 'secrets/private-image-without-pull-secret',
  subject: 'Workload',
  summary: 'Workloads that may run private images without the pull secret',
  help: 'Give the pod the pull secret, or set imagePullPolicy: Always (the AlwaysPullImages admission plugin does so for all pods), so that the registry is asked who may run the image.',
  references: [owasp('K03'), owasp('K01')],
  needs: ['Pod'],
  check(subject, view) {
    if (kubeletMinors(view).every((minor) => minor >= FIRST_ASKING_MINOR)) return [];
    const evidence: Evidence[] = [];
    const concerned = judgedSpecs(subject).filter(({ spec }) => {
      let isConcerned = false;
      for (const container of unaskedContainers(spec)) {
        const repository = repositoryOf(container.image);
        const puller = repository === undefined ? undefined : pullsWithSecret(view, repository);
        if (puller === undefined) continue;
        isConcerned = true;
        const text = `container ${container.name} runs ${container.image}, which ${puller} pulls with a secret`;
        if (evidence.some((one) => one.text === text)) continue;
        const path = `${containerPath(subject.ref.kind, container)}.imagePullPolicy`;
        evidence.push({ text, object: subject.ref, path });
      }
      return isConcerned;
    });
    if (concerned.length === 0) return [];
    return [
      {
        severity: 'low',
        title: 'May run a private image without the pull secret',
        why: 'It names no pull secret, and its pull policy lets the kubelet use a copy that another pod’s secret brought to the node: who may run the image is not checked, and on a fresh node the pod fails.',
        evidence,
        members: membersOf(concerned),
      },
    ];
  },
});
