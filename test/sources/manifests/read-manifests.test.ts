import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManifestResult } from '../../../src/sources/manifests/manifest-result.ts';
import { readManifests, type ManifestOptions } from '../../../src/sources/manifests/read-manifests.ts';
import { memoryFiles } from './memory-files.ts';

function read(
  content: Readonly<Record<string, string | Uint8Array>>,
  paths: readonly string[] = Object.keys(content),
  options: ManifestOptions = {},
): Promise<ManifestResult> {
  return readManifests(paths, { fs: memoryFiles(content), ...options });
}

function identities({ objects }: ManifestResult): string[] {
  return objects.map((one) => `${one.kind}/${one.namespace}/${one.name}@${one.location?.file}:${one.location?.line}`);
}

const account = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n${more}`;
const pod = (name: string): object => ({ metadata: { name }, spec: { containers: [{ name: 'a' }] } });

const twoPods = (lines: readonly [number, number]): string[] => [
  `Pod/default/p@x:${lines[0]}`,
  `Pod/default/q@x:${lines[1]}`,
];
const oneAccount = () => Promise.resolve(new TextEncoder().encode(account('a')));
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: ${value}}\n`;

const messages = async (value: string): Promise<string[]> =>
  (await read({ x: config(value) })).broken.map(({ field, message }) => `${field} ${message}`);

describe('forms of input', () => {
  test('several YAML documents, with directives, comments and empty ones', async () => {
    const text = `%YAML 1.1\n---\n# first\n${account('a')}---\n\n---\n# nothing\n...\n--- # second\n${account('b', '  namespace: shop\n')}`;
    const result = await read({ 'x.yaml': text });
    expect(identities(result)).toEqual(['ServiceAccount/default/a@x.yaml:4', 'ServiceAccount/shop/b@x.yaml:14']);
    expect(result).toMatchObject({ broken: [], duplicates: [], skipped: { notKubernetes: 0 }, files: 1 });
  });

  test('Windows line ends and a byte order mark', async () => {
    const text = `\ufeff${account('a')}---\n${account('b')}`.replaceAll('\n', '\r\n');
    expect(identities(await read({ 'x.yaml': text }))).toEqual([
      'ServiceAccount/default/a@x.yaml:1',
      'ServiceAccount/default/b@x.yaml:6',
    ]);
  });

  test('JSON, NDJSON, a JSON array, JSON between YAML markers', async () => {
    const one = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod('p') });
    const two = one.replace('"p"', '"q"');
    expect(identities(await read({ x: `${one}\n${two}\n` }))).toEqual(twoPods([1, 2]));
    expect(identities(await read({ x: `[\n${one},\n${two}\n]` }))).toEqual(twoPods([2, 3]));
    expect(identities(await read({ x: `---\n${one}\n---\n${two}\n` }))).toEqual(twoPods([2, 4]));
    const spread = JSON.stringify(JSON.parse(one), null, 2);
    expect(identities(await read({ x: `${spread}\n${spread.replace('"p"', '"q"')}` }))).toEqual(
      twoPods([1, spread.split('\n').length + 1]),
    );
  });

  test('to be created, an object has no uid, status or owner that a manifest claims; a copy of a server has', async () => {
    const owner = { apiVersion: 'example.com/v1', kind: 'App', name: 'x', uid: 'o', controller: true };
    const claimed = (metadata: object): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'p',
          uid: 'u',
          deletionTimestamp: '2026-01-01T00:00:00Z',
          ownerReferences: [owner],
          ...metadata,
        },
        spec: { containers: [{ name: 'a', image: 'i:1' }] },
        status: { phase: 'Succeeded' },
      });
    const asRead = async (text: string, options: ManifestOptions): Promise<readonly unknown[]> => {
      const { objects } = await read({ 'x.json': text }, ['x.json'], options);
      return objects.map((one) => one.kind === 'Pod' && [one.uid, one.owners.length, one.deleting, one.phase]);
    };
    const [sent] = await asRead(claimed({}), { toBeCreated: true });
    expect(sent).toEqual(['', 0, false, '']);
    const whole = ['u', 1, true, 'Succeeded'];
    expect(await asRead(claimed({ resourceVersion: '7' }), { toBeCreated: true })).toEqual([whole]);
    expect(await asRead(claimed({}), {})).toEqual([whole]);
  });

  test('what is in too many lists is told as not read: kubectl applies it', async () => {
    const nested = (times: number): unknown =>
      times === 0 ? { apiVersion: 'v1', kind: 'Pod', ...pod('p') } : { kind: 'List', items: [nested(times - 1)] };
    const result = async (times: number): Promise<readonly unknown[]> => {
      const { objects, broken } = await read({ 'x.json': JSON.stringify(nested(times)) });
      return [objects.length, broken.map(({ field, message }) => `${field}: ${message}`)];
    };
    expect(await result(9)).toEqual([1, []]);
    expect(await result(10)).toEqual([0, ['items: lists more than 8 deep in each other are not read']]);
  });

  test('List, typed list, list of lists, and an answer of the API, with the line of each item', async () => {
    const typed = { apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [pod('p'), pod('q')] };
    const list = { kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod', ...pod('r') }, typed] };
    const text = JSON.stringify(list, null, 1);
    const lineOf = (name: string): number => {
      const lines = text.split('\n');
      const named = lines.findIndex((line) => line.includes(`"name": "${name}"`));
      return lines.slice(0, named).findLastIndex((line) => line.trim() === '{') + 1;
    };
    const result = await read({ 'x.json': text });
    expect(identities(result)).toEqual([
      `Pod/default/r@x.json:${lineOf('r')}`,
      // Items of inner lists have the line of the inner list.
      ...['p', 'q'].map(
        (name) => `Pod/default/${name}@x.json:${text.split('\n').findIndex((line) => line.includes('PodList')) - 1}`,
      ),
    ]);
    const yaml = `apiVersion: v1\nkind: List\nitems:\n- ${account('a').trimEnd().replaceAll('\n', '\n  ')}\n- ${account('b').trimEnd().replaceAll('\n', '\n  ')}\n`;
    expect(identities(await read({ y: yaml }))).toEqual([
      'ServiceAccount/default/a@y:4',
      'ServiceAccount/default/b@y:8',
    ]);
    expect(identities(await read({ z: '{"kind":"SecretList","apiVersion":"v1","items":null}' }))).toEqual([]);
  });

  test('gzip, by content; UTF-16', async () => {
    const result = await read({
      'x.yaml.gz': gzipSync(account('a')),
      'y.yaml': Buffer.from(`\ufeff${account('b')}`, 'utf16le'),
    });
    expect(identities(result)).toHaveLength(2);
  });

  test('standard input', async () => {
    expect(identities(await readManifests(['-'], { stdin: oneAccount }))).toEqual([
      'ServiceAccount/default/a@(stdin):1',
    ]);
  });

  test('go-yaml, not YAML 1.2: `yes` is a boolean, times and base-60 numbers are text', async () => {
    expect(await messages('yes')).toEqual(['data.x must be a string, not a boolean']);
    expect(await messages('0755')).toEqual(['data.x must be a string, not a number']);
    expect(await messages('12:30')).toEqual([]);
    expect(await messages('2026-01-01')).toEqual([]);
  });
});

describe('folders', () => {
  test('are read to the bottom in order of name, by extension; links lead in no circles', async () => {
    const root = await mkdtemp(join(tmpdir(), 'k8sec-manifests-'));
    try {
      await mkdir(join(root, 'b', 'c'), { recursive: true });
      await writeFile(join(root, 'b', 'c', 'deep.yml'), account('deep'));
      await writeFile(join(root, 'a.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod('p') }));
      await writeFile(join(root, 'notes.txt'), 'not: read');
      await symlink(root, join(root, 'b', 'loop'));
      await symlink(join(root, 'a.json'), join(root, 'z.json'));
      await symlink(join(root, 'nowhere'), join(root, 'gone.yaml'));
      const result = await readManifests([root]);
      expect(identities(result)).toEqual([
        `Pod/default/p@${root}/a.json:1`,
        `ServiceAccount/default/deep@${root}/b/c/deep.yml:1`,
      ]);
      expect(result.unreadable).toEqual([{ path: `${root}/gone.yaml`, message: 'no such file or folder' }]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('what is missing or denied is named; the rest is read', async () => {
    const result = await read({ 'd/a.yaml': 'denied', 'd/b.yaml': account('b') }, ['nowhere', 'd']);
    expect(identities(result)).toEqual(['ServiceAccount/default/b@d/b.yaml:1']);
    expect(result.unreadable).toEqual([
      { path: 'nowhere', message: 'no such file or folder' },
      { path: 'd/a.yaml', message: 'permission denied' },
    ]);
  });
});

describe('what can\u2019t be judged', () => {
  test('a broken document is named by its line, the others are judged', async () => {
    const result = await read({ 'x.yaml': `${account('a')}---\nkind: [Pod\n---\n${account('b')}` });
    expect(identities(result)).toHaveLength(2);
    expect(result.broken).toMatchObject([{ file: 'x.yaml', line: 7, kind: null, name: null, field: '' }]);
  });

  test('broken JSON is named without quoting it', async () => {
    const good = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod('p') });
    const result = await read({ 'x.json': `${good}\n{"data": {"password": hunter2}}\n${good.replace('"p"', '"q"')}` });
    expect(identities(result)).toHaveLength(2);
    expect(result.broken).toEqual([
      { file: 'x.json', line: 2, kind: null, namespace: null, name: null, field: '', message: 'not valid JSON' },
    ]);
  });

  test('a Helm template is named as one, however its brackets stand', async () => {
    const template = '{{- if .Values.on -}}\n} }] {{ end }}\n';
    const result = await read({ 'x.yaml': `${template}---\n${account('b')}`, 'y.json': template });
    expect(identities(result)).toEqual(['ServiceAccount/default/b@x.yaml:4']);
    expect(result.broken.map(({ file, line, message }) => [file, line, message])).toEqual([
      ['x.yaml', 1, expect.stringContaining('looks like a Helm template, which helm template CHART renders')],
      ['y.json', 1, 'not valid JSON'],
      ['y.json', 2, 'not valid JSON'],
      ['y.json', 2, 'not valid JSON'],
      ['y.json', 2, 'not valid JSON'],
      ['y.json', 2, 'not valid JSON'],
    ]);
  });

  test('any text is read to its end', async () => {
    const signs = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\n',
      ' ',
      '-',
      '#',
      '&a',
      '*a',
      '1',
      'null',
    );
    const texts = fc.array(signs, { maxLength: 40 }).map((some) => some.join(''));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { broken, skipped } = await read({ x: text, 'x.json': text });
        expect(broken.length + skipped.notKubernetes).toBeLessThanOrEqual(2 * text.length);
      }),
    );
  });

  test('an object that a server would refuse is named by file, line and field', async () => {
    const policy =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/99\n';
    const json =
      '{"apiVersion":"v1","kind":"PodList","items":[\n {"metadata":{"name":"p"},\n  "spec":{\n   "containers":[]}}\n]}';
    const result = await read({ 'x.yaml': `${account('a')}---\n${policy}`, 'y.json': json }, undefined, {
      defaultNamespace: 'shop',
    });
    expect(identities(result)).toEqual(['ServiceAccount/shop/a@x.yaml:1']);
    expect(result.broken).toEqual([
      {
        file: 'x.yaml',
        line: 15,
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'p',
        field: 'spec.ingress[0].from[0].ipBlock.cidr',
        message: expect.stringContaining('10.0.0.0/99'),
        about: { podSelector: {}, ingress: true, egress: false },
      },
      {
        file: 'y.json',
        line: 4,
        kind: 'Pod',
        namespace: 'shop',
        name: 'p',
        field: 'spec.containers',
        message: 'must have at least one container',
      },
    ]);
  });

  test('a broken policy tells what it is about, unless that is what is broken', async () => {
    const about = async (spec: string): Promise<unknown> => {
      const text = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: ${spec}\n`;
      const { broken } = await read({ 'x.yaml': text });
      expect(broken).not.toEqual([]);
      return broken[0]?.about;
    };
    const bad = 'ingress: [{ports: [{port: 80, endPort: 70}]}]';
    const podSelector = { matchLabels: { app: 'db' } };
    const selector = 'podSelector: {matchLabels: {app: db}}';
    expect(await about(`{${selector}, ${bad}}`)).toEqual({ podSelector, ingress: true, egress: false });
    expect(await about(`{${selector}, ${bad}, egress: nothing}`)).toEqual({ podSelector, ingress: true, egress: true });
    expect(await about(`{${selector}, policyTypes: [Egress], ${bad}}`)).toEqual({
      podSelector,
      ingress: false,
      egress: true,
    });
    expect(await about(`{podSelector: {matchExpressions: [{key: a, operator: Gt}]}, ${bad}}`)).toBeUndefined();
    expect(await about(`{${selector}, policyTypes: [In], ${bad}}`)).toBeUndefined();
    expect(await about('text')).toBeUndefined();
  });

  test('other documents are skipped and counted', async () => {
    const result = await read({
      'values.yaml': 'replicas: 3\n---\n- a\n---\njust text\n',
      'cr.yaml':
        'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: b}\n',
      'half.yaml': 'kind: Deployment\nmetadata: {name: a}\n',
    });
    expect(result.skipped).toEqual({ notKubernetes: 3, otherObjects: { 'example.com/v1/Widget': 2 } });
    expect(result.broken).toMatchObject([{ file: 'half.yaml', line: 1, name: 'a', field: 'apiVersion' }]);
  });

  test('what a release removed has its finding and is not said to be skipped', async () => {
    const of = (kind: string): string => `apiVersion: policy/v1beta1\nkind: ${kind}\nmetadata: {name: a}\n`;
    const result = await read({ 'old.yaml': of('PodSecurityPolicy'), 'other.yaml': of('Eviction') });
    expect(result.removedApis.map(({ kind, name }) => [kind, name])).toEqual([['PodSecurityPolicy', 'a']]);
    expect(result.skipped.otherObjects).toEqual({ 'policy/v1beta1/Eviction': 1 });
  });

  test('a workload of a kind that is not known is not clean, it is not judged', async () => {
    const template = 'template: {spec: {containers: [{name: c, image: x}]}}';
    const of = (kind: string, spec: string): string =>
      `apiVersion: example.com/v1\nkind: ${kind}\nmetadata: {name: a, namespace: n}\nspec: {${spec}}\n`;
    const result = await read({
      'rollout.yaml': of('Rollout', template),
      'roles.yaml': of('TrainJob', `roles: {worker: {${template}}}`),
      'tasks.yaml': of('Batch', `tasks: [{${template}}]`),
      'widget.yaml': of('Widget', 'template: {name: x}, containers: [a]'),
    });
    expect(result.broken.map(({ file, line, name, field }) => [file, line, name, field])).toEqual([
      ['rollout.yaml', 2, 'a', 'kind'],
      ['roles.yaml', 2, 'a', 'kind'],
      ['tasks.yaml', 2, 'a', 'kind'],
    ]);
    expect(result.skipped.otherObjects).toEqual({ 'example.com/v1/Widget': 1 });
  });

  test('aliases that expand without end, refer to themselves, or nest too deeply', async () => {
    const laughs = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => [pair[0], pair[1]])) {
      laughs.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`);
    }
    const result = await read({
      'laughs.yaml': laughs.join('\n'),
      'self.yaml': 'a: &a [*a]',
      'deep.yaml': '['.repeat(20_000),
      'latin1.yaml': Buffer.from('a: 1\nname: caf\u00e9\n', 'latin1'),
      'bad.gz': new Uint8Array([0x1f, 0x8b, 1, 2]),
    });
    expect(result.broken.map(({ file, line, message }) => [file, line, message])).toEqual([
      ['laughs.yaml', 1, 'too many aliases'],
      ['self.yaml', 1, 'an alias that refers to itself'],
      ['deep.yaml', 1, expect.any(String)],
      ['latin1.yaml', 2, 'not UTF-8 text'],
      ['bad.gz', 1, 'damaged gzip data'],
    ]);
    expect(result.objects).toEqual([]);
  });
});

describe('identity', () => {
  test('a later duplicate wins and is told', async () => {
    const result = await read({
      'x.yaml': account('a'),
      'y.yaml': account('a', 'automountServiceAccountToken: false\n'),
    });
    expect(result.objects).toMatchObject([{ name: 'a', automountServiceAccountToken: false }]);
    expect(result.duplicates).toEqual([
      {
        kind: 'ServiceAccount',
        namespace: 'default',
        name: 'a',
        dropped: { file: 'x.yaml', line: 1 },
        kept: { file: 'y.yaml', line: 1 },
      },
    ]);
  });

  test('manifests with generateName are no duplicates', async () => {
    const job = 'apiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\nspec: {containers: [{name: a}]}\n';
    const result = await read({ x: `${job}---\n${job}` });
    expect(result.objects.map(({ name }) => name)).toEqual(['job-*1', 'job-*2']);
    expect(result.duplicates).toEqual([]);
  });

  test('a namespace on a cluster-scoped object is ignored', async () => {
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a, namespace: x}\n';
    expect(identities(await read({ x: role }))).toEqual(['ClusterRole//a@x:1']);
  });
});

test('no value of a Secret is in the result, whatever form it came in', async () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: MARKERhunter2\n';
  const result = await read({
    'x.yaml': secret,
    'y.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'SecretList',
      items: [{ metadata: { name: 't' }, data: { a: 'MARKERhunter2' } }],
    }),
    'bad.yaml': `${secret}  other: {a: MARKERhunter2}\n`,
    'worse.yaml': `${secret}  other: "MARKERhunter2\n x: [`,
  });
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(result.objects).toMatchObject([
    { name: 's', keys: ['password'], keyCount: 1 },
    { name: 't', keys: ['a'], keyCount: 1 },
  ]);
  expect(result.broken.map(({ file, field }) => [file, field])).toEqual([
    ['bad.yaml', 'stringData.other'],
    ['worse.yaml', ''],
  ]);
});
