import { accessSync, constants } from 'node:fs';
import type { SessionClock, SessionSource, SourceSink } from '../src/app/session-source.ts';
import type { Change } from '../src/model/change.ts';
import type { ObjectRef } from '../src/model/finding.ts';
import type { JournalWriter } from '../src/sources/journal/journal-writer.ts';
import { makeFolder } from '../src/sources/make-folder.ts';
import { reasonOf } from '../src/sources/system-error.ts';
import { LoadError } from './load-error.ts';

/** At most so much is lost when the process is killed, in milliseconds. */
export const FLUSH = 1000;

/**
 * Makes the folder of a journal, where it is missing.
 *
 * @throws LoadError where nothing can be written there
 */
export function prepareJournal(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new LoadError(`--journal ${folder}: nothing can be recorded there: ${reasonOf(error)}`);
  }
}

/**
 * A source whose changes also go to a journal, as `k8sec record` writes it. A folder that fails ends the journal with a
 * note in the feed of changes, never the session.
 */
export class RecordedSource implements SessionSource {
  readonly hasAuditLog: boolean;
  readonly #source: SessionSource;
  readonly #open: () => JournalWriter;
  readonly #clock: SessionClock;
  #sink: SourceSink | undefined;
  #journal: JournalWriter | undefined;
  #endFlushes = (): void => {};

  /** @param open begins the journal when the source starts; where it throws, the note says its message */
  constructor(source: SessionSource, open: () => JournalWriter, clock: SessionClock) {
    this.hasAuditLog = source.hasAuditLog;
    this.#source = source;
    this.#open = open;
    this.#clock = clock;
  }

  start(sink: SourceSink): void {
    this.#sink = sink;
    this.#try(() => {
      this.#journal = this.#open();
    });
    this.#flushLater();
    this.#source.start({
      apply: (changes: readonly Change[]) => {
        this.#try(() => this.#journal?.apply(changes, this.#clock.now()));
        sink.apply(changes);
      },
      fail: (reason) => {
        this.#try(() => this.#journal?.lose(this.#clock.now()));
        sink.fail(reason);
      },
      note: (text) => sink.note(text),
    });
  }

  refresh(): void {
    // Nothing is watched until everything was listed again.
    this.#try(() => this.#journal?.lose(this.#clock.now()));
    this.#source.refresh();
  }

  fetchYaml(object: ObjectRef): Promise<string> {
    return this.#source.fetchYaml(object);
  }

  dryRun(yaml: string): Promise<string> {
    return this.#source.dryRun(yaml);
  }

  async stop(): Promise<void> {
    this.#endFlushes();
    const journal = this.#journal;
    this.#journal = undefined;
    this.#try(() => journal?.close(this.#clock.now()));
    await this.#source.stop();
  }

  #flushLater(): void {
    this.#endFlushes = this.#clock.after(FLUSH, () => {
      this.#try(() => this.#journal?.flush(this.#clock.now()));
      if (this.#journal !== undefined) this.#flushLater();
    });
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#journal = undefined;
      this.#sink?.note(`--journal: nothing is recorded from now on: ${reasonOf(error)}`);
    }
  }
}
