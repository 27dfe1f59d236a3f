import { expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { ClusterFacts } from '../../../src/model/change.ts';
import { removedApiInUse } from '../../../src/rules/vigilance/removed-api-in-use.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { normalised, rawEvent } from '../../sources/audit/raw-events.ts';

const FLOW_SCHEMAS = { resource: 'flowschemas', apiGroup: 'flowcontrol.apiserver.k8s.io', apiVersion: 'v1beta3' };
const REMOVED = { 'k8s.io/deprecated': 'true', 'k8s.io/removed-release': '1.32' };

function call(username: string, parts: Record<string, unknown> = {}): AuditEvent {
  return normalised(
    rawEvent({
      requestURI: '/apis/flowcontrol.apiserver.k8s.io/v1beta3/flowschemas?limit=500',
      verb: 'list',
      user: { username, groups: ['system:authenticated'] },
      userAgent: 'tuner/1.0',
      objectRef: FLOW_SCHEMAS,
      annotations: { 'authorization.k8s.io/decision': 'allow', ...REMOVED },
      ...parts,
    }),
  );
}

/** Evidence of the rule's findings, by their keys. */
function found(events: readonly AuditEvent[], facts: Partial<ClusterFacts>): Record<string, readonly string[]> {
  const engine = new Engine(new StoreView(new ClusterStore(), Date.parse('2026-11-23T10:00:00Z')), [removedApiInUse]);
  const intake = createAuditIntake();
  intake.push(events);
  const change = intake.takeChange();
  engine.apply([
    { type: 'facts', facts: { source: 'cluster', serverVersion: 'v1.31.4', ...facts } },
    ...(change === null ? [] : [change]),
  ]);
  engine.settle();
  return Object.fromEntries(
    [...engine.findings.values()].map((one) => [one.key ?? '', one.evidence.map(({ text }) => text)]),
  );
}

const METRIC = [
  { group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta3', resource: 'flowschemas', removedRelease: '1.32' },
];
const KEY = 'flowschemas.flowcontrol.apiserver.k8s.io';

it('names who asks for an API that a release removes, with counts', () => {
  const events = [
    call('system:serviceaccount:ops:tuner'),
    call('alice', { userAgent: 'kubectl/v1.25.0' }),
    call('system:serviceaccount:ops:tuner', { requestReceivedTimestamp: '2026-11-24T10:00:00Z' }),
  ];
  expect(found(events, { deprecatedApis: METRIC })).toEqual({
    [KEY]: [
      'flowcontrol.apiserver.k8s.io/v1beta3 flowschemas was requested since the server started; removed in 1.32',
      'asked for by system:serviceaccount:ops:tuner (tuner/1.0): 2 requests, last on 2026-11-24',
      'asked for by alice (kubectl/v1.25.0): 1 request, last on 2026-11-23',
    ],
  });
});

it('counts a request once, whoever it acts as', () => {
  const started = call('bob', { stage: 'ResponseStarted' });
  const done = call('bob', { impersonatedUser: { username: 'carol', groups: [] } });
  expect(found([started, done], { deprecatedApis: METRIC })[KEY]?.slice(1)).toEqual([
    'asked for by carol (tuner/1.0): 1 request, last on 2026-11-23',
  ]);
});

it('tells by the log alone where the metric cannot be read, which stays unknown', () => {
  const events = [call('alice'), call('bob', { annotations: { 'k8s.io/deprecated': 'true' } })];
  expect(found(events, { deprecatedApis: null, metricsReason: 'denied' })).toEqual({
    [KEY]: [
      'flowcontrol.apiserver.k8s.io/v1beta3 flowschemas was requested as the audit log tells; removed in 1.32',
      'asked for by alice (tuner/1.0): 1 request, last on 2026-11-23',
    ],
    '': ['GET /metrics, apiserver_requested_deprecated_apis'],
  });
});

it('says that a log names nobody, and nothing of callers without a log', () => {
  const other = normalised(rawEvent());
  expect(found([other], { deprecatedApis: METRIC })[KEY]?.slice(1)).toEqual([
    'the audit log of 2026-11-23 to 2026-11-23 names nobody who asked for it',
  ]);
  expect(found([], { deprecatedApis: METRIC })[KEY]).toHaveLength(1);
});

it('keeps a bounded number of callers, and counts the others', () => {
  const intake = createAuditIntake();
  for (let at = 0; at < 3000; at += 1) intake.push([call(`user-${at}`)]);
  const { deprecatedCalls } = intake.state();
  expect(deprecatedCalls).toHaveLength(2001);
  expect(deprecatedCalls.at(-1)).toMatchObject({ username: '', userAgent: '', count: 1000 });
});
