import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { auditBlindSpots, auditCoverageText } from '../../../src/analyses/audit/blind-spots.ts';
import { SlidingWindow } from '../../../src/analyses/audit/sliding-window.ts';
import { parseGrantReason } from '../../../src/kube/audit-reason.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { allowedBy, normalised, rawEvent, rawExec, WRAPPERS } from '../../sources/audit/raw-events.ts';
import { AuditText } from '../../../src/sources/audit/audit-text.ts';
import { createSeenEvents } from '../../../src/sources/audit/seen-events.ts';
import { auditNotes } from './audit-notes.ts';

const event = (parts?: Record<string, unknown>): AuditEvent => normalised(rawEvent(parts));

const START = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

function exec(seconds: number, user = 'alice'): AuditEvent {
  return normalised(
    rawExec({
      user: { username: user, groups: [] },
      requestReceivedTimestamp: at(seconds),
      annotations: allowedBy('RoleBinding "dev/shop" of Role "dev" to Group "dev"'),
    }),
  );
}

describe('audit intake', () => {
  it('groups repeats per actor, detection and hour, with a sentence that has the numbers', () => {
    const intake = createAuditIntake();
    intake.push([exec(0), exec(60), exec(3700), exec(5, 'bob')]);
    const { groups } = intake.state();
    expect([...groups.keys()]).toEqual(['exec-reads-credentials|alice', 'exec-reads-credentials|bob']);
    expect(groups.get('exec-reads-credentials|alice')).toMatchObject({
      severity: 'high',
      count: 3,
      hours: [
        {
          hour: START,
          count: 2,
          also: ['exec-into-pod'],
          text: 'alice read credentials by a command in pods/exec cart (shop); allowed by RoleBinding shop/dev; 2 times from 10.0.0.9, 10:00:00–10:01:00 UTC',
        },
        { hour: START + 3_600_000, count: 1 },
      ],
    });
  });

  it('judges every request of a client that names them all alike', () => {
    const intake = createAuditIntake();
    intake.push([0, 60].map((seconds) => ({ ...exec(seconds), auditID: 'mine' })));
    expect(intake.state().groups.get('exec-reads-credentials|alice')?.count).toBe(2);
  });

  it.each(['watch', 'get'])('judges a command beside a %s of the same id and moment', (verb) => {
    const intake = createAuditIntake();
    const decoy = event({
      auditID: 'mine',
      stage: 'ResponseStarted',
      verb,
      requestURI: '/api/v1/namespaces/shop/pods/cart/log?follow=true',
      objectRef: { resource: 'pods', subresource: 'log', namespace: 'shop', name: 'cart' },
      requestReceivedTimestamp: at(0),
    });
    const command = { ...exec(0), auditID: 'mine' };
    intake.push([decoy, command, { ...command, stage: 'ResponseComplete' }]);
    expect(intake.state().groups.get('exec-reads-credentials|alice')?.count).toBe(1);
  });

  it.each([
    ['failed-authentication-burst|unauthenticated 10.0.0.9', { user: {}, stage: 'ResponseStarted', code: 401 }],
    ['forbidden-burst|eve', { user: { username: 'eve' }, stage: 'ResponseComplete', code: 403 }],
  ])('counts %s of a client that names its requests all alike', (key, { user, stage, code }) => {
    const intake = createAuditIntake();
    const requests = Array.from({ length: 60 }, (_one, number) =>
      event({
        auditID: 'mine',
        user,
        stage,
        responseStatus: { code },
        requestReceivedTimestamp: at(number),
        annotations: { 'authorization.k8s.io/decision': 'forbid' },
      }),
    );
    intake.push(requests);
    expect([...intake.state().groups.keys()]).toContain(key);
  });

  it('gives a change only when something came, and keeps groups that did not change', () => {
    const intake = createAuditIntake();
    expect(intake.takeChange()).toBeNull();
    intake.push([exec(0), exec(1, 'bob')]);
    const first = intake.takeChange();
    intake.push([exec(2)]);
    const second = intake.takeChange();
    if (first?.type !== 'audit' || second?.type !== 'audit') throw new Error('no change');
    const key = 'exec-reads-credentials|';
    expect(second.audit.groups.get(`${key}bob`)).toBe(first.audit.groups.get(`${key}bob`));
    expect(second.audit.groups.get(`${key}alice`)?.count).toBe(2);
    expect(first.audit.groups.get(`${key}alice`)?.count).toBe(1);
    expect(intake.takeChange()).toBeNull();
  });

  it('keeps the newest writes of each API group and the newest groups of each user, and counts all', () => {
    const intake = createAuditIntake();
    const user = (number: number, groups: readonly string[], seconds: number): AuditEvent =>
      event({ user: { username: `user${number}`, groups }, requestReceivedTimestamp: at(seconds) });
    const write = (number: number): AuditEvent =>
      event({
        verb: 'create',
        objectRef: { resource: 'roles', apiGroup: 'rbac.authorization.k8s.io', namespace: 'shop', name: `r${number}` },
      });
    intake.push([user(1, ['new'], 20), user(2, ['b'], 0), user(1, ['old'], 10)]);
    const deployment = event({ verb: 'patch', objectRef: { resource: 'deployments', apiGroup: 'apps', name: 'web' } });
    intake.push([deployment]);
    for (let number = 0; number < 2_500; number += 1) intake.push([event(), write(number)]);
    const { writes, users, total } = intake.state();
    expect([users.get('user1')?.groups, users.get('user2')?.groups]).toEqual([['new'], ['b']]);
    expect(writes.map(({ name }) => name)).toEqual([
      'web',
      ...Array.from({ length: 1_000 }, (_, at) => `r${at + 1_500}`),
    ]);
    expect(total).toBe(5_004);
    for (let number = 0; number < 6_000; number += 1) intake.push([user(number, [], 30)]);
    expect(intake.state().users.size).toBe(5_000);
  });

  it('keeps writes that succeeded, of what people write, and not of a part of it', () => {
    const intake = createAuditIntake();
    const of = (objectRef: Record<string, string>, more: Record<string, unknown> = {}): AuditEvent =>
      event({ verb: 'update', objectRef, ...more });
    const policy = { resource: 'networkpolicies', apiGroup: 'networking.k8s.io', namespace: 'shop', name: 'web' };
    const calico = { resource: 'globalnetworkpolicies', apiGroup: 'crd.projectcalico.org', name: 'deny' };
    intake.push([
      of(policy),
      of(calico),
      of({ ...policy, name: 'refused' }, { responseStatus: { code: 403 } }),
      of(
        { ...policy, name: 'refused without a code' },
        { responseStatus: {}, annotations: { 'authorization.k8s.io/decision': 'forbid' } },
      ),
      of({ ...policy, name: 'status', subresource: 'status' }),
      of({ ...policy, name: 'tried' }, { requestURI: '/apis/x?dryRun=All' }),
      of({ ...policy, name: 'begun' }, { stage: 'RequestReceived' }),
      of({ ...policy, name: 'read' }, { verb: 'get' }),
      of({ resource: 'leases', apiGroup: 'coordination.k8s.io', name: 'lease' }),
    ]);
    expect(intake.state().writes.map(({ apiGroup, name }) => [apiGroup, name])).toEqual([
      ['networking.k8s.io', 'web'],
      ['projectcalico.org', 'deny'],
    ]);
  });

  it('bounds what it keeps of endless repeats and actors', () => {
    const intake = createAuditIntake();
    for (let number = 0; number < 6000; number += 1) intake.push([exec(number % 50, `user${number}`)]);
    for (let number = 0; number < 500; number += 1) intake.push([exec(1, 'alice')]);
    const { groups } = intake.state();
    expect(groups.size).toBeLessThanOrEqual(5000);
    const kept = [...groups.values()].flatMap((group) => group.hours.flatMap((hour) => hour.events));
    expect(kept.length).toBeLessThanOrEqual(20_000);
    expect(groups.get('exec-reads-credentials|alice')?.hours[0]?.events.length).toBeLessThanOrEqual(20);
  });

  it('finds gaps that are no chance, and none in a quiet log', () => {
    const busy = createAuditIntake();
    const every = (from: number, to: number, step: number): AuditEvent[] =>
      Array.from({ length: Math.floor((to - from) / step) }, (_, index) =>
        event({ requestReceivedTimestamp: at(from + index * step) }),
      );
    busy.push([...every(0, 600, 2), ...every(1800, 2400, 2)]);
    expect(busy.state().coverage.gaps).toEqual([{ from: START + 600_000, to: START + 1_800_000 }]);
    const quiet = createAuditIntake();
    quiet.push(every(0, 7200, 590));
    expect(quiet.state().coverage.gaps).toEqual([]);
  });

  it('says what a log of level Metadata cannot show', () => {
    const intake = createAuditIntake();
    intake.push([exec(0), event({ verb: 'create' })]);
    intake.note(auditNotes({ source: 'x', lines: 2, first: 0, last: 0 }));
    const state = intake.state();
    expect(auditCoverageText(state)).toBe('log: Metadata, no gaps');
    const impossible = auditBlindSpots(state)
      .filter((one) => one.isImpossible)
      .map((one) => one.detection);
    expect(impossible).toEqual(
      expect.arrayContaining(['privileged-pod-created', 'cluster-admin-bound', 'events-deleted']),
    );
    expect(impossible).not.toContain('exec-into-pod');
  });

  it('names expected writers at info, and k8sec itself only for what it does', () => {
    const intake = createAuditIntake({ isDeployer: (user) => user === 'ci', self: 'alice' });
    const lists = (username: string, userAgent: string): AuditEvent =>
      event({
        verb: 'list',
        user: { username, groups: [] },
        userAgent,
        requestURI: '/api/v1/secrets?limit=500',
        objectRef: { resource: 'secrets' },
      });
    intake.push([
      event({
        verb: 'create',
        user: { username: 'ci', groups: [] },
        objectRef: { resource: 'daemonsets', namespace: 'shop', name: 'd' },
      }),
      lists('alice', 'k8sec/0.1.0'),
      lists('eve', 'k8sec/0.1.0'),
    ]);
    const found = [...intake.state().groups.values()].map((group) => [group.actor.name, group.severity]);
    expect(found).toEqual([
      ['ci', 'info'],
      ['alice', 'info'],
      ['eve', 'high'],
    ]);
  });

  it.each(Object.keys(WRAPPERS))('%s: the same detections as NDJSON', (name) => {
    const raw = [
      rawEvent({
        stage: 'ResponseStarted',
        verb: 'get',
        requestURI: '/api/v1/namespaces/a/pods/p/exec?command=id',
        objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'p' },
      }),
      rawEvent({ verb: 'list', requestURI: '/api/v1/secrets', objectRef: { resource: 'secrets' } }),
      rawEvent({
        verb: 'create',
        level: 'Request',
        objectRef: { resource: 'clusterrolebindings', name: 'x' },
        requestObject: { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [] },
      }),
    ];
    const texts = (shape: string): unknown => {
      const intake = createAuditIntake();
      const text = new AuditText({ source: 'x', seen: createSeenEvents(), onEvents: (events) => intake.push(events) });
      text.push(Buffer.from(WRAPPERS[shape]?.(raw) ?? ''));
      text.end();
      text.flush();
      return [...intake.state().groups.values()].map((group) => [
        group.detection,
        group.severity,
        group.hours[0]?.text,
      ]);
    };
    expect(texts(name)).toEqual(texts('NDJSON'));
    expect(texts(name)).toHaveLength(3);
  });
});

describe('sliding window', () => {
  it('equals the definition, in any order of arrival within the window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 40 })), { maxLength: 30 }),
        fc.integer({ min: 2, max: 6 }),
        (adds, least) => {
          const window = new SlidingWindow(10);
          const latest = new Map<string, number>();
          for (const [item, time] of adds) {
            latest.set(String(item), time);
            const found = window.add('k', String(item), time, least);
            const times = [...latest.values()];
            const fullest = Math.max(
              ...times.map((from) =>
                from <= time && time < from + 10 ? times.filter((one) => one >= from && one < from + 10).length : 0,
              ),
            );
            expect(found !== null).toBe(fullest >= least);
          }
        },
      ),
    );
  });
});

describe('the reason of a decision', () => {
  it.each([
    [
      'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to Group "g"',
      { bindingKind: 'ClusterRoleBinding', namespace: '', binding: 'b', role: 'r', subject: 'g' },
    ],
    [
      'RBAC: allowed by RoleBinding "b/ns" of Role "r" to ServiceAccount "sa/ns"',
      { bindingKind: 'RoleBinding', namespace: 'ns', binding: 'b', subject: 'sa/ns' },
    ],
    ['RBAC: allowed by ClusterRoleBinding "a\\"b" of ClusterRole "r" to User "u"', { binding: 'a"b' }],
  ])('%s', (text, expected) => {
    expect(parseGrantReason(text)).toMatchObject(expected);
  });

  it('is none where RBAC did not allow it', () => {
    expect(parseGrantReason('')).toBeNull();
    expect(parseGrantReason('webhook says yes')).toBeNull();
  });
});
