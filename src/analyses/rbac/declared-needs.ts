/**
 * What programs that everybody runs need of the API, as the manifests that their projects publish say; recognised by the
 * image that runs, never by a name. A log of some days misses what happens rarely; this does not.
 * Sources: kube-prometheus (prometheus-clusterRole, kube-state-metrics), metrics-server (components.yaml), ingress-nginx
 * (deploy.yaml), external-dns (docs/tutorials), the charts of promtail, fluent-bit and filebeat.
 */
import { canMatch } from '../../kube/rbac-inert.ts';
import { uncovered } from '../../kube/escalation-check.ts';
import { isOfRepository, parseImage } from '../../kube/image-reference.ts';
import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { BindingObject, PolicyRule, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { accountPods } from './service-accounts.ts';

interface Program {
  readonly name: string;
  readonly images: readonly string[];
  /** In all namespaces that it looks at. */
  readonly wide: readonly PolicyRule[];
  /** In the namespace that it runs in: leader election, its own configuration. */
  readonly own: readonly PolicyRule[];
}

const READ = ['get', 'list', 'watch'] as const;
const LOOK = ['list', 'watch'] as const;

const PROGRAMS: readonly Program[] = [
  {
    name: 'Prometheus',
    images: ['prometheus/prometheus', 'prom/prometheus'],
    wide: [
      of(READ, '', 'nodes', 'services', 'endpoints', 'pods'),
      of(['get'], '', 'nodes/metrics'),
      of(READ, 'discovery.k8s.io', 'endpointslices'),
      of(READ, 'networking.k8s.io', 'ingresses'),
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
    ],
    own: [of(['get'], '', 'configmaps')],
  },
  {
    name: 'kube-state-metrics',
    images: ['kube-state-metrics/kube-state-metrics'],
    wide: [
      of(
        LOOK,
        '',
        'configmaps',
        'secrets',
        'nodes',
        'pods',
        'services',
        'serviceaccounts',
        'resourcequotas',
        'replicationcontrollers',
        'limitranges',
        'persistentvolumeclaims',
        'persistentvolumes',
        'namespaces',
        'endpoints',
      ),
      of(LOOK, 'apps', 'statefulsets', 'daemonsets', 'deployments', 'replicasets'),
      of(LOOK, 'batch', 'cronjobs', 'jobs'),
      of(LOOK, 'autoscaling', 'horizontalpodautoscalers'),
      of(LOOK, 'policy', 'poddisruptionbudgets'),
      of(LOOK, 'certificates.k8s.io', 'certificatesigningrequests'),
      of(LOOK, 'discovery.k8s.io', 'endpointslices'),
      of(LOOK, 'storage.k8s.io', 'storageclasses', 'volumeattachments'),
      of(LOOK, 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'validatingwebhookconfigurations'),
      of(LOOK, 'networking.k8s.io', 'networkpolicies', 'ingressclasses', 'ingresses'),
      of(LOOK, 'coordination.k8s.io', 'leases'),
      of(LOOK, 'rbac.authorization.k8s.io', 'clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'),
      of(['create'], 'authentication.k8s.io', 'tokenreviews'),
      of(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
    ],
    own: [],
  },
  {
    name: 'metrics-server',
    images: ['metrics-server/metrics-server'],
    wide: [of(['get'], '', 'nodes/metrics'), of(READ, '', 'pods', 'nodes')],
    own: [],
  },
  {
    name: 'ingress-nginx',
    images: ['ingress-nginx/controller'],
    wide: [
      of(LOOK, '', 'configmaps', 'endpoints', 'nodes', 'pods', 'secrets', 'namespaces'),
      of(['get'], '', 'nodes'),
      of(READ, '', 'services'),
      of(READ, 'networking.k8s.io', 'ingresses', 'ingressclasses'),
      of(['update'], 'networking.k8s.io', 'ingresses/status'),
      of(['create', 'patch'], '', 'events'),
      of(READ, 'discovery.k8s.io', 'endpointslices'),
      of(LOOK, 'coordination.k8s.io', 'leases'),
    ],
    own: [
      of(['get'], '', 'namespaces'),
      of(READ, '', 'configmaps', 'pods', 'secrets', 'endpoints'),
      of(['create', 'get', 'update'], 'coordination.k8s.io', 'leases'),
    ],
  },
  {
    name: 'external-dns',
    images: ['external-dns/external-dns'],
    wide: [
      of(READ, '', 'services', 'pods', 'nodes', 'endpoints'),
      of(READ, 'discovery.k8s.io', 'endpointslices'),
      of(READ, 'networking.k8s.io', 'ingresses'),
    ],
    own: [],
  },
  ...(['grafana/promtail', 'fluent/fluent-bit', 'beats/filebeat'] as const).map((image) => ({
    name: image.slice(image.indexOf('/') + 1),
    images: [image],
    wide: [of(READ, '', 'namespaces', 'pods', 'nodes')],
    own: image === 'beats/filebeat' ? [of(['create', 'get', 'update'], 'coordination.k8s.io', 'leases')] : [],
  })),
];

function of(verbs: readonly string[], group: string, ...resources: readonly string[]): PolicyRule {
  return { verbs, apiGroups: [group], resources };
}

/** What a subject of a binding is known to need of what the binding gives, in one namespace ('' for everywhere). */
export interface DeclaredNeed {
  readonly subject: Subject;
  readonly program: string;
  readonly namespace: string;
  /** One verb, group and resource (or path) each; nothing that the binding does not give. */
  readonly rules: readonly PolicyRule[];
}

/**
 * The needs of what runs as the service accounts of a binding.
 *
 * @param given the rules of the binding
 */
export function declaredNeeds(
  view: ClusterView,
  binding: BindingObject,
  subjects: readonly Subject[],
  given: readonly PolicyRule[],
): readonly DeclaredNeed[] {
  return subjects.flatMap((subject) => {
    if (subject.kind !== 'ServiceAccount') return [];
    const home = serviceAccountNamespace(subject, binding.namespace);
    return programsOf(view, home, subject.name).flatMap(({ name, wide, own }) => {
      const needs = [
        { namespace: binding.namespace, rules: wide },
        ...(binding.namespace === '' || binding.namespace === home ? [{ namespace: home, rules: own }] : []),
      ];
      return needs.flatMap(({ namespace, rules }) => {
        const held = givenOf(given, rules).filter((atom) => canMatch(atom, namespace === '' ? 'cluster' : 'namespace'));
        return held.length === 0 ? [] : [{ subject, program: name, namespace, rules: held }];
      });
    });
  });
}

function programsOf(view: ClusterView, namespace: string, account: string): readonly Program[] {
  const images = accountPods(view, namespace).flatMap((one) =>
    one.account === account ? one.spec.containers.map(({ image }) => parseImage(image)?.repository ?? '') : [],
  );
  return PROGRAMS.filter((program) =>
    program.images.some((repository) => images.some((own) => isOfRepository(own, repository))),
  );
}

/** The atoms of some rules that others cover. */
function givenOf(given: readonly PolicyRule[], rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return uncovered([], rules).filter((atom) => uncovered(given, [atom]).length === 0);
}
