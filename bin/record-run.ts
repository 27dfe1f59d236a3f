import type { Change } from '../src/model/change.ts';
import type { Coverage } from '../src/model/coverage.ts';
import type { Kind } from '../src/model/kind.ts';
import { PAST_KINDS } from '../src/model/observation.ts';
import { openJournal, type JournalWriter } from '../src/sources/journal/journal-writer.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { startLiveSource } from '../src/sources/live/live-source.ts';
import { changeSink } from '../src/sources/live-changes.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';
import { reasonOf } from '../src/sources/system-error.ts';
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
  const holes = new Holes();
  try {
    const source = startLiveSource({
      connection,
      kinds: PAST_KINDS,
      namespaces: readNamespaces(settings, connection, config),
      secretsMode: 'off',
      mode: 'watch',
      sink: changeSink(createSlimmer(), (changes) => {
        journal.apply(changes, world.now());
        holes.apply(changes);
      }),
      signal: abort.signal,
      clock: host.clock,
    });
    let failure: unknown;
    let hasBegun = false;
    source.initial.then(
      () => {
        hasBegun = true;
        if (!settings.quiet) world.warn(`recording ${connection.server} into ${settings.journal}; ctrl-c ends it\n`);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        failure = error ?? new Error('unknown');
        abort.abort();
      },
    );
    while (!abort.signal.aborted) {
      journal.flush(world.now());
      if (hasBegun) for (const text of holes.untold()) world.warn(`${text}\n`);
      await host.clock.sleep(FLUSH, abort.signal);
    }
    if (failure !== undefined) throw failure;
    await source.done;
    return 0;
  } catch (error) {
    throw new LoadError(failureText(error, settings.journal));
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    abort.abort();
    try {
      closeJournal(journal, settings.journal, world.now());
    } finally {
      await close();
    }
  }
}

/** After a write that failed, its end fails in the same way. */
function closeJournal(journal: JournalWriter, folder: string, now: number): void {
  try {
    journal.close(now);
  } catch (error) {
    throw new LoadError(failureText(error, folder));
  }
}

/** What the file system refuses is told with the journal's folder, everything else as it is. */
function failureText(error: unknown, folder: string): string {
  const isFileSystem = error instanceof Error && 'syscall' in error;
  if (!isFileSystem) return error instanceof Error ? error.message : String(error);
  return `--journal ${folder}: nothing more can be recorded: ${reasonOf(error)} (what was recorded can be read; files of old days can be deleted)`;
}

/** What the journal does not get, as a person is told of it. */
class Holes {
  readonly #told = new Map<Kind, string>();
  readonly #now = new Map<Kind, string>();

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type === 'coverage') this.#now.set(change.coverage.kind, holeText(change.coverage));
    }
  }

  /** One line for all kinds of which the same is to be said, where it was not said before. */
  untold(): readonly string[] {
    const news = [...this.#now].filter(([kind, text]) => text !== (this.#told.get(kind) ?? ''));
    for (const [kind, text] of news) this.#told.set(kind, text);
    return [...Map.groupBy(news, ([, text]) => text)].map(([text, kinds]) => {
      const names = kinds.map(([kind]) => kind).join(', ');
      return text === '' ? `recorded again: ${names}` : `not every change is recorded of ${names}: ${text}`;
    });
  }
}

/** '' where every change is recorded. */
function holeText({ status, reason, unseenSince, namespaces }: Coverage): string {
  if (status === 'absent' || status === 'syncing') return '';
  if (status !== 'live') return reason;
  if (unseenSince !== undefined) return reason || 'the watch broke, and is caught up';
  return namespaces === 'all' ? '' : reason;
}
