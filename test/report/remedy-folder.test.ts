import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Change, ClusterFacts } from '../../src/model/change.ts';
import { apiVersionOf, type Kind } from '../../src/model/kind.ts';
import { contradicts } from '../../src/report/remedy-folder/patch-fields.ts';
import { remedyFolder, type RemedyFolder } from '../../src/report/remedy-folder/remedy-folder.ts';
import { valuesHint } from '../../src/report/remedy-folder/values-hint.ts';
import { auditChange, event } from '../analyses/rbac/audit-event.ts';
import { object } from '../objects.ts';
import { judged } from './judged.ts';

interface Plan {
  readonly kind: Kind;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A workload that runs a privileged container. */
function workload(kind: Kind, namespace: string, name: string, metadata: Record<string, unknown> = {}): Plan {
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'registry.example/main:1', securityContext: { privileged: true } }];
  return {
    kind,
    metadata: { name, namespace, ...metadata },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

const PLANS: readonly Plan[] = [
  { kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'retail' } } },
  { kind: 'Namespace', metadata: { name: 'edge', labels: { team: '../../etc' } } },
  workload('Deployment', 'shop', 'cart', {
    annotations: { 'argocd.argoproj.io/tracking-id': 'store:apps/Deployment:shop/cart' },
  }),
  workload('Deployment', 'shop', 'search', { labels: { team: 'search', 'app.kubernetes.io/part-of': 'finder' } }),
  workload('DaemonSet', 'edge', 'proxy', { annotations: { 'meta.helm.sh/release-name': 'nginx' } }),
  workload('Deployment', 'other', 'bare'),
  {
    kind: 'ArgoApplication',
    metadata: { name: 'store', namespace: 'argocd' },
    spec: { source: { repoURL: 'https://git.example/store', path: 'deploy' } },
  },
  {
    kind: 'Role',
    metadata: { namespace: 'shop', name: 'ops' },
    rules: [
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    ],
  },
  {
    kind: 'RoleBinding',
    metadata: { namespace: 'shop', name: 'ops' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'ops' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'ops' }],
  },
];

function folderOf(
  plans: readonly Plan[],
  facts: Partial<ClusterFacts> = {},
  changes: readonly Change[] = [],
): RemedyFolder {
  const report = judged(
    plans.map(({ kind, ...rest }) => object(kind, rest)),
    { withRemedies: true, facts, changes },
  );
  return remedyFolder(
    report.engine.view,
    report.findings.map(({ finding }) => finding),
    report.remedies ?? [],
  );
}

const folder = folderOf(PLANS);
const text = (path: string): string => folder.files.get(path) ?? `no file ${path}`;

describe('the folder of --remediate', () => {
  test('has a folder for each owner and application, whatever the names hold', () => {
    expect([...new Set([...folder.files.keys()].map((path) => dirname(path)))].sort()).toEqual([
      '-..-..-etc/edge',
      '-..-..-etc/nginx',
      '_no-owner/other',
      'retail/shop',
      'retail/store',
      'search/finder',
    ]);
  });

  test('says which requests of the log only all of its remedies deny', () => {
    const role = (name: string): Plan => ({
      kind: 'Role',
      metadata: { namespace: 'shop', name },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
    });
    const binding = (name: string): Plan => ({
      kind: 'RoleBinding',
      metadata: { namespace: 'shop', name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }],
    });
    const user = { username: 'bob', uid: '', groups: ['system:authenticated'], extra: {} };
    const secret = { resource: 'secrets', subresource: '', namespace: 'shop', name: 'pg', apiGroup: '', uid: '' };
    const log = auditChange([event(0, { user, object: secret })]);
    const plans = ['first', 'second'].flatMap((name) => [role(name), binding(name)]);
    const readme = (changes: readonly Change[]): string | undefined =>
      folderOf(plans, {}, changes).files.get('_no-owner/shop/README.md');
    expect(readme([log])).toContain(
      'The first remedies of all folders, replayed over the audit log together:\n\n- DENIES only all together: 1 event, last on 2026-11-01 by bob: get secrets in namespace shop \\(pg\\)\n',
    );
    expect(readme([])).not.toContain('replayed');
  });

  test('keeps what cuts a declared connection out of the component, and says so on the page', () => {
    const twin = (name: string): Plan => ({
      kind: 'Deployment',
      metadata: { name, namespace: 'shop', labels: { 'app.kubernetes.io/part-of': 'web' } },
      spec: {
        selector: { matchLabels: { app: 'twins' } },
        template: {
          metadata: { labels: { app: 'twins' } },
          spec: { containers: [{ name: 'main', image: 'twin', env: [{ name: 'API', value: 'http://web' }] }] },
        },
      },
    });
    const web = workload('Deployment', 'shop', 'web', { labels: { 'app.kubernetes.io/part-of': 'web' } });
    const service: Plan = {
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    };
    const { files } = folderOf([web, service, twin('first'), twin('second')], { source: 'files' });
    const denies = [...files.keys()].filter((path) => path.includes('-first-deny-egress'));
    expect(denies).toEqual(['_no-owner/web/default-deny-networkpolicy-shop-first-deny-egress.yaml']);
    expect(files.get('_no-owner/web/kustomization.yaml')).not.toContain('deny-egress');
    expect(files.get('_no-owner/web/README.md')).toContain(
      'default-deny-networkpolicy-shop-first-deny-egress.yaml, deny everything \\(review: it may break something\\)\n',
    );
  });

  test('groups by the owner label of the config', () => {
    const plan = workload('Deployment', 'shop', 'cart', { labels: { unit: 'stores', team: 'retail' } });
    const { files } = folderOf([plan], { labels: { owner: 'unit', required: [], include: [] } });
    expect(new Set([...files.keys()].map((path) => dirname(path)))).toEqual(new Set(['stores/shop']));
  });

  test('has a page and a component in each', () => {
    const places = new Set([...folder.files.keys()].map((path) => dirname(path)));
    for (const place of places) expect(text(`${place}/README.md`)).toContain('Nothing here has been applied');
    const target = { group: 'apps', kind: 'Deployment', name: 'search', namespace: 'shop' };
    const component = parse(text('search/finder/kustomization.yaml')) as { readonly patches: unknown };
    expect(component).toMatchObject({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' });
    expect(component.patches).toEqual([
      { path: 'security-context-patch-deployment-shop-search.yaml', target },
      { path: 'no-token-patch-deployment-shop-search.yaml', target },
      { path: 'label-workload-deployment-shop-search.yaml', target },
    ]);
  });

  test('says which repository to change, and gives values for a chart', () => {
    expect(text('retail/store/README.md')).toContain('git.example/store at deploy, change Deployment shop/cart');
    for (const place of ['retail/store', '-..-..-etc/nginx'])
      expect(text(`${place}/README.md`)).not.toContain('      kubectl');
    expect(text('search/finder/README.md')).toContain('      kubectl patch');
    expect(parse(text('-..-..-etc/nginx/values-edge-daemonset-proxy.yaml'))).toMatchObject({
      securityContext: { privileged: null, allowPrivilegeEscalation: false },
    });
  });

  test('names every file of a remedy on the page of its folder', () => {
    for (const path of folder.paths.values()) {
      expect(text(`${dirname(path)}/README.md`)).toContain(
        path.slice(path.lastIndexOf('/') + 1).replaceAll('_', '\\_'),
      );
    }
  });

  test('puts one change of a list into the component: a second would undo it', () => {
    const { patches } = parse(text('retail/shop/kustomization.yaml')) as { patches: readonly { path: string }[] };
    expect(patches.filter(({ path }) => path.includes('ops')).map(({ path }) => path)).toEqual([
      'drop-rules-role-shop-ops.yaml',
    ]);
    expect(folder.files.has('retail/shop/drop-rules-role-shop-ops-2.yaml')).toBe(true);
  });

  test('says on the page which files undo each other', () => {
    const page = text('retail/shop/README.md');
    const [first, second] = ['drop-rules-role-shop-ops.yaml', 'drop-rules-role-shop-ops-2.yaml'];
    expect(page).toContain(
      `- ${first}, Take the dangerous rules out of the role \\(review\\), in kustomization.yaml\n`,
    );
    const warning = (other: string): string =>
      `\n  One of them only: what this sets, ${other} sets otherwise. Apply one, then have the folder written anew.\n`;
    expect(page.split(warning(second))).toHaveLength(2);
    expect(page.split(warning(first))).toHaveLength(2);
    expect(text('search/finder/README.md')).not.toContain('One of them only');
  });

  test('says how many they are where they are many', () => {
    const subjects = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ kind: 'ServiceAccount', name, namespace: 'shop' }));
    const { files } = folderOf([
      { kind: 'Namespace', metadata: { name: 'shop' } },
      {
        kind: 'Role',
        metadata: { namespace: 'shop', name: 'r' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      },
      {
        kind: 'RoleBinding',
        metadata: { namespace: 'shop', name: 'r' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        subjects,
      },
    ]);
    const others = ['-2', '-3', '-4'].map((number) => `remove-subject-rolebinding-shop-r${number}.yaml`).join(', ');
    expect(files.get('_no-owner/shop/README.md')).toContain(
      `One of them only: what this sets, ${others} and 1 more set otherwise.`,
    );
  });
});

describe('two patches of one object', () => {
  const patch = (spec: unknown): Record<string, unknown> => ({ kind: 'Deployment', metadata: { name: 'web' }, spec });
  const container = (name: string, context: unknown): unknown => ({ containers: [{ name, securityContext: context }] });

  test.each([
    ['different fields', { a: 1 }, { b: 2 }, false],
    ['the same value', { a: 1 }, { a: 1 }, false],
    ['two values', { a: 1 }, { a: 2 }, true],
    ['two containers', container('x', { a: 1 }), container('y', { a: 2 }), false],
    ['one container', container('x', { a: 1 }), container('x', { a: 2 }), true],
    ['a list that is not merged', { subjects: [{ name: 'a' }] }, { subjects: [{ name: 'b' }] }, true],
  ])('%s', (_name, one, other, wanted) => {
    expect(contradicts(patch(one), patch(other))).toBe(wanted);
  });
});

describe('values for a chart', () => {
  test('say what has no usual value', () => {
    const spec = {
      hostNetwork: null,
      automountServiceAccountToken: false,
      containers: [
        { name: 'a', securityContext: { privileged: null } },
        { name: 'b', securityContext: { runAsNonRoot: true } },
      ],
    };
    const hint = valuesHint([{ kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec } } } } }]);
    expect(hint).toContain('No usual value: hostNetwork, a securityContext of each container.');
    expect(parse(hint ?? '')).toEqual({ serviceAccount: { automount: false } });
    expect(valuesHint([{ kind: 'Role', rules: [] }])).toBe(undefined);
  });
});

const kubectl = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });

describe.skipIf(kubectl.status !== 0)('the components in Kustomize', () => {
  const work = mkdtempSync(join(tmpdir(), 'k8sec-kustomize-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('build, and what they render has the findings no more', () => {
    const write = (path: string, content: string): void => {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    };
    for (const [path, content] of folder.files) write(path, content);
    const objects = PLANS.map((plan) => ({ apiVersion: apiVersionOf(plan.kind), ...plan }));
    write('base.yaml', objects.map((one) => stringify({ ...one, kind: kindName(one.kind) })).join('---\n'));
    const components = [...folder.files.keys()].filter((path) => path.endsWith('/kustomization.yaml')).map(dirname);
    write('kustomization.yaml', stringify({ resources: ['base.yaml'], components }));
    const { stdout, stderr, status } = spawnSync('kubectl', ['kustomize', work], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rendered = parseAllDocuments(stdout).map((document) => document.toJS() as Plan);
    const after = judged(
      rendered
        .filter(({ kind }) => kind !== ('Application' as Kind))
        .map((one) => object(one.kind, one as Record<string, unknown>)),
    );
    const ids = new Set(after.findings.map(({ finding }) => finding.rule));
    for (const rule of ['vigilance/privileged-workload', 'rbac/exec', 'network/no-ingress-isolation']) {
      expect([rule, ids.has(rule)]).toEqual([rule, false]);
    }
  });
});

function kindName(kind: Kind): string {
  return kind === 'ArgoApplication' ? 'Application' : kind;
}
