import { describe, expect, it } from 'vitest';
import { readAllExcept, readOnlyIn } from '../../../src/sources/demo/authorizer.ts';
import { crdOf } from '../../../src/sources/demo/served-kinds.ts';
import { ask, parse } from './demo-client.ts';
import { pod, serve } from './running-server.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1';
const AGGREGATED = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' };

describe('authorization', () => {
  it.each([
    ['/api/v1/pods', 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" at the cluster scope'],
    [
      '/apis/apps/v1/namespaces/data/deployments',
      'deployments.apps is forbidden: User "eve" cannot list resource "deployments" in API group "apps" in the namespace "data"',
    ],
    [
      '/api/v1/namespaces/data/pods/a',
      'pods "a" is forbidden: User "eve" cannot get resource "pods" in API group "" in the namespace "data"',
    ],
    ['/metrics', 'forbidden: User "eve" cannot get path "/metrics"'],
  ])('refuses %s in the words of the API server', async (path, message) => {
    const server = await serve({ authorize: readOnlyIn('shop'), defaultUser: { name: 'eve', groups: [] } });
    const answer = await ask(server.url + path);
    expect(parse(answer)).toMatchObject({ code: 403, reason: 'Forbidden', message });
    expect((await ask(`${server.url}/api/v1/namespaces/shop/pods`)).code).toBe(200);
  });

  it('knows users by token, refuses unknown tokens, and follows a rotation', async () => {
    const server = await serve({ tokens: { first: { name: 'bob', groups: ['dev'] } } });
    const url = `${server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
    const whoami = (token: string) =>
      ask(url, { method: 'POST', body: {}, headers: { authorization: `Bearer ${token}` } });
    expect(parse(await whoami('first')).status.userInfo).toEqual({
      username: 'bob',
      groups: ['dev', 'system:authenticated'],
    });
    server.setTokens({ second: { name: 'bob', groups: [] } });
    expect(parse(await whoami('first'))).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect((await whoami('second')).code).toBe(201);
  });

  it('honours impersonation with several groups, where the caller may impersonate', async () => {
    const asked: string[] = [];
    const server = await serve({
      authorize: (user, { verb }) => {
        asked.push(`${user.name} [${user.groups.join(' ')}] ${verb}`);
        return user.name !== 'mallory';
      },
      tokens: { m: { name: 'mallory', groups: [] } },
    });
    const headers = { 'impersonate-user': 'alice', 'impersonate-group': ['a', 'b'] };
    expect((await ask(`${server.url}/api/v1/pods`, { headers })).code).toBe(200);
    expect(asked).toContain('alice [a b system:authenticated] list');
    const refused = await ask(`${server.url}/api/v1/pods`, { headers: { ...headers, authorization: 'Bearer m' } });
    expect(parse(refused).message).toContain('User "mallory" cannot impersonate resource "users"');
  });

  it('answers access and rules reviews from the same authorizer', async () => {
    const server = await serve({ authorize: readAllExcept('secrets') });
    const review = async (resource: string): Promise<boolean | undefined> => {
      const body = { spec: { resourceAttributes: { verb: 'list', group: '', resource } } };
      const answer = await ask(`${server.url}${REVIEWS}/selfsubjectaccessreviews`, { method: 'POST', body });
      expect(answer.code).toBe(201);
      return parse(answer).status.allowed;
    };
    expect(await review('pods')).toBe(true);
    expect(await review('secrets')).toBe(false);
    const rules = await ask(`${server.url}${REVIEWS}/selfsubjectrulesreviews`, {
      method: 'POST',
      body: { spec: { namespace: 'shop' } },
    });
    const text = JSON.stringify(parse(rules).status.resourceRules);
    expect(text).toContain('"pods"');
    expect(text).not.toContain('"secrets"');
  });

  it('validates nothing: 501 for a dry run, 405 for a write', async () => {
    const server = await serve();
    const url = `${server.url}/api/v1/namespaces/shop/pods`;
    const dry = parse(await ask(`${url}?dryRun=All`, { method: 'POST', body: pod('a') }));
    expect(dry).toMatchObject({ kind: 'Status', code: 501 });
    expect(dry.message).toContain('only a real API server');
    expect(parse(await ask(`${url}/a`, { method: 'DELETE' }))).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
  });
});

describe('discovery', () => {
  it.each([
    ['/api', 'APIVersions', 'APIGroupDiscoveryList'],
    ['/apis', 'APIGroupList', 'APIGroupDiscoveryList'],
    ['/api/v1', 'APIResourceList', 'APIResourceList'],
    ['/apis/apps/v1', 'APIResourceList', 'APIResourceList'],
    ['/apis/apps', 'APIGroup', 'APIGroup'],
  ])('serves %s in its legacy and its aggregated form', async (path, legacy, aggregated) => {
    const server = await serve();
    expect(parse(await ask(server.url + path)).kind).toBe(legacy);
    expect(parse(await ask(server.url + path, { headers: AGGREGATED })).kind).toBe(aggregated);
  });

  it('serves a custom resource once its definition is there', async () => {
    const server = await serve();
    const path = `${server.url}/apis/cilium.io/v2/ciliumnetworkpolicies`;
    expect(await ask(path)).toMatchObject({ code: 404, text: '404 page not found\n' });
    expect(parse(await ask(`${server.url}/apis/apps/v1/nonsense`))).toMatchObject({ code: 404, reason: 'NotFound' });
    server.store.apply(crdOf('CiliumNetworkPolicy'));
    expect(parse(await ask(path)).kind).toBe('CiliumNetworkPolicyList');
    expect((await ask(`${server.url}/apis`, { headers: AGGREGATED })).text).toContain('"ciliumnetworkpolicies"');
  });

  it('serves version, health and metrics, and nothing at unknown paths', async () => {
    const server = await serve({
      metrics: {
        deprecatedApis: [
          { group: 'policy', version: 'v1beta1', resource: 'podsecuritypolicies', removedRelease: '1.25' },
        ],
        transformations: [{ resource: 'secrets', prefix: 'k8s:enc:aescbc:v1:', type: 'to_storage', count: 7 }],
      },
    });
    expect((await ask(`${server.url}/version`)).text).toContain('"gitVersion":"v1.34.2"');
    for (const path of ['/healthz', '/livez', '/readyz']) expect((await ask(server.url + path)).text).toBe('ok');
    const metrics = (await ask(`${server.url}/metrics`)).text;
    expect(metrics).toContain('apiserver_requested_deprecated_apis{group="policy",removed_release="1.25"');
    expect(metrics).toContain('transformer_prefix="k8s:enc:aescbc:v1:"} 7');
    for (const path of ['/openapi/v3', '/nonsense', '/apis/nonsense']) {
      expect((await ask(server.url + path)).code).toBe(404);
    }
  });

  it('has no transformation series where nothing is encrypted', async () => {
    const server = await serve();
    expect((await ask(`${server.url}/metrics`)).text).not.toContain('transformation');
  });
});
