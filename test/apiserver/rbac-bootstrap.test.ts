/** The RBAC objects that a real API server creates give no finding: the shipped table of its policy is right. */
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { RBAC_RULES } from '../../src/rules/rbac/rbac-rules.ts';
import { viewOfObjects, type RawObject } from '../analyses/rbac/view-of.ts';
import { findBinaries, startApiServer } from './start-server.ts';

const PLURALS = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

test.skipIf(findBinaries() === undefined)('a fresh server gives no finding above info', async () => {
  const server = await startApiServer();
  try {
    const objects: RawObject[] = [];
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await expect
      .poll(async () => (await server.request('GET', '/readyz/poststarthook/rbac/bootstrap-roles')).status, {
        timeout: 60_000,
      })
      .toBe(200);
    for (const [kind, plural] of Object.entries(PLURALS)) {
      const answer = await server.request('GET', `/apis/${apiVersion}/${plural}`);
      const { items } = answer.json<{ items: readonly Omit<RawObject, 'kind' | 'apiVersion'>[] }>();
      objects.push(...items.map((item) => ({ ...item, apiVersion, kind })));
    }
    expect(objects.length).toBeGreaterThan(100);
    const engine = new Engine(viewOfObjects(objects), RBAC_RULES);
    engine.settle();
    expect([...engine.findings.values()].filter((one) => one.severity !== 'info').map((one) => one.id)).toEqual([]);
  } finally {
    await server.stop();
  }
});
