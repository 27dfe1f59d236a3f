import { expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { tokenAutomounted } from '../../../src/rules/vigilance/token-automounted.ts';
import { auditChange, event } from './audit-event.ts';
import { rawBinding, rawRole } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest } from './view-of.ts';

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const OTHER = { username: 'system:serviceaccount:shop:web', uid: '', groups: [], extra: {} };

function cluster(created: string, rule = 'get core pods'): readonly RawManifest[] {
  const metadata = { name: 'cart', namespace: 'shop' };
  const spec = { serviceAccountName: 'cart', containers: [{ name: 'cart', image: 'cart:1' }] };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, creationTimestamp: created } as RawManifest['metadata'],
      spec: { selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } }, spec } },
    },
    rawRole('r', [rule]),
    rawBinding('shop', 'b', 'r', CART),
  ];
}

/** `severity title: why` of what is said of the token. */
function said(events: readonly AuditEvent[], objects = cluster('2026-10-01T00:00:00Z')): readonly string[] {
  const view = viewOfObjects(objects);
  if (events.length > 0) view.apply([auditChange(events)]);
  const engine = new Engine(view, [tokenAutomounted]);
  engine.settle();
  return [...engine.findings.values()].map(({ severity, title, why }) => `${severity} ${title}: ${why}`);
}

/** A request of another account each minute: a log without a gap. */
function logOf(length: number): readonly AuditEvent[] {
  return Array.from({ length: length / MINUTE }, (_, at) => event(at * MINUTE, { user: OTHER }));
}

const QUIET = logOf(2 * DAY);

test('a mounted token of which the log shows no use, though it holds such requests', () => {
  expect(said(QUIET)).toEqual([
    'low Mounts an API token that uses no permission: The audit log since 2026-11-01 holds such requests as are granted to service account cart, and none of them is its own: every container holds a token that only an attacker would use.',
  ]);
});

test.each([
  ['there is no log', [], undefined],
  ['the log has a gap', [event(0, { user: OTHER }), event(2 * DAY, { user: OTHER })], undefined],
  ['the account used it', [...QUIET, event(DAY)], undefined],
  ['the account used something else', [...QUIET, event(DAY, { requestURI: '/version', object: null })], undefined],
  ['the log is of hours', logOf(DAY / 2), undefined],
  ['the workload is younger than the log', QUIET, cluster('2026-11-02T00:00:00Z')],
  ['the log holds no such requests', QUIET, cluster('2026-10-01T00:00:00Z', 'get core configmaps')],
  ['nobody can tell of a star', QUIET, cluster('2026-10-01T00:00:00Z', 'get core *')],
] as const)('nothing is said where %s', (_says, events, objects) => {
  expect(said(events, objects)).toEqual([]);
});
