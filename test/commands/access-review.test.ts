import { expect, test } from 'vitest';
import { accessReviewCommand } from '../../src/commands/access-review.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { runCommand } from './rbac-command.ts';

const CLUSTER = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{verbs: [get, list], apiGroups: [""], resources: [secrets]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: shop}
roleRef: {kind: Role, name: reader}
subjects: [{kind: User, name: "=bob"}, {kind: Group, name: devs}]
`;

test('one row per subject, with empty columns to decide in, and nothing that a spreadsheet runs', async () => {
  const { code, output } = await runCommand(accessReviewCommand, viewOf(CLUSTER), []);
  expect(output.split('\r\n')).toEqual([
    'subject,scope,binding,role,gives,sensitive,usage,since,changed,decision,reviewer',
    'User =bob,shop,RoleBinding shop/read,Role shop/reader,"get,list secrets",medium: reads-secrets,unknown: no audit log,,,,',
    'Group devs,shop,RoleBinding shop/read,Role shop/reader,"get,list secrets",medium: reads-secrets,unknown: no audit log,,,,',
    '',
  ]);
  expect(code).toBe(0);
});

test('what could not be read is no clean review', async () => {
  const { code } = await runCommand(accessReviewCommand, viewOf(CLUSTER, { denied: ['Role'] }), []);
  expect(code).toBe(3);
});
