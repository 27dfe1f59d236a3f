/** Objects that the API server and controllers make in every cluster, by kind and place; `*` stands for each namespace. */
const BUILT_IN = [
  { kind: 'Service', namespace: 'default', name: 'kubernetes' },
  { kind: 'ConfigMap', namespace: '*', name: 'kube-root-ca.crt' },
  { kind: 'ConfigMap', namespace: '*', name: 'openshift-service-ca.crt' },
  { kind: 'ConfigMap', namespace: 'kube-system', name: 'extension-apiserver-authentication' },
] as const;

/** Types of the Secrets that Kubernetes and Helm make for themselves. */
const BUILT_IN_SECRET_TYPES = [
  'helm.sh/release.v1',
  'bootstrap.kubernetes.io/token',
  'kubernetes.io/service-account-token',
] as const;

/** Whether every cluster has such an object, which is nobody's to label. */
export function isBuiltIn(kind: string, namespace: string, name: string): boolean {
  return BUILT_IN.some(
    (one) => one.kind === kind && one.name === name && (one.namespace === '*' || one.namespace === namespace),
  );
}

/** CEL, for an admission policy: whether an object of one of these kinds is none of those that every cluster has. */
export function notBuiltInExpressions(kinds: readonly string[]): readonly string[] {
  const places = BUILT_IN.filter(({ kind }) => kinds.includes(kind)).map(({ kind, namespace, name }) =>
    [
      `request.kind.kind == '${kind}'`,
      `request.name == '${name}'`,
      ...(namespace === '*' ? [] : [`request.namespace == '${namespace}'`]),
    ].join(' && '),
  );
  const types = kinds.includes('Secret')
    ? [`request.kind.kind == 'Secret' && object.?type.orValue('') in ${JSON.stringify(BUILT_IN_SECRET_TYPES)}`]
    : [];
  return [...places, ...types].map((one) => `!(${one})`);
}
