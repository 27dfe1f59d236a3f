import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf } from './metadata.ts';

type Level = 'privileged' | 'baseline' | 'restricted';

interface NamespacePlan {
  readonly name: string;
  readonly ageDays: number;
  readonly enforce?: Level;
  readonly warn?: Level;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Only payments enforces a level that holds; shop merely warns, most say nothing. */
export const NAMESPACES: readonly NamespacePlan[] = [
  { name: 'default', ageDays: 400 },
  { name: 'kube-system', ageDays: 400 },
  { name: 'kube-public', ageDays: 400 },
  { name: 'kube-node-lease', ageDays: 400 },
  { name: 'shop', ageDays: 390, warn: 'restricted', labels: { team: 'shop', env: 'production' } },
  { name: 'data', ageDays: 390, labels: { team: 'data', env: 'production' } },
  {
    name: 'payments',
    ageDays: 380,
    enforce: 'baseline',
    warn: 'restricted',
    labels: { team: 'payments', env: 'production' },
  },
  { name: 'edge', ageDays: 380, labels: { team: 'edge', env: 'production' } },
  { name: 'monitoring', ageDays: 300, enforce: 'privileged', labels: { team: 'platform' } },
  { name: 'ci', ageDays: 310, labels: { team: 'platform' } },
  { name: 'staging', ageDays: 200, labels: { team: 'shop', env: 'staging' } },
];

/** The Namespace objects. */
export function namespaceObjects(now: number): KubeObject[] {
  return NAMESPACES.map(({ name, ageDays, enforce, warn, labels }) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: metaOf('Namespace', '', name, daysBefore(now, ageDays), {
      labels: {
        'kubernetes.io/metadata.name': name,
        ...labels,
        ...(enforce === undefined ? {} : { 'pod-security.kubernetes.io/enforce': enforce }),
        ...(warn === undefined ? {} : { 'pod-security.kubernetes.io/warn': warn }),
      },
    }),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }));
}
