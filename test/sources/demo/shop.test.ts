import { describe, expect, it } from 'vitest';
import { isRecord, recordOf, recordsOf, scalarText, valueAt } from '../../../src/sources/demo/json-value.ts';
import type { KubeObject } from '../../../src/sources/demo/kube-object.ts';
import { ObjectStore } from '../../../src/sources/demo/object-store.ts';
import { shopObjects } from '../../../src/sources/demo/shop/shop-cluster.ts';
import { WORKLOADS } from '../../../src/sources/demo/shop/workloads.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const OBJECTS = shopObjects(NOW);

const ofKind = (kind: string): KubeObject[] => OBJECTS.filter((object) => object.kind === kind);
const place = ({ metadata }: KubeObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
const idOf = (object: KubeObject): string => `${object.kind} ${place(object)}`;
const IDS = new Set(OBJECTS.map(idOf));
const RUNNING = ofKind('Pod').filter((pod) => valueAt(pod, 'status.phase') === 'Running');

function selects(selector: unknown, pod: KubeObject): boolean {
  return Object.entries(recordOf(selector)).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

/** All objects inside a value, however deep. */
function recordsWithin(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(recordsWithin);
  return isRecord(value) ? [{ ...value }, ...Object.values(value).flatMap(recordsWithin)] : [];
}

function secretsUsed(): Set<string> {
  const used = new Set<string>();
  for (const object of OBJECTS) {
    const namespace = object.metadata.namespace ?? '';
    for (const part of recordsWithin([object['spec'], object['secrets'], object['imagePullSecrets']])) {
      const names = [
        valueAt(part, 'secretKeyRef.name'),
        valueAt(part, 'secretRef.name'),
        part['secretName'],
        ...recordsOf(part['imagePullSecrets']).map((one) => one['name']),
      ];
      for (const name of names) if (typeof name === 'string') used.add(`${namespace}/${name}`);
    }
    if (object.kind === 'ServiceAccount') {
      for (const one of recordsOf(object['secrets'])) used.add(`${namespace}/${scalarText(one['name'])}`);
    }
  }
  return used;
}

/** The rules of a ClusterRole, as texts. */
function rules(name: string): string[] {
  const role = ofKind('ClusterRole').find((one) => place(one) === name);
  return recordsOf(role?.['rules']).map((rule) => JSON.stringify(rule));
}

/** Objects whose selector at a path fits no running pod of their namespace. */
function empty(kind: string, path: string): string[] {
  const fits = (object: KubeObject): boolean =>
    RUNNING.some((pod) => pod.metadata.namespace === object.metadata.namespace && selects(valueAt(object, path), pod));
  return ofKind(kind)
    .filter((one) => Object.keys(recordOf(valueAt(one, path))).length > 0 && !fits(one))
    .map(place);
}

describe('the shop', () => {
  it('is of the promised size', () => {
    expect(WORKLOADS.length).toBeGreaterThanOrEqual(58);
    expect(WORKLOADS.length).toBeLessThanOrEqual(70);
    expect(new Set(WORKLOADS.map((plan) => plan.namespace)).size).toBe(9);
    expect(IDS.size).toBe(OBJECTS.length);
  });

  it('is the same for the same moment', () => {
    expect(shopObjects(NOW)).toEqual(OBJECTS);
  });

  it('loads into a store, and its pods are as large and as ordered as real ones', () => {
    const store = new ObjectStore();
    store.load(OBJECTS);
    const kind = store.kindOfResource('', 'pods');
    const pods = kind === undefined ? [] : store.log(kind).current();
    expect(pods.reduce((sum, one) => sum + one.body.length, 0) / pods.length).toBeGreaterThan(5000);
    for (const { body } of pods) expect(body).toMatch(/,"managedFields":\[.*\]},"spec":/);
  });

  it('has owners for all that is owned', () => {
    const uids = new Map(OBJECTS.map((object) => [idOf(object), object.metadata.uid]));
    const orphans = OBJECTS.filter((object) =>
      (object.metadata.ownerReferences ?? []).some((owner) => {
        const namespace = owner.kind === 'Node' ? '' : `${object.metadata.namespace}/`;
        return uids.get(`${owner.kind} ${namespace}${owner.name}`) !== owner.uid;
      }),
    );
    expect(orphans.map(idOf)).toEqual([]);
  });

  it('has every namespace, account and node that its pods name', () => {
    const named = OBJECTS.flatMap((object) => {
      const { namespace } = object.metadata;
      const account = object.kind === 'Pod' ? valueAt(object, 'spec.serviceAccountName') : undefined;
      return [
        ...(namespace === undefined ? [] : [`Namespace ${namespace}`]),
        ...(account === undefined ? [] : [`ServiceAccount ${namespace}/${scalarText(account)}`]),
        ...(object.kind === 'Pod' ? [`Node ${scalarText(valueAt(object, 'spec.nodeName'))}`] : []),
      ];
    });
    expect(named.filter((id) => !IDS.has(id))).toEqual([]);
  });

  it('gives every running pod an address of its own, except on the host network', () => {
    const own = RUNNING.filter((pod) => valueAt(pod, 'spec.hostNetwork') !== true);
    const addresses = own.map((pod) => valueAt(pod, 'status.podIP'));
    expect(new Set(addresses).size).toBe(own.length);
  });

  it('has workloads whose selector fits their own pods', () => {
    const misfits = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].flatMap(ofKind).filter((object) => {
      const selector = Object.entries(recordOf(valueAt(object, 'spec.selector.matchLabels')));
      const labels = recordOf(valueAt(object, 'spec.template.metadata.labels'));
      return selector.length === 0 || selector.some(([key, value]) => labels[key] !== value);
    });
    expect(misfits.map(idOf)).toEqual([]);
  });

  it('has only fake secret values, and leaves none of them out', () => {
    for (const secret of ofKind('Secret')) {
      for (const value of Object.values(recordOf(secret['data']))) {
        expect(Buffer.from(scalarText(value), 'base64').toString()).toContain('not-a-real-value');
      }
    }
  });
});

describe('the faults of the shop', () => {
  it('has bindings whose role does not exist, exactly these', () => {
    const dangling = [...ofKind('ClusterRoleBinding'), ...ofKind('RoleBinding')].filter((binding) => {
      const { kind, name } = recordOf(binding['roleRef']);
      const namespace = kind === 'Role' ? `${binding.metadata.namespace}/` : '';
      return !IDS.has(`${scalarText(kind)} ${namespace}${scalarText(name)}`);
    });
    expect(dangling.map(place)).toEqual(['old-auditor', 'monitoring/old-exporter']);
  });

  it.each([
    ['legacy-developers-admin', 'cluster-admin', 'Group developers'],
    ['dashboard-admin', 'cluster-admin', 'ServiceAccount grafana'],
    ['carol-platform', 'platform-operator', 'User carol'],
    ['ci-deploy', 'tenant-manager', 'ServiceAccount deployer'],
    ['support-impersonate', 'support-impersonator', 'Group support'],
    ['debug-secrets', 'anonymous-debug', 'User system:anonymous'],
    ['everyone-views', 'view', 'Group system:authenticated'],
    ['shop/cart-read', 'cart-read', 'ServiceAccount cart'],
    ['edge/exposer', 'exposer', 'Group web-team'],
    ['shop/deployer', 'deployer', 'ServiceAccount deployer'],
    ['data/dba', 'wildcard-dba', 'User bob'],
  ])('binds too much in %s', (name, role, subject) => {
    const binding = [...ofKind('ClusterRoleBinding'), ...ofKind('RoleBinding')].find((one) => place(one) === name);
    expect(valueAt(binding, 'roleRef.name')).toBe(role);
    const subjects = recordsOf(binding?.['subjects']).map(
      (one) => `${scalarText(one['kind'])} ${scalarText(one['name'])}`,
    );
    expect(subjects).toContain(subject);
  });

  it('fills aggregated roles: admin holds what edit and view hold, and secrets', () => {
    expect(rules('admin')).toEqual(expect.arrayContaining(rules('edit')));
    expect(rules('edit')).toEqual(expect.arrayContaining(rules('view')));
    expect(rules('admin').join()).toContain('argoproj.io');
    expect(rules('view').join()).not.toContain('"secrets"');
  });

  it('has Services and NetworkPolicies that select nothing, exactly these', () => {
    expect(empty('Service', 'spec.selector')).toEqual(['shop/sessions']);
    expect(empty('NetworkPolicy', 'spec.podSelector.matchLabels')).toEqual(['shop/checkout']);
    expect(empty('PodDisruptionBudget', 'spec.selector.matchLabels')).toEqual(['payments/payments-api']);
  });

  it('stands with a database on a public address', () => {
    const service = ofKind('Service').find((one) => place(one) === 'data/postgres-lb');
    expect(valueAt(service, 'spec.type')).toBe('LoadBalancer');
    expect(
      RUNNING.filter((pod) => pod.metadata.namespace === 'data' && selects(valueAt(service, 'spec.selector'), pod)),
    ).toHaveLength(1);
  });

  it('has Secrets that nothing refers to, exactly these, and refers to none that is missing', () => {
    const used = secretsUsed();
    const unused = ofKind('Secret')
      .filter((secret) => secret['type'] !== 'helm.sh/release.v1' && !used.has(place(secret)))
      .map(place);
    expect(unused.toSorted()).toEqual([
      'data/backup-token-v7x2k',
      'default/test',
      'shop/mailer-backup',
      'shop/old-payment-keys',
      'staging/prod-db-copy',
    ]);
    expect([...used].filter((name) => !IDS.has(`Secret ${name}`))).toEqual([]);
  });

  it('keeps values in a last-applied annotation', () => {
    const leaking = ofKind('Secret').filter((secret) =>
      secret.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']?.includes('"data"'),
    );
    expect(leaking.map(place)).toEqual(['data/pg-admin', 'staging/prod-db-copy']);
  });

  it.each([
    ['privileged', 'ci/runner-', 'spec.containers', 'privileged'],
    ['hostPath', 'ci/runner-', 'spec.volumes', '/var/run/docker.sock'],
    ['hostPort', 'edge/ingress-nginx-', 'spec.containers', 'hostPort'],
    ['a literal credential', 'shop/mailer-', 'spec.containers', 'SMTP_PASSWORD'],
    ['a capability', 'staging/debug-shell', 'spec.containers', 'SYS_ADMIN'],
  ])('runs a pod with %s', (_what, prefix, path, text) => {
    const pod = RUNNING.find((one) => place(one).startsWith(prefix));
    expect(JSON.stringify(valueAt(pod, path))).toContain(text);
  });

  it('enforces pod security in two namespaces only', () => {
    const enforcing = ofKind('Namespace').filter(
      (one) => one.metadata.labels?.['pod-security.kubernetes.io/enforce'] !== undefined,
    );
    expect(enforcing.map(place)).toEqual(['payments', 'monitoring']);
  });
});
