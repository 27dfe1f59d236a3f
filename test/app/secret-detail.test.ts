import { describe, expect, test } from 'vitest';
import { detailLines } from '../../src/app/detail-lines.ts';
import { relatedThings } from '../../src/app/related.ts';
import { here } from '../../src/app/state.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { row, snapshotOf } from './fake-model.ts';
import { Driver } from './session-driver.ts';

const CLUSTER = `
apiVersion: v1
kind: Secret
metadata: {name: pg, namespace: shop}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {conditions: [{type: Ready, status: 'False'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop, uid: p1}
spec: {nodeName: n1, containers: [{name: a, image: a, envFrom: [{secretRef: {name: pg}}]}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: tools, uid: p2}
spec: {nodeName: n1, containers: [{name: a, image: a, securityContext: {privileged: true}}]}
status: {phase: Running}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ops, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ada}]
`;
const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'pg' };

function detail(groups: ReturnType<typeof relatedThings>): readonly string[] {
  const rowOfSecret = { ...row('shop', 'pg', null), kind: 'Secret' };
  const driver = new Driver(snapshotOf([rowOfSecret]));
  return detailLines(driver.state, { type: 'detail', pane: 'network', row: rowOfSecret, groups }).map((line) =>
    line.spans.map((span) => span.text).join(''),
  );
}

describe('the detail of a Secret', () => {
  test('says who uses it, who may read it by what, and what can take it from its nodes', () => {
    const lines = detail(relatedThings(viewOf(CLUSTER), SECRET));
    expect(lines.slice(lines.indexOf(' used by'))).toEqual([
      ' used by',
      '   Pod shop/cart  env',
      '',
      ' may read it',
      '   User ada  by RoleBinding shop/ops, which gives ClusterRole reader',
      '',
      ' nodes that hold it',
      '   Node n1  1 pod, not ready',
      '',
      ' can take it from these nodes',
      '   Pod tools/agent  privileged',
      '',
      ' read it, by the audit log',
      '   unknown: no audit log',
    ]);
  });

  test('says what could not be read', () => {
    const lines = detail(relatedThings(viewOf(CLUSTER, { denied: ['RoleBinding', 'Pod'] }), SECRET));
    expect(lines).toContain('   unknown: roles or bindings could not be read');
  });

  test('is looked up when its row is opened', () => {
    const driver = new Driver(snapshotOf([{ ...row('shop', 'pg', 'high'), kind: 'Secret' }]), { pane: 'network' });
    const { effects } = driver.press('enter');
    const visit = here(driver.state).id;
    expect(effects).toContainEqual({ type: 'related', visit, object: SECRET });
    const groups = [{ title: 'used by', things: [], reason: 'unknown' }];
    driver.send({ type: 'related', visit, groups });
    expect(here(driver.state).place).toMatchObject({ type: 'detail', groups });
  });
});
