import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf } from './metadata.ts';
import { NAMESPACES } from './namespaces.ts';

interface ConfigMapPlan {
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

const CONFIG_MAPS: readonly ConfigMapPlan[] = [
  // With this, NetworkPolicies are enforced for every pod that one selects.
  {
    namespace: 'kube-system',
    name: 'cilium-config',
    data: {
      'enable-policy': 'default',
      'policy-audit-mode': 'false',
      'enable-hubble': 'true',
      'kube-proxy-replacement': 'false',
      'identity-allocation-mode': 'crd',
      'cluster-name': 'demo',
    },
  },
  {
    namespace: 'kube-system',
    name: 'coredns',
    data: { Corefile: '.:53 {\n    errors\n    kubernetes cluster.local\n    forward . /etc/resolv.conf\n}\n' },
  },
  {
    namespace: 'kube-system',
    name: 'kube-proxy',
    data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: iptables\n' },
  },
  {
    namespace: 'kube-system',
    name: 'kube-apiserver-legacy-service-account-token-tracking',
    data: { since: '2025-11-01' },
  },
  {
    namespace: 'shop',
    name: 'feature-flags',
    data: { NEW_CHECKOUT: 'true', DARK_MODE: 'false', SEARCH_BACKEND: 'http://elasticsearch.data:9200' },
  },
  // A password where everybody with `view` can read it.
  {
    namespace: 'shop',
    name: 'legacy-settings',
    data: {
      'app.properties': 'db.host=postgres.data\ndb.user=legacy\ndb.password=not-a-real-pa55word-k3Zf\n',
      DB_PASSWORD: 'not-a-real-pa55word-k3Zf',
    },
  },
  {
    namespace: 'monitoring',
    name: 'prometheus-config',
    data: { 'prometheus.yml': 'global:\n  scrape_interval: 30s\n' },
  },
  { namespace: 'edge', name: 'envoy', data: { 'envoy.yaml': 'admin:\n  address: 0.0.0.0:9901\n' } },
];

/** The ConfigMaps, with the root certificate bundle that every namespace has. */
export function configMapObjects(now: number): KubeObject[] {
  const certificates = NAMESPACES.map(({ name }) => ({
    namespace: name,
    name: 'kube-root-ca.crt',
    data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nnot a real certificate\n-----END CERTIFICATE-----\n' },
  }));
  return [...CONFIG_MAPS, ...certificates].map((plan) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metaOf('ConfigMap', plan.namespace, plan.name, daysBefore(now, 90)),
    data: plan.data,
  }));
}
