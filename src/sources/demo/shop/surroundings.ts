import { crdOf } from '../served-kinds.ts';
import type { JsonRecord } from '../json-value.ts';
import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf } from './metadata.ts';

function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  createdAt: string,
  rest: JsonRecord,
): KubeObject {
  return { apiVersion, kind, metadata: metaOf(kind, namespace, name, createdAt), ...rest };
}

/** The CustomResourceDefinitions: Cilium's and Argo CD's, and one that nobody knows. */
export function crdObjects(now: number): KubeObject[] {
  const createdAt = daysBefore(now, 140);
  const kinds = ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy', 'ArgoApplication'] as const;
  return kinds.map((kind) => {
    const crd = crdOf(kind);
    return { ...crd, metadata: metaOf(crd.kind, '', crd.metadata.name, createdAt) };
  });
}

/** The Argo CD Application that delivers the shop. */
export function deliveryObjects(now: number): KubeObject[] {
  return [
    object('argoproj.io/v1alpha1', 'Application', 'ci', 'shop', daysBefore(now, 140), {
      spec: {
        project: 'default',
        source: { repoURL: 'https://git.shop.invalid/platform/deploy.git', path: 'apps/shop', targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
      },
      status: {
        sync: { status: 'Synced' },
        health: { status: 'Healthy' },
        resources: ['web', 'cart', 'orders', 'catalog', 'checkout', 'search', 'feature-flags'].map((name) => ({
          group: 'apps',
          version: 'v1',
          kind: 'Deployment',
          namespace: 'shop',
          name,
          status: 'Synced',
        })),
      },
    }),
  ];
}

const CLAIMS = [
  ['shop', 'cache-data'],
  ['data', 'postgres-data'],
  ['data', 'postgres-replica-data'],
  ['data', 'kafka-data'],
  ['data', 'minio-data'],
  ['ci', 'registry-store'],
] as const;

function storageObjects(now: number): KubeObject[] {
  return CLAIMS.flatMap(([namespace, name]) => {
    const volumeName = `pv-${namespace}-${name}`;
    const createdAt = daysBefore(now, 150);
    const capacity = { storage: '50Gi' };
    const access = { accessModes: ['ReadWriteOnce'], storageClassName: 'standard' };
    return [
      object('v1', 'PersistentVolumeClaim', namespace, name, createdAt, {
        spec: { ...access, resources: { requests: capacity }, volumeName, volumeMode: 'Filesystem' },
        status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity },
      }),
      object('v1', 'PersistentVolume', '', volumeName, createdAt, {
        spec: {
          ...access,
          capacity,
          claimRef: { kind: 'PersistentVolumeClaim', namespace, name },
          persistentVolumeReclaimPolicy: 'Delete',
          csi: { driver: 'csi.demo.invalid', volumeHandle: volumeName },
        },
        status: { phase: 'Bound' },
      }),
    ];
  });
}

function disruptionBudget(namespace: string, name: string, matchLabels: JsonRecord, createdAt: string): KubeObject {
  return object('policy/v1', 'PodDisruptionBudget', namespace, name, createdAt, {
    spec: { minAvailable: 1, selector: { matchLabels } },
    status: { currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2 },
  });
}

function autoscaler(namespace: string, name: string, target: string, createdAt: string): KubeObject {
  return object('autoscaling/v2', 'HorizontalPodAutoscaler', namespace, name, createdAt, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
    status: { currentReplicas: 2, desiredReplicas: 2 },
  });
}

function webhook(kind: string, name: string, failurePolicy: string, rules: JsonRecord, createdAt: string): KubeObject {
  return object('admissionregistration.k8s.io/v1', kind, '', name, createdAt, {
    webhooks: [
      {
        name: `${name}.shop.invalid`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 10,
        failurePolicy,
        matchPolicy: 'Equivalent',
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }],
        },
        objectSelector: {},
        clientConfig: { service: { namespace: 'edge', name: 'ingress-nginx', path: '/validate', port: 443 } },
        rules: [rules],
      },
    ],
  });
}

/** Budgets, autoscalers, webhooks and storage: what stands around the workloads. */
export function surroundingObjects(now: number): KubeObject[] {
  const createdAt = daysBefore(now, 60);
  return [
    disruptionBudget('shop', 'web', { app: 'web' }, createdAt),
    disruptionBudget('shop', 'cart', { app: 'cart' }, createdAt),
    disruptionBudget('data', 'kafka', { 'app.kubernetes.io/name': 'kafka' }, createdAt),
    // Protects nothing: the label was renamed.
    disruptionBudget('payments', 'payments-api', { app: 'payment-api' }, createdAt),
    autoscaler('shop', 'web', 'web', createdAt),
    autoscaler('shop', 'search', 'search', createdAt),
    // Its target is gone.
    autoscaler('shop', 'legacy-frontend', 'frontend', createdAt),
    webhook(
      'ValidatingWebhookConfiguration',
      'ingress-nginx-admission',
      'Fail',
      {
        apiGroups: ['networking.k8s.io'],
        apiVersions: ['v1'],
        resources: ['ingresses'],
        operations: ['CREATE', 'UPDATE'],
        scope: '*',
      },
      createdAt,
    ),
    // Sees every Secret that is written, and lets everything pass when it is down.
    webhook(
      'MutatingWebhookConfiguration',
      'sidecar-injector',
      'Ignore',
      { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'], scope: '*' },
      createdAt,
    ),
    ...storageObjects(now),
    object('networking.k8s.io/v1', 'IngressClass', '', 'nginx', createdAt, {
      spec: { controller: 'k8s.io/ingress-nginx' },
    }),
    object('storage.k8s.io/v1', 'StorageClass', '', 'standard', createdAt, {
      provisioner: 'csi.demo.invalid',
      reclaimPolicy: 'Delete',
    }),
  ];
}
