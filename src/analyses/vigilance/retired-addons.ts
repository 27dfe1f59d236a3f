import type { ImageReference } from '../../kube/image-reference.ts';
import type { Severity } from '../../model/finding.ts';

/** Software that its maintainers stopped fixing. */
export interface RetiredAddon {
  readonly name: string;
  /** First day without fixes, YYYY-MM-DD (UTC). */
  readonly since: string;
  readonly source: string;
  /** Once the day has come. */
  readonly severity: Severity;
  readonly instead: string;
  readonly matches: (image: ImageReference) => boolean;
}

function repository(pattern: RegExp): (image: ImageReference) => boolean {
  return (image) => pattern.test(`${image.registry}/${image.repository}`);
}

/** As of 2026-08-22. Only what a project itself announced. */
export const RETIRED_ADDONS: readonly RetiredAddon[] = [
  {
    name: 'ingress-nginx',
    since: '2026-04-01',
    source: 'https://github.com/kubernetes/ingress-nginx (README: retired, no fixes after March 2026)',
    severity: 'high',
    instead: 'an implementation of Gateway API or another ingress controller that is maintained',
    matches: repository(/(?:^|\/)ingress-nginx\/(?:controller|kube-webhook-certgen)/),
  },
  {
    name: 'the registry k8s.gcr.io',
    since: '2023-04-03',
    source: 'https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/',
    severity: 'low',
    instead: 'registry.k8s.io with a current version',
    matches: (image) => image.registry === 'k8s.gcr.io',
  },
  {
    name: 'Heapster',
    since: '2019-08-01',
    source: 'https://github.com/kubernetes-retired/heapster',
    severity: 'medium',
    instead: 'metrics-server',
    matches: repository(/\/heapster(?:-[a-z0-9]+)?$/),
  },
  {
    name: 'Tiller of Helm 2',
    since: '2020-11-14',
    source: 'https://helm.sh/blog/helm-v2-deprecation-timeline/',
    severity: 'high',
    instead: 'Helm 3 or later, which needs nothing in the cluster',
    matches: repository(/\/tiller$/),
  },
];
