/** Three sets of workloads, judged by every rule of secrets and vigilance: sound, careless, and legitimate exceptions. */
import { expect, it } from 'vitest';
import { refText } from '../../../src/kube/object-ref.ts';
import { engineOf } from '../../remedy/case-engine.ts';

/** What concerns the cluster, so that each set only says what it is about. */
const CLUSTER =
  'apiVersion: k8sec/v1\nkind: Case\nspec: {facts: {deprecatedApis: [], secretTransformers: ["k8s:enc:kms:v2:a:"], metricsReason: ""}}\n';

const SOUND = `
apiVersion: v1
kind: Namespace
metadata: {name: bank, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ledger, namespace: bank}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Secret
metadata: {name: ledger-db, namespace: bank, creationTimestamp: "2026-10-01T00:00:00Z"}
type: Opaque
data: {password: bWFya2Vk}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger, namespace: bank}
spec:
  template:
    metadata: {labels: {app: ledger}}
    spec:
      serviceAccountName: ledger
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: app
          image: registry.example/ledger:1.4.2
          env: [{name: DB_PASSWORD_FILE, value: /run/secrets/db/password}, {name: LOG_LEVEL, value: info}]
          ports: [{containerPort: 8080}]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: db, mountPath: /run/secrets/db, readOnly: true}]
      volumes: [{name: db, secret: {secretName: ledger-db}}]
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: bank}
spec: {selector: {app: ledger}, ports: [{port: 80, targetPort: 8080}]}
`;

const CARELESS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  template:
    spec:
      hostNetwork: true
      containers:
        - name: app
          image: cart
          env: [{name: DB_PASSWORD, value: "k7Qz!pW2vX9m"}]
          securityContext: {privileged: true}
          volumeMounts: [{name: docker, mountPath: /var/run/docker.sock}]
      volumes: [{name: docker, hostPath: {path: /var/run/docker.sock}}]
`;

const AGENT = (name: string, namespace: string): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  template:
    spec:
      automountServiceAccountToken: false
      hostNetwork: true
      hostPID: true
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: agent
          image: registry.example/agent:2.1
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          volumeMounts: [{name: root, mountPath: /host, readOnly: true}]
      volumes: [{name: root, hostPath: {path: /}}]
`;

const EXCEPTIONS = `
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver-n1, namespace: kube-system, annotations: {kubernetes.io/config.mirror: abc}}
spec:
  hostNetwork: true
  containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.36.3", volumeMounts: [{name: pki, mountPath: /etc/kubernetes/pki}]}]
  volumes: [{name: pki, hostPath: {path: /etc/kubernetes/pki}}]
status: {phase: Running}
---
${AGENT('network-plugin', 'kube-system')}
---
${AGENT('node-exporter', 'monitoring')}
`;

function judged(yaml: string): readonly string[] {
  const engine = engineOf(`${CLUSTER}---\n${yaml}`);
  expect(engine.failures()).toEqual([]);
  return [...engine.findings.values()]
    .filter((finding) => finding.pane === 'vigilance' || finding.pane === 'secrets')
    .map((finding) => `${finding.severity} ${finding.rule} ${refText(finding.subject)}`)
    .sort();
}

it('finds nothing in sound workloads', () => {
  expect(judged(SOUND)).toEqual([]);
});

it('finds everything in careless ones', () => {
  expect(judged(CARELESS)).toEqual([
    'critical vigilance/runtime-socket Deployment shop/cart',
    'high secrets/credential-in-configuration Deployment shop/cart',
    'high vigilance/privileged-workload Deployment shop/cart',
    'low vigilance/image-without-tag Deployment shop/cart',
    'low vigilance/token-automounted Deployment shop/cart',
    'low vigilance/weak-security-context Deployment shop/cart',
    'medium vigilance/host-namespaces Deployment shop/cart',
    'medium vigilance/namespace-without-pod-security Namespace shop',
  ]);
});

it('is silent on the control plane and mild on node agents', () => {
  expect(judged(EXCEPTIONS)).toEqual([
    'info vigilance/host-namespaces DaemonSet kube-system/network-plugin',
    'info vigilance/host-path DaemonSet kube-system/network-plugin',
    'info vigilance/weak-security-context DaemonSet kube-system/network-plugin',
    'info vigilance/weak-security-context DaemonSet monitoring/node-exporter',
    'low vigilance/host-path DaemonSet monitoring/node-exporter',
    'medium vigilance/host-namespaces DaemonSet monitoring/node-exporter',
  ]);
});
