/** Manifests for runs of the whole program. */

/** A Deployment that runs a privileged container. */
export const PRIVILEGED = `apiVersion: apps/v1
kind: Deployment
metadata: {name: agent, namespace: shop}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - name: agent
        image: registry.example/agent:1.2
        securityContext: {privileged: true}
`;

/** A Deployment that only lacks what a quiet one may lack (labels, isolation). */
export const QUIET = PRIVILEGED.replaceAll('agent', 'web').replace(
  'securityContext: {privileged: true}',
  `securityContext:
          allowPrivilegeEscalation: false
          runAsNonRoot: true
          capabilities: {drop: [ALL]}
          seccompProfile: {type: RuntimeDefault}`,
);

/** cluster-admin for everybody. */
export const EVERYBODY_ADMIN = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: everybody}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
`;

/** A policy that the API server would refuse: its CIDR is none. */
export const BROKEN_POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from: [{ipBlock: {cidr: 300.0.0.0/8}}]
`;
