import { describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import { logCoverage } from '../../../src/rules/audit/log-coverage.ts';
import { AuditText } from '../../../src/sources/audit/audit-text.ts';
import { createSeenEvents } from '../../../src/sources/audit/seen-events.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { lines, rawEvent } from '../../sources/audit/raw-events.ts';

function engineOf(events: readonly Record<string, unknown>[], server: string | null = null): Engine {
  const intake = createAuditIntake();
  const text = new AuditText({ source: 'case', seen: createSeenEvents(), onEvents: (batch) => intake.push(batch) });
  text.push(Buffer.from(lines(events)));
  text.end();
  text.flush();
  intake.note(text.notes);
  const store = new ClusterStore();
  store.apply([
    { type: 'audit', audit: intake.state() },
    { type: 'facts', facts: { server } },
  ]);
  const engine = new Engine(new StoreView(store, Date.parse('2026-11-24T00:00:00Z')), [logCoverage]);
  engine.settle();
  expect(engine.failures()).toEqual([]);
  return engine;
}

function write(resource: string, level: string, hour = 10): Record<string, unknown> {
  const time = `2026-11-23T${hour}:00:00.000000Z`;
  return rawEvent({
    level,
    verb: 'create',
    objectRef: { resource, namespace: 'shop', name: 'x', apiGroup: resource === 'leases' ? 'coordination.k8s.io' : '' },
    responseStatus: { code: 201 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    ...(level === 'Metadata' ? {} : { requestObject: { spec: {} } }),
  });
}

const START = { stage: 'ResponseStarted', verb: 'watch' } as const;

describe('audit/log-coverage', () => {
  it('is silent without a log, and for a log with bodies and starts', () => {
    expect(engineOf([]).findings.size).toBe(0);
    expect(engineOf([rawEvent(START), write('pods', 'Request'), write('roles', 'RequestResponse')]).findings.size).toBe(
      0,
    );
  });

  it('names what a log of level Metadata makes blind', () => {
    const [finding, ...others] = engineOf([rawEvent(START), write('pods', 'Metadata')]).findings.values();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'info', remedies: ['audit/audit-policy'] });
    expect(finding?.evidence[0]?.text).toMatch(/^privileged-pod-created.*every event here is of level Metadata$/);
  });

  it('tells resources apart: bodies of ClusterRoles do not show Roles, which a policy of Falco leaves at Metadata', () => {
    const log = [rawEvent(START), write('clusterroles', 'RequestResponse'), write('deployments', 'Metadata')];
    const [finding] = engineOf(log).findings.values();
    expect(finding?.evidence.map(({ text }) => text)).toContainEqual(
      'privileged-pod-created, sensitive-mount-pod-created, host-namespace-pod-created, dangerous-capability-pod-created, controller-identity-pod-created: it needs request bodies, and deployments are logged without',
    );
    expect(finding?.evidence.some(({ text }) => text.includes('role-escalation'))).toBe(false);
  });

  it('says that failed logins need stage ResponseStarted', () => {
    const [finding] = engineOf([write('pods', 'Request')]).findings.values();
    expect(finding?.evidence[0]?.text).toMatch(/^failed-authentication-burst: it needs stage ResponseStarted/);
  });
});

describe('the audit policy', () => {
  it('logs bodies of what is judged, never of what holds values, and says what a day costs', () => {
    const log = [
      rawEvent(START),
      write('pods', 'Metadata', 10),
      write('roles', 'Metadata', 12),
      ...Array.from({ length: 4 }, () => write('leases', 'Metadata', 16)),
    ];
    const engine = engineOf(log);
    const [finding] = engine.findings.values();
    if (finding === undefined) throw new Error('no finding');
    const [policy] = buildRemedies(engine, finding);
    expect(policy?.refused).toBeNull();
    expect(policy?.manifests[0]).toMatchObject({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
    });
    const [document] = (policy?.manifests ?? []) as {
      rules: { level: string; resources?: { resources: string[] }[] }[];
    }[];
    const rules = document?.rules ?? [];
    const levelOf = (resource: string): string | undefined =>
      rules.find(
        (rule) => rule.resources?.some((one) => one.resources.includes(resource)) ?? !('nonResourceURLs' in rule),
      )?.level;
    expect(['secrets', 'configmaps', 'serviceaccounts/token', 'tokenreviews'].map(levelOf)).toEqual(
      Array.from({ length: 4 }, () => 'Metadata'),
    );
    expect(['pods', 'roles', 'deployments', 'certificatesigningrequests'].map(levelOf)).toEqual([
      'RequestResponse',
      'RequestResponse',
      'Request',
      'Request',
    ]);
    expect(rules.at(-1)).toEqual({ level: 'Metadata' });
    expect(policy?.effects[0]).toMatch(/^lets see: .*privileged-pod-created/);
    // 7 events in 6 hours, 4 of them leases; two writes with two bodies of 4 KB each.
    expect(policy?.effects[2]).toBe(
      'volume, estimated from this log: 12 events a day, 1 MB with bodies; 57 % of what is logged now (leases) is left out',
    );
  });

  it.each([
    ['EKS', 'https://ABC.gr7.eu-west-1.eks.amazonaws.com'],
    ['AKS', 'https://x.hcp.westeurope.azmk8s.io:443'],
  ])('is refused where %s owns the policy', (name, server) => {
    const engine = engineOf([write('pods', 'Metadata')], server);
    const [finding] = engine.findings.values();
    if (finding === undefined) throw new Error('no finding');
    expect(buildRemedies(engine, finding)[0]?.refused).toMatch(new RegExp(`^${name} has a fixed audit policy`));
  });
});
