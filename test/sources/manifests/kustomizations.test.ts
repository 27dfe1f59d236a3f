import { describe, expect, test } from 'vitest';
import type { ManifestResult } from '../../../src/sources/manifests/manifest-result.ts';
import { readManifests } from '../../../src/sources/manifests/read-manifests.ts';
import { memoryFiles } from './memory-files.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostPID: true
      containers: [{name: web, image: web}]
`;
const PATCH = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: web, env: [{name: A, value: b}]}]}}}
`;

function read(content: Readonly<Record<string, string>>, paths: readonly string[] = ['k']): Promise<ManifestResult> {
  return readManifests(paths, { fs: memoryFiles(content) });
}

const told = ({ broken }: ManifestResult): string[] => broken.map(({ file, message }) => `${file}: ${message}`);
const sources = ({ objects }: ManifestResult): string[] =>
  objects.map((one) => `${one.kind} ${one.name} ${one.location?.file}`);

describe('a kustomization that changes what it names', () => {
  test('is named as not applied, and its patches are not judged as objects', async () => {
    const result = await read({
      'k/base/kustomization.yaml': 'resources: [web.yaml]\n',
      'k/base/web.yaml': DEPLOYMENT,
      'k/over/a-patch.yaml': PATCH,
      'k/over/kustomization.yml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
patches:
- path: ./a-patch.yaml
- {patch: "- {op: remove, path: /spec/replicas}", target: {kind: Deployment}}
- {path: patches/ops.json, target: {kind: Deployment}}
patchesStrategicMerge:
- z-patch.yaml
- |
  apiVersion: apps/v1
patchesJson6902:
- {path: old.json, target: {kind: Deployment, name: web}}
`,
      'k/over/old.json': '[{"op":"remove","path":"/spec/replicas"}]',
      'k/over/patches/ops.json': '[{"op":"remove","path":"/spec/replicas"}]',
      'k/over/z-patch.yaml': PATCH,
    });
    expect(sources(result)).toEqual(['Deployment web k/base/web.yaml']);
    expect(result).toMatchObject({ duplicates: [], skipped: { notKubernetes: 0, otherObjects: {} }, files: 3 });
    expect(told(result)).toEqual([
      'k/over/kustomization.yml: is not applied, nor are its 4 files of patches; --from <(kubectl kustomize k/over) judges what it makes',
    ]);
    expect(result.broken[0]).toMatchObject({ line: 1, kind: null, name: null });
  });

  test.each([
    ['namespace: shop', 'k'],
    ['images: [{name: web, newTag: v2}]', 'k'],
    ['commonLabels: {team: shop}', 'k'],
    ['resources: [web.yaml, "https://example.org/all.yaml"]', 'k'],
    ['resources: [../elsewhere]', 'k'],
    ['resources: [missing.yaml]', 'k'],
  ])('%s', async (fields) => {
    const result = await read({
      'k/Kustomization': `${fields}\n`,
      'k/web.yaml': DEPLOYMENT,
      'elsewhere/x.yaml': PATCH,
    });
    expect(told(result)).toEqual([
      'k/Kustomization: is not applied; --from <(kubectl kustomize k) judges what it makes',
    ]);
    expect(sources(result)).toEqual(['Deployment web k/web.yaml']);
  });

  test('a component points to the kustomizations that name it', async () => {
    const result = await read({
      'k/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n',
      'k/p.yaml': PATCH,
    });
    expect(sources(result)).toEqual([]);
    expect(told(result)).toEqual([
      'k/kustomization.yaml: is not applied, nor is its file of patches; --from <(kubectl kustomize DIR), with DIR the folder of a kustomization that names this component, judges what it makes',
    ]);
  });

  test('in the folder where k8sec stands', async () => {
    const result = await read({ 'kustomization.yaml': 'namePrefix: a-\n' }, ['kustomization.yaml']);
    expect(told(result)).toEqual([
      'kustomization.yaml: is not applied; --from <(kubectl kustomize .) judges what it makes',
    ]);
  });
});

describe('a kustomization that only lists what was read', () => {
  test('says nothing', async () => {
    const result = await read({
      'k/kustomization.yaml':
        'kind: Kustomization\nmetadata: {name: all}\nresources: [web.yaml, sub]\nbases: [./sub/]\n',
      'k/sub/kustomization.yaml': 'resources:\n- account.yaml\n',
      'k/sub/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n',
      'k/web.yaml': DEPLOYMENT,
    });
    expect(told(result)).toEqual([]);
    expect(result.skipped).toEqual({ notKubernetes: 0, otherObjects: {} });
    expect(result.objects).toHaveLength(2);
  });
});

describe('files with that name that are something else', () => {
  test('a Kustomization of Flux is judged as what it is', async () => {
    const flux =
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: b}\nspec: {path: ./x}\n';
    const result = await read({ 'k/kustomization.yaml': flux });
    expect(sources(result)).toEqual(['FluxKustomization a k/kustomization.yaml']);
    expect(told(result)).toEqual([]);
  });

  test('a broken one is named by its line, a denied one by its path', async () => {
    const result = await read({ 'k/kustomization.yaml': 'patches: [\n', 'k/sub/kustomization.yaml': 'denied' });
    expect(told(result)).toHaveLength(1);
    expect(result.unreadable).toEqual([{ path: 'k/sub/kustomization.yaml', message: 'permission denied' }]);
  });

  test('a patch that somebody names is judged: no kustomization was read', async () => {
    const result = await read({ 'k/p.yaml': DEPLOYMENT, 'k/kustomization.yaml': 'patches: [{path: p.yaml}]' }, [
      'k/p.yaml',
    ]);
    expect(sources(result)).toEqual(['Deployment web k/p.yaml']);
  });
});
