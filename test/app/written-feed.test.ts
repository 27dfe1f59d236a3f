import { expect, test } from 'vitest';
import { WrittenFeed } from '../../src/app/written-feed.ts';
import { NO_AUDIT, type AuditWrite } from '../../src/model/audit-state.ts';
import type { Change } from '../../src/model/change.ts';
import type { Coverage } from '../../src/model/coverage.ts';
import { upserts, viewOfObjects, type RawManifest } from '../analyses/rbac/view-of.ts';

const NOW = Date.UTC(2026, 10, 24);
const everywhere = (): boolean => true;

function policy(labels: Readonly<Record<string, string>>, more: object = {}): RawManifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'shop', ...more },
    spec: { podSelector: { matchLabels: labels } },
  };
}

function deployment(labels: Readonly<Record<string, string>>, replicas = 1, more: object = {}): RawManifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels, ...more },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
}

/** managedFields of one write, `seconds` before now. */
function managedBy(manager: string, seconds: number): object {
  const time = new Date(NOW - seconds * 1000).toISOString();
  return { managedFields: [{ manager, operation: 'Update', time, fieldsV1: {} }] };
}

const WRITE: AuditWrite = {
  time: NOW - 2000,
  verb: 'patch',
  username: 'bob',
  apiGroup: 'networking.k8s.io',
  resource: 'networkpolicies',
  namespace: 'shop',
  name: 'web',
};

function log(...writes: readonly Partial<AuditWrite>[]): Change {
  return { type: 'audit', audit: { ...NO_AUDIT, writes: writes.map((one) => ({ ...WRITE, ...one })) } };
}

function coverage(status: Coverage['status']): Change {
  const one = { kind: 'NetworkPolicy', apiVersion: '', namespaces: 'all', reason: '', since: 0 } as const;
  return { type: 'coverage', coverage: { ...one, status } };
}

const GONE: Change = { type: 'remove', kind: 'NetworkPolicy', namespace: 'shop', name: 'web' };

/** A session that has looked once. */
function followed(...objects: readonly RawManifest[]): {
  readonly apply: (...changes: readonly Change[]) => void;
  readonly texts: (now?: number) => readonly string[];
  readonly attributed: (now: number) => readonly string[];
} {
  const view = viewOfObjects(objects);
  const feed = new WrittenFeed();
  feed.take(view, NOW, everywhere);
  return {
    apply: (...changes) => void view.apply(changes),
    texts: (now = NOW) => feed.take(view, now, everywhere).added.map((one) => one.text),
    attributed: (now) => feed.take(view, now, everywhere).attributed.map(([, one]) => one.text),
  };
}

test('what is created, changed and deleted is told once, with the client that managedFields name', () => {
  const { apply, texts } = followed(policy({ app: 'web' }));
  expect(texts()).toEqual([]);
  apply(...upserts([policy({ app: 'cart' }, managedBy('kubectl-edit', 1))]));
  expect(texts()).toEqual(['NetworkPolicy shop/web changed with kubectl-edit']);
  expect(texts()).toEqual([]);
  apply(GONE);
  expect(texts()).toEqual(['NetworkPolicy shop/web deleted']);
  apply(...upserts([policy({ app: 'web' })]));
  expect(texts()).toEqual(['NetworkPolicy shop/web created']);
});

test('the audit log says by whom, by the verb of the write', () => {
  const { apply, texts } = followed(policy({ app: 'web' }));
  apply(log({}, { verb: 'delete', username: 'eve' }, { name: 'other', username: 'mallory' }));
  apply(...upserts([policy({ app: 'cart' })]));
  expect(texts()).toEqual(['NetworkPolicy shop/web changed, by user bob']);
  apply(GONE);
  expect(texts()).toEqual(['NetworkPolicy shop/web deleted, by user eve']);
});

test('of several who wrote it, the one at the time that the object carries; all where none is more likely', () => {
  const { apply, texts } = followed(policy({ app: 'web' }));
  apply(log({}, { time: NOW - 40_000, username: 'system:serviceaccount:ci:deployer' }));
  apply(...upserts([policy({ app: 'cart' }, managedBy('argocd', 41))]));
  expect(texts()).toEqual(['NetworkPolicy shop/web changed, by sa ci/deployer']);
  apply(...upserts([policy({ app: 'other' })]));
  expect(texts()).toEqual(['NetworkPolicy shop/web changed, by user bob or sa ci/deployer']);
});

test('a log that comes late is put beside the line that is there', () => {
  const { apply, texts, attributed } = followed(policy({ app: 'web' }));
  apply(GONE);
  expect(texts()).toEqual(['NetworkPolicy shop/web deleted']);
  apply(log({}));
  expect(attributed(NOW + 1000)).toEqual([]);
  apply(log({ verb: 'deletecollection', name: '' }));
  expect(attributed(NOW + 2000)).toEqual(['NetworkPolicy shop/web deleted, by user bob']);
  expect(attributed(NOW + 3000)).toEqual([]);
});

test('labels of a workload count, what scales it and its own Jobs do not', () => {
  const { apply, texts } = followed(deployment({}));
  apply(...upserts([deployment({}, 5, managedBy('kube-controller-manager', 1))]));
  expect(texts()).toEqual([]);
  apply(...upserts([deployment({ team: 'web' }, 5)]));
  expect(texts()).toEqual(['Deployment shop/web changed']);
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'u', controller: true };
  const made = deployment({}, 1, { name: 'made', ownerReferences: [owner] });
  apply(...upserts([made]));
  apply({ type: 'remove', kind: 'Deployment', namespace: 'shop', name: 'made' });
  expect(texts()).toEqual([]);
});

test('policies that can not be read any more are not deleted, and none is created when they can', () => {
  const { apply, texts } = followed(policy({ app: 'web' }));
  apply(coverage('denied'), GONE);
  expect(texts()).toEqual([]);
  apply(coverage('live'), ...upserts([policy({ app: 'web' })]));
  expect(texts()).toEqual([]);
  apply(coverage('syncing'), GONE);
  expect(texts()).toEqual([]);
  apply(coverage('live'));
  expect(texts()).toEqual(['NetworkPolicy shop/web deleted']);
});
