import { expect, test } from 'vitest';
import { LISTED_QUESTIONS, questionGroups } from '../../src/app/question-list.ts';
import { relatedKey } from '../../src/app/related.ts';
import { refText } from '../../src/kube/object-ref.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects } from '../analyses/rbac/view-of.ts';

const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const VIEW = viewOfObjects([
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cart', namespace: 'shop' } },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'cart-0', namespace: 'shop' },
    spec: { serviceAccountName: 'cart', containers: [{ name: 'cart', image: 'cart' }] },
  },
  rawRole('reader', ['get core secrets']),
  rawBinding('shop', 'here', 'reader', CART, { kind: 'User', name: 'alice' }),
  rawBinding('data', 'there', 'reader', CART, { kind: 'ServiceAccount', namespace: 'shop', name: 'gone' }),
  rawBinding('', 'open', 'reader', { kind: 'User', name: 'system:anonymous' }),
]);
const AUTHORIZERS = 'authorizers: rbac read; node not modelled; webhook or cloud IAM none seen';

/** Titles and reasons, and the things below them, as a person reads them. */
function list(text: string): readonly string[] {
  return questionGroups(VIEW, text).flatMap(({ title, reason, things }) => [
    `# ${title}`,
    ...(reason === undefined ? [] : [`? ${reason}`]),
    ...things.map(({ object, note }) => `${refText(object)} | ${note}`),
  ]);
}

test('a row for each subject and scope, with the binding and the rule', () => {
  expect(list('who-can read-secrets')).toEqual([
    '# 4 subjects read Secrets, 1 in every namespace (2 service accounts, 1 user or group, 1 of everybody or the system)',
    `? members of system:masters may do everything; whoever creates workloads can mount the Secrets of the namespace too: who-can create-workloads; ${AUTHORIZERS}`,
    '# workloads, by their service accounts',
    'ServiceAccount shop/cart | in data · RoleBinding data/there: get secrets · runs Pod shop/cart-0',
    'ServiceAccount shop/gone | in data · RoleBinding data/there: get secrets · no such account',
    'ServiceAccount shop/cart | in shop · RoleBinding shop/here: get secrets · runs Pod shop/cart-0',
    '# people and their groups',
    'User alice | in shop · RoleBinding shop/here: get secrets',
    '# everybody and the system',
    'User system:anonymous | in every namespace · ClusterRoleBinding open: get secrets',
  ]);
});

test('what requests without credentials may do, by binding', () => {
  expect(list('can unauthenticated')).toEqual([
    '# 1 rule is given to requests without credentials beyond what Kubernetes itself gives',
    `? requests without credentials: unknown whether accepted (no kube-apiserver pod can be seen, and they are accepted by default); requests without credentials to kubelets: not visible (their configuration is served by nodes/configz and nodes/proxy, which k8sec does not read); ${AUTHORIZERS}`,
    '# beyond what Kubernetes gives, by',
    'ClusterRoleBinding open | in every namespace · get secrets',
  ]);
});

test.each(LISTED_QUESTIONS.filter((one) => one !== 'due'))('%s: nobody is said with what is not counted', (text) => {
  const [head, ...more] = questionGroups(viewOfObjects([]), text);
  expect(head?.title).toMatch(/^no /);
  expect(head?.reason).toContain(AUTHORIZERS);
  expect(more).toEqual([]);
});

test('the cursor tells the rows of one subject apart', () => {
  const keys = questionGroups(VIEW, 'who-can read-secrets').flatMap(({ title, things }) =>
    things.map((thing) => relatedKey(title, thing)),
  );
  expect(new Set(keys).size).toBe(5);
});
