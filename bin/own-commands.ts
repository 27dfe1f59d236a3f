import { ALL_KINDS, kindInfo, type Kind } from '../src/model/kind.ts';
import type { KubeObject } from '../src/model/objects.ts';
import { toYaml } from '../src/remedy/to-yaml.ts';
import type { Manifest, YamlComment } from '../src/remedy/remedy.ts';
import { snapshotLines } from '../src/sources/snapshot/snapshot.ts';
import { ArgumentError } from './arguments.ts';
import { hasCluster, load } from './load.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** `k8sec snapshot FILE`: what the rules read, in one file. */
export async function runSnapshot(world: World, settings: Settings, words: readonly string[]): Promise<number> {
  const [path, ...more] = words;
  if (path === undefined || more.length > 0) throw new ArgumentError('snapshot takes the name of one file to write');
  const loaded = await load(world, settings);
  try {
    const { view } = loaded.engine;
    const file = await world.createFile(path);
    let objects = 0;
    function* all(): Generator<KubeObject> {
      for (const kind of ALL_KINDS) {
        for (const object of view.list(kind)) {
          objects += 1;
          yield object;
        }
      }
    }
    try {
      const contents = {
        capturedAt: view.now,
        facts: view.facts(),
        coverage: view.coverage(),
        broken: view.allBroken(),
        objects: all(),
      };
      for (const line of snapshotLines(contents)) file.write(line);
      await file.done();
    } catch (error) {
      await file.discard();
      throw error;
    }
    const unread = view.coverage().filter((one) => one.status !== 'live' && one.status !== 'absent');
    if (!settings.quiet) world.warn(`wrote ${objects} objects to ${path}\n`);
    for (const one of unread) world.warn(`not in it: ${kindInfo(one.kind).resource}: ${one.status} ${one.reason}\n`);
    return unread.length === 0 ? 0 : 3;
  } finally {
    await loaded.close();
  }
}

const READ = ['get', 'list', 'watch'];

/**
 * `k8sec own-access`: the least rights that k8sec itself needs, each tier apart, and which of them are missing where a
 * cluster is at hand.
 *
 * @returns 0, or 3 where something is missing
 */
export async function runOwnAccess(world: World, settings: Settings): Promise<number> {
  printOwnAccess(world, settings);
  if (!settings.demo && !(await hasCluster(settings))) return 0;
  const loaded = await load(world, settings, false);
  try {
    const missing = loaded.engine.view.coverage().filter((one) => one.status === 'denied');
    for (const { kind, reason } of missing) world.warn(`missing for you: ${kindInfo(kind).resource}: ${reason}\n`);
    if (missing.length === 0) world.warn('nothing of it is missing for you\n');
    return missing.length === 0 ? 0 : 3;
  } finally {
    await loaded.close();
  }
}

function printOwnAccess(world: World, settings: Settings): void {
  const kinds = ALL_KINDS.filter((kind) => kind !== 'Secret');
  const namespaces = settings.scope.namespaces;
  const tiers: Manifest[] = [];
  const comments: YamlComment[] = [];
  const add = (manifest: Manifest, text: string): void => {
    comments.push({ document: tiers.length, path: [], text });
    tiers.push(manifest);
  };
  const role = (name: string, namespace: string | undefined, rules: unknown): Manifest => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: namespace === undefined ? { name } : { name, namespace },
    rules,
  });
  const secretRule = [{ apiGroups: [''], resources: ['secrets'], verbs: READ }];
  const warning =
    'Listing Secrets is a right to read their values: k8sec asks only for metadata, any other client of the same ' +
    'user may ask for everything. Without it run k8sec --secrets off.';
  if (namespaces.length === 0) {
    add(role('k8sec', undefined, rulesFor(kinds)), 'What k8sec reads of every cluster.');
    add(
      role('k8sec-endpoints', undefined, [{ nonResourceURLs: ['/metrics', '/version'], verbs: ['get'] }]),
      'Optional: removed APIs in use, and whether Secrets are encrypted at rest.',
    );
    add(
      role('k8sec-secrets', undefined, secretRule),
      `Optional, for --secrets names and --secrets metadata. ${warning}`,
    );
  }
  if (settings.nodeProxy) {
    add(
      role('k8sec-audit-node-proxy', undefined, [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }]),
      'Only for --audit-source node-proxy. Whoever may get nodes/proxy may also run commands in every pod of every node: ' +
        'give it to a user of its own, for as long as it is needed.',
    );
  }
  for (const namespace of namespaces) {
    add(
      role('k8sec', namespace, rulesFor(kinds.filter((kind) => kindInfo(kind).namespaced))),
      `What k8sec reads in ${namespace}.`,
    );
    add(
      role('k8sec-secrets', namespace, secretRule),
      `Optional, for --secrets names and --secrets metadata. ${warning}`,
    );
  }
  world.print(toYaml(tiers, comments));
}

/** One rule per API group, groups and resources in order. */
function rulesFor(kinds: readonly Kind[]): readonly unknown[] {
  const groups = Map.groupBy(kinds, (kind) => kindInfo(kind).group);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, own]) => ({
      apiGroups: [group],
      resources: own.map((kind) => kindInfo(kind).resource).sort(),
      verbs: READ,
    }));
}
