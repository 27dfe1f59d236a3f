import { countText } from '../src/kube/count-text.ts';
import type { Config } from '../src/config/config-value.ts';
import { ALL_KINDS } from '../src/model/kind.ts';
import type { Change } from '../src/model/change.ts';
import { plainConnection, type Connection } from '../src/sources/live/connection.ts';
import { ConnectionError } from '../src/sources/live/connection-error.ts';
import { fixedCredential } from '../src/sources/live/credential.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { loadConnection } from '../src/sources/live/kubeconfig.ts';
import { startLiveSource } from '../src/sources/live/live-source.ts';
import { changeSink } from '../src/sources/live-changes.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';
import { LoadError } from './load-error.ts';
import { progress } from './progress.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';
import { boundedYoungGeneration } from './bounded-memory.ts';

/**
 * Reads a cluster (or the demo cluster) once.
 *
 * @returns the logs that the demo cluster writes (none where they are read through its nodes), what was connected to, and a function that ends what was started
 * @throws LoadError where the server cannot be talked to
 */
export async function loadLive(
  world: World,
  settings: Settings,
  config: Config,
  emit: (changes: readonly Change[]) => void,
): Promise<{
  readonly auditLogs: readonly string[];
  readonly connection: Connection;
  readonly close: () => Promise<void>;
}> {
  const { connection, auditLog, close } = await connect(settings);
  const shown = progress(world, settings);
  const boundMemory = boundedYoungGeneration(16);
  let objects = 0;
  const sink = changeSink(createSlimmer(), (changes) => {
    boundMemory();
    emit(changes);
    objects += changes.length;
    shown.show(() => `reading ${connection.server}: ${countText(objects)} objects`);
  });
  const host = nodeHost();
  try {
    const source = startLiveSource({
      connection,
      kinds: ALL_KINDS,
      namespaces: readNamespaces(settings, connection, config),
      secretsMode: settings.secrets,
      mode: 'once',
      sink,
      signal: new AbortController().signal,
      clock: host.clock,
    });
    await source.initial;
    if (settings.demo) emit([{ type: 'facts', facts: { source: 'demo', context: 'demo' } }]);
    return { auditLogs: auditLog === null ? [] : [auditLog], connection, close };
  } catch (error) {
    await close();
    throw new LoadError(error instanceof Error ? error.message : String(error));
  } finally {
    shown.clear();
  }
}

/** Where to read what may not be read in the whole cluster. */
export function readNamespaces(settings: Settings, connection: Connection, config: Config): readonly string[] {
  if (settings.scope.namespaces.length > 0) return settings.scope.namespaces;
  if (connection.namespace !== null) return [connection.namespace];
  return config.namespaces;
}

/** The connection that the flags name, or a demo cluster that is started for it, with its log where no node serves it. */
export async function connect(
  settings: Settings,
): Promise<{ readonly connection: Connection; readonly auditLog: string | null; readonly close: () => Promise<void> }> {
  if (settings.demo) {
    const { startDemo } = await import('./demo.ts');
    const demo = await startDemo();
    const credential = fixedCredential({ authorization: `Bearer ${demo.token}`, certificate: null, key: null });
    return {
      connection: plainConnection(demo.url, credential),
      auditLog: settings.nodeProxy ? null : demo.auditLogPath,
      close: () => demo.close(),
    };
  }
  try {
    const connection = await loadConnection(settings.connection, nodeHost());
    return { connection, auditLog: null, close: async () => undefined };
  } catch (error) {
    if (error instanceof ConnectionError) throw new LoadError(error.message);
    throw error;
  }
}
