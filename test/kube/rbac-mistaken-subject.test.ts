import { expect, test } from 'vitest';
import { whyNobody } from '../../src/kube/rbac-mistaken-subject.ts';

test.each([
  [{ kind: 'User', name: 'alice' }, '', undefined],
  [{ kind: 'Group', name: 'devs' }, '', undefined],
  [{ kind: 'Group', name: 'system:masters' }, '', undefined],
  [{ kind: 'User', name: 'system:masters' }, '', 'That is the name of a group.'],
  [{ kind: 'User', name: 'system:authenticated' }, '', 'That is the name of a group.'],
  [{ kind: 'User', name: 'system:serviceaccounts:shop' }, '', 'That is the name of a group.'],
  [{ kind: 'Group', name: 'system:serviceaccounts:shop' }, '', undefined],
  [{ kind: 'User', name: 'system:serviceaccount:shop:cart' }, '', undefined],
  [
    { kind: 'User', name: 'system:serviceaccount:cart' },
    '',
    'A service account is the user system:serviceaccount:NAMESPACE:NAME.',
  ],
  [{ kind: 'Group', name: 'system:serviceaccount:shop:cart' }, '', 'That is a service account, not a group.'],
  [{ kind: 'Group', name: 'system:anonymous' }, '', 'That is the name of a user.'],
  [{ kind: 'User', name: 'system:anonymous' }, '', undefined],
  [{ kind: 'User', name: 'system:kube-scheduler' }, '', undefined],
  [{ kind: 'ServiceAccount', name: 'cart' }, '', 'In a ClusterRoleBinding a service account needs a namespace.'],
  [{ kind: 'ServiceAccount', name: 'cart' }, 'shop', undefined],
  [{ kind: 'Robot', name: 'r2' }, 'shop', 'A subject is a User, a Group or a ServiceAccount.'],
])('%o in "%s"', (subject, namespace, expected) => {
  expect(whyNobody(subject, namespace)).toBe(expected);
});
