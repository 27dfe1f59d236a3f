import { dirname, join } from 'node:path';
import { Engine } from '../src/engine/engine.ts';
import { layOver } from '../src/engine/lay-over.ts';
import type { Config, RunConfig } from '../src/config/config-value.ts';
import { configFacts, DEFAULT_CONFIG, parseConfig } from '../src/config/config.ts';
import type { Change } from '../src/model/change.ts';
import { connectionChange, speaksOfConnections } from '../src/report/connection-change.ts';
import type { ReportBase } from '../src/report/report.ts';
import { RULES } from '../src/rules/index.ts';
import type { Connection } from '../src/sources/live/connection.ts';
import type { ConnectionFlags } from '../src/sources/live/connection-flags.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { hasAnyKubeconfig } from '../src/sources/live/kubeconfig.ts';
import { manifestChanges } from '../src/sources/manifest-changes.ts';
import { readManifests } from '../src/sources/manifests/read-manifests.ts';
import { isSnapshot, readSnapshot } from '../src/sources/snapshot/snapshot.ts';
import { ClusterStore } from '../src/store/cluster-store.ts';
import { StoreView } from '../src/store/store-view.ts';
import { tuneForOnePass } from './one-pass.ts';
import { loadDirectory } from './load-directory.ts';
import { loadFlows } from './load-flows.ts';
import { loadLive } from './load-live.ts';
import { LoadError } from './load-error.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** What was read, judged and ready for questions. */
export interface Loaded {
  readonly engine: Engine;
  /** The state that `--onto` names, before the files were laid over it; null without `--onto`. */
  readonly base: ReportBase | null;
  readonly config: Config;
  /** The config file's text; null where there is none. */
  readonly configText: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Ends whatever was started for it, such as the demo cluster. */
  readonly close: () => Promise<void>;
}

/**
 * Reads what the flags name, once, and runs the rules.
 *
 * @param mayChange whether changes will be tried on what was read, as the proofs of remedies do
 * @throws LoadError where nothing could be read at all
 */
export async function load(world: World, settings: Settings, mayChange = true): Promise<Loaded> {
  const startedAt = world.now();
  tuneForOnePass();
  const { config, text } = await loadConfig(world, settings);
  const store = new ClusterStore();
  let evaluatedAt = settings.now ?? startedAt;
  let close = async (): Promise<void> => undefined;
  let demoLogs: readonly string[] = [];
  let connection: Connection | null = null;
  const { onto } = settings;
  if (onto !== undefined && onto !== 'cluster') {
    const read = await snapshotOf(world, onto);
    store.load(read.changes);
    evaluatedAt = settings.now ?? read.capturedAt;
  } else if (settings.from.length > 0 && onto === undefined) {
    const read = await loadFiles(world, settings);
    store.load(read.changes);
    evaluatedAt = settings.now ?? read.capturedAt ?? startedAt;
  } else {
    const live = await loadLive(world, settings, config, (changes) => store.load(changes));
    close = live.close;
    demoLogs = live.auditLogs;
    connection = live.connection;
  }
  try {
    const logs = [...settings.auditLogs, ...demoLogs];
    if (settings.history !== undefined || logs.length > 0 || settings.nodeProxy) {
      const { user } = store.facts();
      const { loadAudit, loadAuditHistory } = await import('./load-audit.ts');
      const audit =
        settings.history === undefined
          ? await loadAudit(world, settings, config, logs, user, undefined, connection)
          : await loadAuditHistory(world, settings, config, settings.history, { self: user });
      store.load([{ type: 'audit', audit }]);
    }
    store.load([{ type: 'facts', facts: configFacts(config) }]);
    store.load(await loadFlows(settings, (text) => world.warn(`flow log: ${text}\n`)));
    const { podSecurityVersion } = settings;
    if (podSecurityVersion !== undefined) store.load([{ type: 'facts', facts: { podSecurityVersion } }]);
    // A state with files over it is no live cluster any more: workloads may stand for pods that do not run yet.
    if (onto !== undefined) store.load([{ type: 'facts', facts: { source: 'snapshot', complete: true } }]);
    const engine = new Engine(new StoreView(store, evaluatedAt, mayChange || onto !== undefined), RULES);
    engine.settle();
    let base: Loaded['base'] = null;
    if (onto !== undefined) {
      const findings = new Map(engine.findings);
      const changes = layOver(engine.view, (await loadFiles(world, settings)).changes);
      const connections = speaksOfConnections(settings.scope)
        ? connectionChange(engine.view, engine.view.overlay(changes).after)
        : null;
      base = { findings, connections };
      engine.apply(changes);
      engine.settle();
    }
    return { engine, base, config, configText: text, startedAt, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether there is any cluster to talk to: a kubeconfig, or the credentials of a pod. */
export async function hasCluster(settings: Settings): Promise<boolean> {
  const flags: ConnectionFlags = settings.connection;
  return hasAnyKubeconfig(flags, nodeHost());
}

/** What the run is configured with: the config file and the directory. */
export async function loadConfig(
  world: World,
  settings: Settings,
): Promise<{ readonly config: RunConfig; readonly text: string | null }> {
  const { config, text } = await loadConfigFile(world, settings);
  if (settings.directory === undefined) return { config, text };
  return { config: { ...config, directory: await loadDirectory(world, settings.directory) }, text };
}

/** The config file: `--config`, `K8SEC_CONFIG`, `.k8sec.yaml` beside the files of `--from` or here, the XDG folder. */
async function loadConfigFile(
  world: World,
  settings: Settings,
): Promise<{ readonly config: Config; readonly text: string | null }> {
  const named = settings.config ?? world.env['K8SEC_CONFIG'];
  const home = world.env['XDG_CONFIG_HOME'] ?? `${world.env['HOME'] ?? ''}/.config`;
  const beside = settings.from.filter((path) => path !== '-').flatMap((path) => [path, dirname(path)]);
  const usual = [...new Set(beside), '.'].map((folder) => join(folder, '.k8sec.yaml'));
  for (const path of named === undefined ? [...usual, join(home, 'k8sec/k8sec.yaml')] : [named]) {
    if (named === undefined && !(await world.exists(path))) continue;
    const text = await world.readFile(path);
    return { config: parseConfig(text, path), text };
  }
  return { config: DEFAULT_CONFIG, text: null };
}

export async function loadFiles(
  world: World,
  settings: Settings,
): Promise<{ readonly changes: readonly Change[]; readonly capturedAt: number | undefined }> {
  const snapshot = await onlySnapshot(world, settings);
  if (snapshot !== undefined) return snapshot;
  const defaultNamespace = settings.scope.namespaces.length === 1 ? settings.scope.namespaces[0] : undefined;
  const result = await readManifests(settings.from, {
    ...(defaultNamespace === undefined ? {} : { defaultNamespace }),
    stdin: world.readStandardInput,
    toBeCreated: !settings.complete,
  });
  const missing = result.unreadable.find(({ path }) => settings.from.includes(path));
  if (missing !== undefined) throw new LoadError(`cannot read ${missing.path}: ${missing.message}`);
  const others = Object.entries(result.skipped.otherObjects);
  if (result.objects.length === 0 && result.broken.length === 0 && others.length === 0) {
    throw new LoadError(
      `${settings.from.join(', ')}: no Kubernetes object in ${result.files} ${result.files === 1 ? 'file' : 'files'}`,
    );
  }
  if (!settings.quiet) {
    const { notKubernetes } = result.skipped;
    if (notKubernetes > 0) {
      const documents =
        notKubernetes === 1 ? 'document that is no Kubernetes object' : 'documents that are no Kubernetes objects';
      world.warn(`skipped ${notKubernetes} ${documents}\n`);
    }
    for (const [kind, count] of others) world.warn(`skipped ${count} of ${kind}: k8sec does not judge that kind\n`);
  }
  return {
    changes: manifestChanges(result, {
      complete: settings.complete,
      serverVersion: settings.kubernetesVersion ?? null,
      now: world.now(),
    }),
    capturedAt: undefined,
  };
}

async function snapshotOf(
  world: World,
  path: string,
): Promise<{ readonly changes: readonly Change[]; readonly capturedAt: number }> {
  const text = await world.readFile(path);
  if (!isSnapshot(text)) throw new LoadError(`--onto ${path} is no snapshot of k8sec (k8sec snapshot writes one)`);
  return readSnapshot(text, path);
}

/** A snapshot is read alone: laying two states over each other is what `--onto` is for. */
async function onlySnapshot(
  world: World,
  settings: Settings,
): Promise<{ readonly changes: readonly Change[]; readonly capturedAt: number } | undefined> {
  const [path] = settings.from;
  if (path === undefined || path === '-' || settings.from.length > 1) return undefined;
  const text = await world.readFile(path).catch(() => '');
  return isSnapshot(text) ? readSnapshot(text, path) : undefined;
}
