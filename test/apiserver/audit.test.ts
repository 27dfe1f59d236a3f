/**
 * The audit log of a real API server: attacks are made and must be detected with the right actor; ordinary work is done
 * and must stay quiet.
 */
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../src/analyses/audit/audit-intake.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { AuditState } from '../../src/model/audit-state.ts';
import { readAuditLog } from '../../src/sources/audit/read-audit-log.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { auditEngine } from '../panes/audit/audit-engine.ts';
import { WRAPPERS } from '../sources/audit/raw-events.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'serviceaccounts/token'] }] },
    { level: 'RequestResponse' },
  ],
});
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** A PKCS#10 request for CN=intruder, O=system:masters; its key was thrown away. */
const REQUEST = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIb01JR09BZ0VBTUN3eEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRw',
  'dFlYTjBaWEp6TVJFd0R3WURWUVFEREFocApiblJ5ZFdSbGNqQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJQVCtH',
  'Q24rZ1JscmF6TTZ4amg0CkVXNGFXak1qZFpNMHVJSU45Q1JSNWNuVFIyZGgwMjlBdGtTN25kZVhpZDBmTlVkSW9oU1ZISXVvaWQx',
  'eW8wZFIKWSt1Z0FEQUtCZ2dxaGtqT1BRUURBZ05KQURCR0FpRUFrd2V5ZDh2dkJCV1ZVOExLYTJ1WUlSWTVna1FjUFdFbwpJOFZF',
  'U09xQkJQSUNJUUNVazBrdnIzVVBQL2l0ejNRSXlYUElNSGcyUm1ETkRBbWZsbjB1SFNhd0RRPT0KLS0tLS1FTkQgQ0VSVElGSUNB',
  'VEUgUkVRVUVTVC0tLS0tCg==',
].join('');

let server: ApiServer;
let tokens: Readonly<Record<string, string>>;

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  /** A bearer token; undefined: no credentials at all. */
  readonly token?: string | undefined;
  readonly agent?: string;
}

/** A request without the administrator's certificate. */
function send(path: string, { method = 'GET', body, token, agent = 'kubectl/v1.36.3 (test)' }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      `${server.url}${path}`,
      {
        method,
        rejectUnauthorized: false,
        headers: {
          'user-agent': agent,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function account(namespace: string, name: string): Promise<string> {
  const base = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await server.request('POST', base, { body: { metadata: { name } } });
  const answer = await server.request('POST', `${base}/${name}/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  return answer.json<{ status: { token: string } }>().status.token;
}

async function audited(): Promise<AuditState> {
  const intake = createAuditIntake();
  const notes = await readAuditLog([join(server.folder, 'audit.log')], { onEvents: (events) => intake.push(events) });
  for (const note of notes) intake.note(note);
  return intake.state();
}

/** What the text of a log holds, and what is detected in it. */
async function readFrom(text: string): Promise<{ readonly events: readonly AuditEvent[]; readonly groups: unknown }> {
  const intake = createAuditIntake();
  const all: AuditEvent[] = [];
  await readAuditLog(['-'], {
    stdin: Readable.from([Buffer.from(text)]),
    onEvents: (events) => {
      all.push(...events);
      intake.push(events);
    },
  });
  const groups = Array.from(intake.state().groups.values(), ({ key, severity, count, hours }) => [
    [key, severity, count],
    hours.map(({ text: sentence, auditIDs }) => [sentence, auditIDs]),
  ]);
  return { events: all, groups };
}

function podSpec(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { containers: [{ name: 'c', image: 'registry.example/c:1', ...extra }] };
}

describe.skipIf(findBinaries() === undefined)('the audit log of a real API server', () => {
  beforeAll(async () => {
    // An API version that 1.37 removes.
    const flags = ['--runtime-config=networking.k8s.io/v1beta1=true'];
    server = await startApiServer({ auditPolicy: POLICY, flags });
    for (const namespace of ['shop', 'ops']) {
      await server.request('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      await server.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
        body: { metadata: { name: 'default' } },
      });
    }
    await server.request('POST', `${RBAC}/clusterroles`, {
      body: {
        metadata: { name: 'too-much' },
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      },
    });
    const bound: [string, string][] = [
      ['shop', 'cart'],
      ['ops', 'operator'],
    ];
    tokens = Object.fromEntries(await Promise.all(bound.map(async ([ns, name]) => [name, await account(ns, name)])));
    for (const [namespace, name] of bound) {
      await server.request('POST', `${RBAC}/clusterrolebindings`, {
        body: {
          metadata: { name },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'too-much' },
          subjects: [{ kind: 'ServiceAccount', namespace, name }],
        },
      });
    }
  });

  afterAll(async () => {
    await server.stop();
  });

  it('stays quiet on ordinary work', async () => {
    const token = tokens['operator'];
    const agent = 'operator/v1.2.3 (linux/amd64) kubernetes/abc';
    for (let round = 0; round < 20; round += 1) {
      await send('/api/v1/secrets?limit=500&resourceVersion=0', { token, agent });
      await send('/api/v1/namespaces/shop/configmaps?limit=500&resourceVersion=0', { token, agent });
      for (let secret = 0; secret < 8; secret += 1)
        await send(`/api/v1/namespaces/shop/secrets/s${secret}`, { token, agent });
      await send('/apis/apps/v1/namespaces/shop/deployments', {
        token,
        agent,
        method: 'POST',
        body: {
          metadata: { name: `web-${round}` },
          spec: {
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: podSpec() },
          },
        },
      });
      await send('/readyz', {});
    }
    const state = await audited();
    expect(state.total).toBeGreaterThan(400);
    expect(state.notes).toMatchObject([{ broken: 0, skipped: 0 }]);
    const operator = [...state.groups.values()].filter((group) => group.actor.username.endsWith(':ops:operator'));
    expect(operator.map((group) => [group.detection, group.severity])).not.toContainEqual([expect.anything(), 'high']);
    expect([...state.groups.values()].filter((group) => group.detection.startsWith('anonymous'))).toEqual([]);
  });

  it('names who asks for an API that a release removes', async () => {
    const token = tokens['operator'];
    for (let round = 0; round < 3; round += 1) {
      expect(await send('/apis/networking.k8s.io/v1beta1/ipaddresses', { token, agent: 'old-operator/0.1' })).toBe(200);
    }
    const { deprecatedCalls } = await audited();
    const caller = { username: 'system:serviceaccount:ops:operator', userAgent: 'old-operator/0.1', count: 3 };
    expect(deprecatedCalls.filter((call) => call.userAgent === 'old-operator/0.1')).toMatchObject([
      { group: 'networking.k8s.io', version: 'v1beta1', resource: 'ipaddresses', removedRelease: '1.37', ...caller },
    ]);
  });

  it('detects the attacks, each with its actor', async () => {
    const token = tokens['cart'];
    await send('/api/v1/secrets?limit=500', { token });
    await send('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      token,
      method: 'POST',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'shop' } },
    });
    await send(`${RBAC}/clusterrolebindings`, {
      token,
      method: 'POST',
      body: {
        metadata: { name: 'mine' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'cart' }],
      },
    });
    await send('/api/v1/namespaces/shop/pods', {
      token,
      method: 'POST',
      body: { metadata: { generateName: 'x-' }, spec: podSpec({ securityContext: { privileged: true } }) },
    });
    await send('/api/v1/namespaces/shop/pods', {
      token,
      method: 'POST',
      body: { metadata: { name: 'y' }, spec: podSpec() },
    });
    await send(
      '/api/v1/namespaces/shop/pods/y/exec?command=cat&command=%2Fvar%2Frun%2Fsecrets%2Fkubernetes.io%2Fserviceaccount%2Ftoken&stdout=true',
      { token },
    );
    await send('/api/v1/namespaces/ops/serviceaccounts/operator/token', {
      token,
      method: 'POST',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    await send('/api/v1/nodes/n1/proxy/run/shop/y/c', { token, method: 'POST' });
    await send('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard', {
      token,
      method: 'DELETE',
    });
    await send('/apis/certificates.k8s.io/v1/certificatesigningrequests', {
      token,
      method: 'POST',
      body: {
        metadata: { name: 'mine' },
        spec: { request: REQUEST, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
      },
    });
    for (let path = 0; path < 12; path += 1) await send(`/api/v1/namespaces/n${path}/pods`, {});
    for (let guess = 0; guess < 12; guess += 1) await send('/api/v1/pods', { token: `guess-${guess}` });
    await server.request('GET', '/api/v1/pods', { as: 'system:kube-controller-manager' });

    const { groups } = await audited();
    const cart = 'system:serviceaccount:shop:cart';
    const severity = (detection: string, actor: string): string | undefined =>
      groups.get(`${detection}|${actor}`)?.severity;
    expect({
      listed: severity('secrets-listed', cart),
      probed: severity('permission-probing', cart),
      bound: severity('cluster-admin-bound', cart),
      privileged: severity('privileged-pod-created', cart),
      // No kubelet answers here, so that the exec and the proxy requests fail.
      exec: severity('exec-reads-credentials', cart),
      proxy: severity('node-proxy-access', cart),
      token: severity('service-account-token-created', cart),
      request: severity('csr-created-or-approved', cart),
      scanned: severity('anonymous-scanning', 'system:anonymous'),
      guessed: severity('failed-authentication-burst', 'unauthenticated 127.0.0.1'),
      impersonated: severity('impersonation', 'admin'),
    }).toEqual({
      listed: 'high',
      probed: 'high',
      bound: 'critical',
      privileged: 'high',
      exec: expect.any(String),
      proxy: expect.any(String),
      scanned: 'medium',
      guessed: 'medium',
      token: 'medium',
      // Admission refuses a request for system:masters.
      request: 'medium',
      impersonated: 'medium',
    });
    const name = groups.get(`privileged-pod-created|${cart}`)?.hours[0]?.text;
    expect(name).toMatch(/pods x-\w+ \(shop\); allowed by ClusterRoleBinding (?:cart|mine)/);
  });

  it('takes the denial of a certificate request as it is written, once', async () => {
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = { request: REQUEST, signerName: 'example.org/any', usages: ['client auth'] };
    await send(requests, { token: tokens['cart'], method: 'POST', body: { metadata: { name: 'pending' }, spec } });
    const denial = async (): Promise<BuiltRemedy | undefined> => {
      const engine = auditEngine((await readFrom(await readFile(join(server.folder, 'audit.log'), 'utf8'))).events);
      const finding = [...engine.findings.values()].find(
        ({ rule, subject }) => rule === 'audit/csr-created-or-approved' && subject.name.endsWith(':cart'),
      );
      if (finding === undefined) throw new Error('no finding');
      return buildRemedies(engine, finding).find((one) => one.id === 'audit/deny-certificate-request');
    };
    const [manifest] = (await denial())?.manifests ?? [];
    const answer = await server.request('PATCH', `${requests}/pending/approval`, {
      body: manifest,
      contentType: 'application/merge-patch+json',
    });
    expect(answer.status).toBe(200);
    const pending = await server.request('GET', `${requests}/pending`);
    expect(pending.json()).toMatchObject({ status: { conditions: [{ type: 'Denied', status: 'True' }] } });
    expect((await denial())?.refused).toContain('Decided already: pending by admin.');
  });

  it('tells the same in the shape of every provider', async () => {
    const log = await readFile(join(server.folder, 'audit.log'), 'utf8');
    const logged = log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.length).toBeGreaterThan(400);
    expect(new Set(logged.map(({ level }) => level))).toEqual(new Set(['Metadata', 'RequestResponse']));
    const plain = await readFrom(log);
    expect(plain.events).toHaveLength(logged.length);
    for (const [shape, wrap] of Object.entries(WRAPPERS)) {
      const wrapped = await readFrom(wrap(logged));
      // The table has no column for what only the newest servers log.
      const told = plain.events.map((event) =>
        shape === 'AKSAudit rows' ? { ...event, impersonationConstraint: '' } : event,
      );
      expect([shape, wrapped.events]).toEqual([shape, told]);
      expect([shape, wrapped.groups]).toEqual([shape, plain.groups]);
    }
  });
});
