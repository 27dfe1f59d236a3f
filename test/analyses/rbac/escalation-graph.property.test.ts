import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escalationGraph, SINKS, stepsOfActor } from '../../../src/analyses/rbac/escalation-graph.ts';
import {
  accountKeys,
  accountPaths,
  everyPath,
  namespacePaths,
  shortestPath,
} from '../../../src/analyses/rbac/escalation-paths.ts';
import type { NamespaceSink, Sink, Step } from '../../../src/analyses/rbac/escalation-step.ts';
import { accountUsers } from '../../../src/analyses/rbac/service-accounts.ts';
import { textOf } from '../../../src/store/cell.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { upserts, viewOfObjects, type RawObject } from './view-of.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const NAMESPACES = ['a', 'b', 'c'];
const NAMES = ['x', 'y'];

const RULES = [
  { verbs: ['create'], apiGroups: [''], resources: ['pods'] },
  { verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] },
  { verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] },
  { verbs: ['get', 'create'], apiGroups: [''], resources: ['nodes/proxy'] },
  { verbs: ['list'], apiGroups: [''], resources: ['secrets'] },
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['get'], apiGroups: [''], resources: ['configmaps'] },
  { verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] },
  { verbs: ['create'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'] },
  { verbs: ['create'], apiGroups: [''], resources: ['persistentvolumes', 'persistentvolumeclaims'] },
  { verbs: ['*'], apiGroups: [''], resources: ['secrets', 'pods', 'pods/exec'] },
  { verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['edit'] },
  { verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['x'] },
  { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['y', 'default'] },
];

const roles: readonly RawObject[] = RULES.map((rule, at) => ({
  apiVersion: RBAC,
  kind: 'ClusterRole',
  metadata: { name: `r${at}` },
  rules: [rule],
}));

/** The controller makes them in every namespace; of the last one they were not read yet. */
const defaults: readonly RawObject[] = NAMESPACES.slice(0, 2).map((namespace) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name: 'default' },
}));

const subject = fc.oneof(
  fc.record({
    kind: fc.constant('ServiceAccount'),
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES, 'default'),
  }),
  fc.constantFrom('system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated', 'devs').map((name) => ({
    kind: 'Group',
    name,
  })),
  fc.record({ kind: fc.constant('User'), name: fc.constantFrom('eve', 'system:serviceaccount:b:x') }),
);

const binding = fc
  .record({
    at: fc.constantFrom('', ...NAMESPACES),
    name: fc.constantFrom('1', '2', '3'),
    role: fc.nat(RULES.length - 1),
    subjects: fc.array(subject, { minLength: 0, maxLength: 2 }),
  })
  .map(({ at, name, role, subjects }) => ({
    apiVersion: RBAC,
    kind: at === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: at === '' ? { name } : { name, namespace: at },
    roleRef: { kind: 'ClusterRole', name: `r${role}` },
    subjects,
  }));

const account = fc
  .record({ namespace: fc.constantFrom(...NAMESPACES), name: fc.constantFrom(...NAMES) })
  .map((metadata) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }));

const pod = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    account: fc.constantFrom(...NAMES, 'default'),
    privileged: fc.boolean(),
  })
  .map(({ namespace, account: serviceAccountName, privileged }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: serviceAccountName },
    spec: {
      serviceAccountName,
      nodeName: 'n',
      containers: [{ name: 'c', image: 'i', securityContext: { privileged } }],
    },
    status: { phase: 'Running' },
  }));

const namespace = fc
  .record({ name: fc.constantFrom(...NAMESPACES), level: fc.constantFrom('privileged', 'restricted') })
  .map(({ name, level }) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': level } },
  }));

const object: fc.Arbitrary<RawObject> = fc.oneof(
  { arbitrary: binding, weight: 4 },
  { arbitrary: account, weight: 2 },
  { arbitrary: pod, weight: 2 },
  { arbitrary: namespace, weight: 1 },
);

/** Everybody whose path is asked for. */
const SUBJECTS: readonly (readonly string[])[] = [
  ...NAMESPACES.flatMap((one) => [...NAMES, 'default'].map((name) => accountKeys(one, name))),
  ['g:devs'],
  ['g:system:authenticated'],
  ['u:eve'],
];

/** The number of hops of a shortest path, by relaxing every edge between subjects until nothing changes. */
function naiveDistances(view: StoreView, sink: Sink | NamespaceSink): (keys: readonly string[]) => number {
  const graph = escalationGraph(view);
  const existing = NAMESPACES.flatMap((one) => {
    const names = new Set(['default', ...view.list('ServiceAccount', one).map((each) => each.name)]);
    return [...names].map((name) => ({ namespace: one, name, keys: accountKeys(one, name) }));
  });
  const isRunning = (one: (typeof existing)[number]): boolean => accountUsers(view, one.namespace).has(one.name);
  const distances = new Map<string, number>();
  const far = Number.POSITIVE_INFINITY;
  const ofNode = (): number =>
    sink === 'node' ? 0 : 1 + Math.min(far, ...existing.filter(isRunning).map((one) => ofKeys(one.keys)));
  const ofStep = ({ to }: Step): number => {
    if (to === sink) return 1;
    if (to === 'node') return 1 + ofNode();
    const [type, where, name = ''] = to.split('/');
    if (where === undefined || type === 'namespace-admin') return far;
    const pool = existing.filter(
      (one) =>
        (where === '*' || one.namespace === where) &&
        (name === '' || one.name === name) &&
        (type === 'any-account' || isRunning(one)),
    );
    return 1 + Math.min(far, ...pool.map((one) => ofKeys(one.keys)));
  };
  const ofKeys = (keys: readonly string[]): number => distances.get(keys.join()) ?? far;
  const everybody = [...existing.map((one) => one.keys), ...SUBJECTS];
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const keys of everybody) {
      const now = Math.min(far, ...keys.flatMap((key) => stepsOfActor(graph, key).map(ofStep)));
      if (now < ofKeys(keys)) {
        distances.set(keys.join(), now);
        isChanged = true;
      }
    }
  }
  return ofKeys;
}

function answers(view: StoreView): unknown {
  return {
    all: everyPath(view),
    accounts: NAMESPACES.map((one) => [...accountPaths(view, one)]),
    asked: SUBJECTS.map((keys) => SINKS.map((sink) => shortestPath(view, keys, sink))),
  };
}

test('after any changes the paths are those of a fresh graph, and the shortest', () => {
  fc.assert(
    fc.property(
      fc.array(object, { maxLength: 25 }),
      fc.array(fc.record({ object, remove: fc.boolean() }), { maxLength: 8 }),
      (start, changes) => {
        const view = viewOfObjects([...roles, ...defaults, ...start]);
        answers(view);
        let now = [...start];
        const same = (one: RawObject, other: RawObject): boolean =>
          one.kind === other.kind &&
          one.metadata.namespace === other.metadata.namespace &&
          one.metadata.name === other.metadata.name;
        for (const change of changes) {
          now = now.filter((one) => !same(one, change.object));
          const [upsert] = upserts([change.object]);
          if (!change.remove) now.push(change.object);
          const { kind, metadata } = change.object;
          view.apply([
            change.remove
              ? { type: 'remove', kind: kind as 'Pod', namespace: metadata.namespace ?? '', name: metadata.name }
              : (upsert ?? { type: 'facts', facts: {} }),
          ]);
          view.graph.settle(
            () => undefined,
            () => false,
          );
        }
        const fresh = viewOfObjects([...roles, ...defaults, ...now]);
        expect(answers(view)).toEqual(answers(fresh));
        for (const sink of SINKS) {
          const naive = naiveDistances(fresh, sink);
          for (const keys of SUBJECTS) {
            const path = shortestPath(fresh, keys, sink);
            expect(path?.hops.length ?? Number.POSITIVE_INFINITY, `${keys[0]} to ${sink}`).toBe(naive(keys));
            const ends = path?.hops.map((hop) => hop.to) ?? [];
            expect(path?.hops.map((hop) => hop.from) ?? []).toEqual(
              path === undefined ? [] : [keys[0], ...ends.slice(0, -1)],
            );
          }
        }
        const everywhere = naiveDistances(fresh, 'namespace-admin/*');
        for (const keys of SUBJECTS) {
          const found = namespacePaths(escalationGraph(fresh), keys);
          const isEverywhere = everywhere(keys) < Number.POSITIVE_INFINITY;
          const sinks = isEverywhere ? ['*'] : NAMESPACES;
          const wanted = sinks.flatMap((one) => {
            const distance = naiveDistances(fresh, `namespace-admin/${one}`)(keys);
            return distance < Number.POSITIVE_INFINITY ? [[`namespace-admin/${one}`, distance]] : [];
          });
          expect(found.map(({ to, hops }) => [to, hops.length])).toEqual(wanted);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('whoever may exec into a pod gains nothing from an account that was deleted', () => {
  const exec = {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'exec', namespace: 'a' },
    roleRef: { kind: 'ClusterRole', name: 'r1' },
    subjects: [{ kind: 'User', name: 'eve' }],
  };
  const proxy = {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'proxy' },
    roleRef: { kind: 'ClusterRole', name: 'r3' },
    subjects: [{ kind: 'Group', name: 'system:serviceaccounts:a' }],
  };
  const running = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'a', name: 'p' },
    spec: { serviceAccountName: 'x', nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Running' },
  };
  const cluster = [...roles, ...defaults, exec, proxy, running];
  const hops = (objects: readonly RawObject[]): number | undefined =>
    shortestPath(viewOfObjects(objects), ['u:eve'], 'node')?.hops.length;
  expect(hops(cluster)).toBe(undefined);
  expect(
    hops([...cluster, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'a', name: 'x' } }]),
  ).toBe(2);
});

test('what the graph is made of runs by itself before it, so that a first reading is never one long turn', () => {
  const account = (namespace: string): RawObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name: 'x' },
  });
  const exec = (namespace: string): RawObject & Record<string, unknown> => ({
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { namespace, name: 'exec' },
    roleRef: { kind: 'ClusterRole', name: 'r1' },
    subjects: [{ kind: 'User', name: 'eve' }],
  });
  const view = viewOfObjects([...roles, account('a'), account('b')]);
  // Something reads it, as the rules do.
  accountPaths(view, 'a');
  const everywhere = {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'all' },
    roleRef: { kind: 'ClusterRole', name: 'r1' },
    subjects: [{ kind: 'User', name: 'eve' }],
  };
  view.apply(upserts([everywhere, account('c'), exec('a'), exec('b'), exec('d')]));
  const changed: string[] = [];
  view.graph.settle(
    (cell) => changed.push(textOf(cell)),
    () => false,
  );
  const graph = 'rbac/escalation-graph';
  const parts = ['rbac/steps/a', 'rbac/steps/b', 'rbac/namespace-groups', 'rbac/graph-inputs/'];
  const seen = changed.filter((key) => [...parts, graph].some((part) => key.startsWith(part)));
  expect(seen.indexOf(graph)).toBe(seen.length - 1);
  expect(parts.filter((part) => !seen.some((key) => key.startsWith(part)))).toEqual([]);
});
