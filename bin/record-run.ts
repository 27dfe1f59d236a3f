import { PAST_KINDS } from '../src/model/observation.ts';
import { openJournal } from '../src/sources/journal/journal-writer.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { startLiveSource } from '../src/sources/live/live-source.ts';
import { changeSink } from '../src/sources/live-changes.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';
import { ArgumentError } from './arguments.ts';
import { loadConfig } from './load.ts';
import { connect, readNamespaces } from './load-live.ts';
import { LoadError } from './load-error.ts';
import { FLUSH, prepareJournal } from './recorded-source.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/**
 * `k8sec record --journal DIR`: follows who may do what, which pods hold what and which policies stand between them, and
 * appends it to a journal, until SIGTERM or ctrl-c.
 *
 * @throws ArgumentError without --journal; LoadError where the server cannot be talked to
 */
export async function runRecord(world: World, settings: Settings, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw new ArgumentError(`record takes no argument ${words.join(' ')}`);
  if (settings.journal === undefined) throw new ArgumentError('record needs --journal DIR, the folder to write into');
  prepareJournal(settings.journal);
  const { config } = await loadConfig(world, settings);
  const { connection, close } = await connect(settings);
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const journal = openJournal(settings.journal, world.now());
  const host = nodeHost();
  try {
    const source = startLiveSource({
      connection,
      kinds: PAST_KINDS,
      namespaces: readNamespaces(settings, connection, config),
      secretsMode: 'off',
      mode: 'watch',
      sink: changeSink(createSlimmer(), (changes) => journal.apply(changes, world.now())),
      signal: abort.signal,
      clock: host.clock,
    });
    await source.initial;
    if (!settings.quiet) world.warn(`recording ${connection.server} into ${settings.journal}; ctrl-c ends it\n`);
    while (!abort.signal.aborted) {
      journal.flush(world.now());
      await host.clock.sleep(FLUSH, abort.signal);
    }
    await source.done;
    return 0;
  } catch (error) {
    if (abort.signal.aborted) return 0;
    throw new LoadError(error instanceof Error ? error.message : String(error));
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    journal.close(world.now());
    abort.abort();
    await close();
  }
}
