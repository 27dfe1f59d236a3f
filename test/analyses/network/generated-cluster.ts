import fc from 'fast-check';

/** Random clusters that stay small enough to collide: few labels, few ports, few networks. */
export interface RawCluster {
  readonly namespaces: readonly Raw[];
  readonly pods: readonly Raw[];
  readonly policies: readonly Raw[];
}

type Raw = Readonly<Record<string, unknown>>;

const NAMESPACES = ['alpha', 'beta'] as const;
const KEYS = ['app', 'tier'] as const;
const VALUES = ['a', 'b'] as const;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
const PORTS = [79, 80, 81, 90, 65_535] as const;
const NAMES = ['web', 'dns'] as const;

const key = fc.constantFrom(...KEYS);
const value = fc.constantFrom(...VALUES);
const labels = fc.dictionary(key, value, { maxKeys: 2 });
const protocol = fc.constantFrom(...PROTOCOLS);

const expression = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

const selector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }),
  fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 1 }) }),
);

const ipBlock = fc.constantFrom(
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '10.1.0.0/16'] },
  { cidr: '10.0.0.0/30' },
  { cidr: '10.0.0.5/28', except: ['10.0.0.4/30'] },
  { cidr: '10.0.0.4/32' },
  { cidr: '::/0', except: ['fd00::/8'] },
  { cidr: 'fd00::/126' },
);

const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ namespaceSelector: selector, podSelector: selector }),
  fc.record({ ipBlock }),
);

const port = fc.oneof(
  fc.constant({}),
  fc.record({ protocol }),
  fc.record({ port: fc.constantFrom(...PORTS), protocol }, { requiredKeys: ['port'] }),
  fc.record(
    { port: fc.constantFrom(79, 80), endPort: fc.constantFrom(80, 90, 65_535), protocol: protocol },
    { requiredKeys: ['port', 'endPort'] },
  ),
  fc.record({ port: fc.constantFrom(...NAMES), protocol }, { requiredKeys: ['port'] }),
);

function rules(peers: string): fc.Arbitrary<unknown> {
  const rule = fc.record(
    { [peers]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
  return fc.array(rule, { maxLength: 2 });
}

const policySpec = fc.record(
  {
    podSelector: selector,
    policyTypes: fc.constantFrom([], ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: rules('from'),
    egress: rules('to'),
  },
  { requiredKeys: [] },
);

const policy = (index: number): fc.Arbitrary<Raw> =>
  fc.record({
    apiVersion: fc.constant('networking.k8s.io/v1'),
    kind: fc.constant('NetworkPolicy'),
    metadata: fc.record({ name: fc.constant(`policy-${index}`), namespace: fc.constantFrom(...NAMESPACES) }),
    spec: policySpec,
  });

const containerPort = fc.record(
  { name: fc.constantFrom(...NAMES), containerPort: fc.constantFrom(80, 81, 53), protocol },
  { requiredKeys: ['containerPort'] },
);

const pod = (index: number): fc.Arbitrary<Raw> =>
  fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constant('Pod'),
    metadata: fc.record({ name: fc.constant(`pod-${index}`), namespace: fc.constantFrom(...NAMESPACES), labels }),
    spec: fc.record({
      hostNetwork: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
      containers: fc.array(containerPort, { maxLength: 2 }).map((ports) => [{ name: 'app', image: 'app', ports }]),
    }),
    status: fc.integer({ min: 0, max: 9 }).map((roll) => ({
      phase: roll === 0 ? 'Succeeded' : 'Running',
      podIPs: roll === 1 ? [] : [{ ip: `10.0.0.${index}` }, { ip: `fd00::${index}` }],
    })),
  });

const namespaceOf = (name: string): fc.Arbitrary<Raw> =>
  labels.map((own) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: `uid-${name}`, labels: { ...own, 'kubernetes.io/metadata.name': name } },
  }));

/** Admin policies of distinct priorities, whose peers are chosen by namespace. */
export const rawAdminPolicies: fc.Arbitrary<readonly Raw[]> = fc
  .array(
    fc.record({
      subject: selector,
      action: fc.constantFrom('Allow', 'Deny', 'Pass'),
      peer: fc.oneof(
        selector.map((namespaces) => ({ namespaces })),
        fc.record({ namespaceSelector: selector, podSelector: selector }).map((pods) => ({ pods })),
      ),
      ports: fc.option(fc.constantFrom(79, 80, 81)),
      direction: fc.constantFrom('ingress', 'egress'),
    }),
    { maxLength: 3 },
  )
  .map((list) =>
    list.map(({ subject, action, peer: other, ports, direction }, index) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: `admin-${index}` },
      spec: {
        priority: index,
        subject: { namespaces: subject },
        [direction]: [
          {
            action,
            [direction === 'ingress' ? 'from' : 'to']: [other],
            ...(ports === null ? {} : { ports: [{ portNumber: { protocol: 'TCP', port: ports } }] }),
          },
        ],
      },
    })),
  );

const PODS = 9;

export const rawCluster: fc.Arbitrary<RawCluster> = fc.record({
  namespaces: fc.tuple(...NAMESPACES.map(namespaceOf)),
  pods: fc.tuple(...Array.from({ length: PODS }, (_, index) => pod(index))),
  policies: fc.tuple(...Array.from({ length: 5 }, (_, index) => policy(index))),
});
