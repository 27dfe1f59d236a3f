/** The audit policy that k8sec writes, taken by a real API server: with it the blind detections see. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../src/analyses/audit/audit-intake.ts';
import { auditBlindSpots } from '../../src/analyses/audit/blind-spots.ts';
import { auditPolicy } from '../../src/remedy/audit/audit-policy.ts';
import { readAuditLog } from '../../src/sources/audit/read-audit-log.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const SECRET = 'correct horse battery staple';

let server: ApiServer;

describe.skipIf(findBinaries() === undefined)('the audit policy on a real API server', () => {
  beforeAll(async () => {
    const built = auditPolicy.build({} as never, new StoreView(new ClusterStore(), 0));
    if ('refused' in built) throw new Error(built.refused);
    server = await startApiServer({ auditPolicy: JSON.stringify(built.manifests[0]) });
  });

  afterAll(async () => {
    await server.stop();
  });

  it('starts the server, and lets every detection see what its requests show', async () => {
    const create = async (path: string, body: unknown): Promise<void> => {
      const { status, text } = await server.request('POST', path, { body });
      if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
    };
    const shop = '/api/v1/namespaces/shop';
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'registry.example/c:1' }] },
    };
    await create('/api/v1/namespaces', { metadata: { name: 'shop' } });
    await create(`${shop}/serviceaccounts`, { metadata: { name: 'default' } });
    await create(`${shop}/secrets`, { metadata: { name: 's' }, stringData: { password: SECRET } });
    await create(`${shop}/configmaps`, { metadata: { name: 'c' }, data: { password: SECRET } });
    await create(`${shop}/pods`, {
      metadata: { generateName: 'x-' },
      spec: { containers: [{ name: 'c', image: 'registry.example/c:1', securityContext: { privileged: true } }] },
    });
    await create('/apis/apps/v1/namespaces/shop/deployments', {
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { ...template, spec: { ...template.spec, hostPID: true } },
      },
    });
    await create('/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles', {
      metadata: { name: 'all' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    });
    await create('/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings', {
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'default' }],
    });
    await create(`${shop}/services`, { metadata: { name: 'web' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } });
    await server.request('GET', '/readyz');

    const intake = createAuditIntake();
    const texts: string[] = [];
    const notes = await readAuditLog([join(server.folder, 'audit.log')], {
      onEvents: (events) => {
        texts.push(JSON.stringify(events));
        intake.push(events);
      },
    });
    const state = intake.state();
    expect(notes).toMatchObject([{ broken: 0, skipped: 0 }]);
    const shown = [...state.groups.values()].flatMap(({ detection, hours }) => [
      detection,
      ...hours.flatMap(({ also }) => also),
    ]);
    expect(shown).toEqual(
      expect.arrayContaining([
        'privileged-pod-created',
        'host-namespace-pod-created',
        'wildcard-role-created',
        'cluster-admin-bound',
        'service-exposed',
      ]),
    );
    expect(
      [...state.groups.values()].find(({ detection }) => detection === 'privileged-pod-created')?.hours[0]?.text,
    ).toMatch(/pods x-\w+ \(shop\)/);
    const blind = auditBlindSpots(state).filter(({ cause, isImpossible }) => cause !== 'verb' && isImpossible);
    expect(blind.map(({ detection }) => detection)).toEqual(['configmap-with-credentials']);
    expect(state.coverage.resources['leases.coordination.k8s.io']).toBeUndefined();
    expect(texts.join('')).not.toContain(SECRET);
  });
});
