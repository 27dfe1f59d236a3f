/** The bodies that a log of level RequestResponse has, as long as in life: a specification, a status, and who owns which field. */

interface Line {
  readonly verb: string;
  level: string;
  readonly objectRef?: { readonly resource: string; readonly namespace?: string; readonly name?: string };
  requestObject?: unknown;
  responseObject?: unknown;
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  annotations?: unknown;
}

const WRITES = new Set(['create', 'update', 'patch']);

/**
 * The line with bodies of 8.7 KB: a written object as it was sent and as it was stored, or what was read, twice.
 *
 * @param line of `clusterDay`
 */
export function withBodies(line: string): string {
  const event = JSON.parse(line) as Line;
  const { requestReceivedTimestamp, stageTimestamp, annotations, ...rest } = event;
  if (rest.objectRef === undefined) return line;
  const own = object(rest.objectRef, requestReceivedTimestamp);
  return JSON.stringify({
    ...rest,
    level: 'RequestResponse',
    ...(WRITES.has(rest.verb)
      ? { requestObject: rest.requestObject ?? own, responseObject: rest.responseObject ?? own }
      : {
          responseObject: { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '81200' }, items: [own, own] },
        }),
    requestReceivedTimestamp,
    stageTimestamp,
    ...(annotations === undefined ? {} : { annotations }),
  });
}

function object({ resource, namespace = '', name = 'made' }: NonNullable<Line['objectRef']>, time: string): unknown {
  const labels = { app: name, 'app.kubernetes.io/name': name, 'pod-template-hash': '7d9f6c5b4' };
  return {
    kind: KINDS[resource] ?? 'Other',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace,
      uid: 'b6d8b1b2-5a0e-4a0e-9a4f-0c5d6e7f8a9b',
      resourceVersion: '81200',
      creationTimestamp: time.slice(0, 19) + 'Z',
      labels,
      managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
        manager,
        operation: 'Update',
        apiVersion: 'v1',
        time: `${time.slice(0, 19)}Z`,
        fieldsType: 'FieldsV1',
        fieldsV1: FIELDS,
        ...(manager === 'kubelet' ? { subresource: 'status' } : {}),
      })),
    },
    spec: SPEC,
    status: STATUS,
  };
}

const KINDS: Readonly<Record<string, string>> = { pods: 'Pod', deployments: 'Deployment', secrets: 'Secret' };

const FIELDS = {
  'f:metadata': {
    'f:annotations': { '.': {}, 'f:prometheus.io/scrape': {} },
    'f:generateName': {},
    'f:labels': { '.': {}, 'f:app': {}, 'f:app.kubernetes.io/name': {}, 'f:pod-template-hash': {} },
    'f:ownerReferences': { '.': {}, 'k:{"uid":"b6d8b1b2-5a0e-4a0e-9a4f-0c5d6e7f8a9b"}': {} },
  },
  'f:spec': {
    'f:containers': {
      'k:{"name":"server"}': {
        '.': {},
        'f:env': { '.': {}, 'k:{"name":"PORT"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
        'f:image': {},
        'f:imagePullPolicy': {},
        'f:name': {},
        'f:resources': { '.': {}, 'f:limits': { '.': {}, 'f:memory': {} }, 'f:requests': { '.': {}, 'f:cpu': {} } },
        'f:terminationMessagePath': {},
        'f:volumeMounts': { '.': {}, 'k:{"mountPath":"/data"}': { '.': {}, 'f:mountPath': {}, 'f:name': {} } },
      },
    },
    'f:dnsPolicy': {},
    'f:enableServiceLinks': {},
    'f:restartPolicy': {},
    'f:schedulerName': {},
  },
};

const SPEC = {
  volumes: [
    { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    {
      name: 'kube-api-access-x2x4z',
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        ],
        defaultMode: 420,
      },
    },
  ],
  containers: [
    {
      name: 'server',
      image: 'registry.example.org/shop/server:1.42.0',
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      env: [
        { name: 'PORT', value: '8080' },
        { name: 'DATABASE', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } },
      ],
      resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
      volumeMounts: [
        { name: 'data', mountPath: '/data' },
        { name: 'kube-api-access-x2x4z', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ],
      livenessProbe: { httpGet: { path: '/live', port: 'http', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 },
      terminationMessagePath: '/dev/termination-log',
      imagePullPolicy: 'IfNotPresent',
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  serviceAccountName: 'server',
  nodeName: 'n1',
  tolerations: [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ],
};

const STATUS = {
  phase: 'Running',
  conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })),
  hostIP: '10.0.1.10',
  podIP: '10.1.0.17',
  podIPs: [{ ip: '10.1.0.17' }],
  startTime: '2026-01-01T00:00:00Z',
  containerStatuses: [
    {
      name: 'server',
      state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: 'registry.example.org/shop/server:1.42.0',
      imageID:
        'registry.example.org/shop/server@sha256:6d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b4',
      containerID: 'containerd://6d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b46d9f6c5b4',
      started: true,
    },
  ],
  qosClass: 'Burstable',
};
