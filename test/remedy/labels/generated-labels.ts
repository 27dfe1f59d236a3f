import fc from 'fast-check';

type Raw = Readonly<Record<string, unknown>>;

const NAMESPACES = ['shop', 'data'] as const;
const NAMES = ['web', 'cart', 'redis'] as const;
const KEYS = [
  'app',
  'tier',
  'app.kubernetes.io/name',
  'app.kubernetes.io/nmae',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/component',
  'app.kubernetes.io/version',
] as const;
const VALUES = ['web', 'cart', 'redis', 'shop', '1.2.3', 'backend'] as const;

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 5 });
const fewLabels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { minKeys: 1, maxKeys: 2 });

const selector = fc.oneof(
  fc.record({ matchLabels: fewLabels }),
  fc.record({
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
        fc.record({
          key: fc.constantFrom(...KEYS),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 2 }),
        }),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
);

const term = fc.oneof(
  fc
    .tuple(fc.constantFrom(...KEYS), fc.constantFrom('==', '!=', 'contains'), fc.constantFrom(...VALUES))
    .map(([key, sign, value]) => `${key} ${sign} '${value}'`),
  fc.constantFrom(...KEYS).map((key) => `!has(${key})`),
);
const calico = fc
  .tuple(fc.uniqueArray(term, { minLength: 1, maxLength: 2 }), fc.constantFrom(' && ', ' || '))
  .map(([terms, sign]) => terms.join(sign));

/** A workload with its pods, as a cluster holds them. */
const workload = (index: number): fc.Arbitrary<readonly Raw[]> =>
  fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      name: fc.constantFrom(...NAMES),
      kind: fc.constantFrom('Deployment', 'StatefulSet', 'CronJob'),
      own: labels,
      onPods: labels,
      image: fc.constantFrom('registry.example/web:1.2.3', 'redis:7', 'registry.example/cart'),
      manager: fc.constantFrom('none', 'helm', 'argocd'),
      replicas: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ namespace, name: base, kind, own, onPods, image, manager, replicas }) => {
      const name = `${base}-${index}`;
      const podLabels = { ...onPods, id: String(index) };
      const annotations =
        manager === 'helm'
          ? { 'meta.helm.sh/release-name': 'release' }
          : manager === 'argocd'
            ? { 'argocd.argoproj.io/tracking-id': `product:apps/${kind}:${namespace}/${name}` }
            : {};
      const template = { metadata: { labels: podLabels }, spec: { containers: [{ name: 'main', image }] } };
      const metadata = { namespace, name, uid: `uid-${index}`, labels: own, annotations };
      if (kind === 'CronJob') {
        return [
          {
            apiVersion: 'batch/v1',
            kind,
            metadata,
            spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
          },
        ];
      }
      const owner = { apiVersion: 'apps/v1', kind, name, uid: `uid-${index}`, controller: true };
      return [
        { apiVersion: 'apps/v1', kind, metadata, spec: { selector: { matchLabels: { id: String(index) } }, template } },
        ...Array.from({ length: replicas }, (_, at) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { namespace, name: `${name}-${at}`, labels: podLabels, ownerReferences: [owner] },
          spec: template.spec,
          status: { phase: 'Running', podIPs: [{ ip: `10.0.${index}.${at + 1}` }] },
        })),
      ];
    });

const referrer = (index: number): fc.Arbitrary<Raw> =>
  fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      kind: fc.integer({ min: 0, max: 8 }),
      looksIn: fc.constantFrom({}, { namespaces: [...NAMESPACES] }, { namespaceSelector: {} }),
      calico,
      selector,
      fewLabels,
      labels,
    })
    .map(({ namespace, kind, looksIn, selector: chosen, calico: expression, fewLabels: pairs, labels: own }) => {
      const metadata = { namespace, name: `selector-${index}`, uid: `s-${index}`, labels: own };
      switch (kind) {
        case 0:
          return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: pairs, ports: [{ port: 80 }] } };
        case 1:
          return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector: chosen } };
        case 2:
          return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: chosen } };
        case 3:
          return {
            apiVersion: 'monitoring.coreos.com/v1',
            kind: 'ServiceMonitor',
            metadata,
            spec: { selector: chosen, namespaceSelector: { any: true }, endpoints: [{}] },
          };
        case 4:
          return {
            apiVersion: 'projectcalico.org/v3',
            kind: 'NetworkPolicy',
            metadata,
            spec: { selector: expression },
          };
        case 5:
          return {
            apiVersion: 'projectcalico.org/v3',
            kind: 'GlobalNetworkPolicy',
            metadata: { ...metadata, namespace: undefined },
            spec: { ingress: [{ action: 'Allow', source: { selector: expression, namespaceSelector: 'all()' } }] },
          };
        case 6: {
          const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: chosen, ...looksIn };
          const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
          const id = { id: `s-${index}` };
          return {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata,
            spec: {
              selector: { matchLabels: id },
              template: {
                metadata: { labels: id },
                spec: { containers: [{ name: 'main', image: 'redis:7' }], affinity },
              },
            },
          };
        }
        case 7:
          return {
            apiVersion: 'cilium.io/v2',
            kind: 'CiliumNetworkPolicy',
            metadata,
            spec: { endpointSelector: { matchLabels: { ...pairs, 'io.kubernetes.pod.namespace': namespace } } },
          };
        default:
          return {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata,
            spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {}, podSelector: chosen }] }] },
          };
      }
    });

/** The objects of a small cluster whose labels and selectors often meet, and often nearly. */
export const labelledCluster: fc.Arbitrary<readonly Raw[]> = fc
  .tuple(
    fc.tuple(...Array.from({ length: 5 }, (_, index) => workload(index))),
    fc.tuple(...Array.from({ length: 5 }, (_, index) => referrer(index))),
  )
  .map(([workloads, referrers]) => [...workloads.flat(), ...referrers]);
