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
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ledger, namespace: bank, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}}
spec:
  tls: [{hosts: [ledger.example], secretName: ledger-tls}]
  rules: [{host: ledger.example, http: {paths: [{path: /, backend: {service: {name: ledger, port: {number: 80}}}}]}}]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ledger, namespace: bank}
spec: {secretName: ledger-tls}
status: {notAfter: "2027-02-01T00:00:00Z", renewalTime: "2027-01-01T00:00:00Z", conditions: [{type: Ready, status: "True"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ledger, namespace: bank}
data: {TOKEN_TTL: 24h, TLS_KEY_PATH: /etc/tls/tls.key, SERVER_TOKENS: "off", OAUTH_TOKEN_URL: "https://login.example/token"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: policy}
webhooks: [{name: policy.example, rules: [{resources: [pods]}], failurePolicy: Fail}]
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
---
apiVersion: v1
kind: Pod
metadata: {name: dashboard, namespace: shop, labels: {app: dashboard}}
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: web
      image: docker.io/kubernetesui/dashboard:v2.7.0
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
status: {phase: Running}
---
apiVersion: v1
kind: Service
metadata: {name: dashboard, namespace: shop}
spec: {type: NodePort, selector: {app: dashboard}, ports: [{port: 443, nodePort: 30443}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop, annotations: {nginx.ingress.kubernetes.io/server-snippet: "return 200;"}}
spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: dashboard, port: {number: 443}}}}]}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data: {database.url: "postgres://cart:k7Qz!pW2vX9m@db/shop"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: policy}
webhooks:
  - name: policy.example
    rules: [{resources: [pods]}]
    failurePolicy: Ignore
    objectSelector: {matchExpressions: [{key: skip, operator: DoesNotExist}]}
---
apiVersion: v1
kind: Pod
metadata: {name: etcd-n1, namespace: kube-system, annotations: {kubernetes.io/config.mirror: abc}}
spec: {containers: [{name: etcd, image: "registry.k8s.io/etcd:3.6.4", command: [etcd, --cert-file=/c, --peer-cert-file=/p, --peer-client-cert-auth=true]}]}
status: {phase: Running}
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
apiVersion: v1
kind: Pod
metadata: {name: etcd-n1, namespace: kube-system, annotations: {kubernetes.io/config.mirror: abc}}
spec:
  hostNetwork: true
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.4
      command: [etcd, --cert-file=/c, --client-cert-auth=true, --peer-cert-file=/p, --peer-client-cert-auth=true, --auto-tls=false]
      volumeMounts: [{name: data, mountPath: /var/lib/etcd}]
  volumes: [{name: data, hostPath: {path: /var/lib/etcd}}]
status: {phase: Running}
---
apiVersion: v1
kind: Secret
metadata: {name: edge-tls, namespace: edge, creationTimestamp: "2026-10-01T00:00:00Z"}
type: kubernetes.io/tls
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: edge}
spec:
  template:
    metadata: {labels: {app: edge}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: controller
          image: registry.example/edge:3.1
          args: [--default-ssl-certificate=edge/edge-tls]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec: {gatewayClassName: g, listeners: [{name: plain, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: redirect, namespace: edge}
spec: {parentRefs: [{name: edge}], rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: events}
webhooks: [{name: events.example, rules: [{resources: [events]}], failurePolicy: Ignore}]
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
    'high secrets/credential-in-config-map ConfigMap shop/cart',
    'high secrets/credential-in-configuration Deployment shop/cart',
    'high vigilance/dashboard-exposed Pod shop/dashboard',
    'high vigilance/etcd-without-certificates Cluster cluster',
    'high vigilance/privileged-workload Deployment shop/cart',
    'low vigilance/exposed-service Service shop/dashboard',
    'low vigilance/image-without-tag Deployment shop/cart',
    'low vigilance/ingress-for-every-host Ingress shop/shop',
    'low vigilance/token-automounted Deployment shop/cart',
    'low vigilance/validating-webhook-skips-objects ValidatingWebhookConfiguration policy',
    'low vigilance/weak-security-context Deployment shop/cart',
    'medium vigilance/host-namespaces Deployment shop/cart',
    'medium vigilance/ingress-snippet Ingress shop/shop',
    'medium vigilance/ingress-without-tls Ingress shop/shop',
    'medium vigilance/namespace-without-pod-security Namespace shop',
    'medium vigilance/validating-webhook-fails-open ValidatingWebhookConfiguration policy',
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
