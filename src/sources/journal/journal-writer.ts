import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isPastKind, pastObject, samePast } from '../../kube/past-object.ts';
import type { Change } from '../../model/change.ts';
import type { Coverage } from '../../model/coverage.ts';
import type { PastKind, PastObject } from '../../model/observation.ts';
import { TOOL } from '../../model/tool.ts';
import { makeFolder } from '../make-folder.ts';

export const JOURNAL_FORMAT = 'k8sec-journal';
export const JOURNAL_VERSION = 1;

/** A watch tells of a change this much later at most, in milliseconds. */
export const DELAY = 2000;
/** Calls this far apart in milliseconds say that the machine slept, or its clock was set: `flush` comes every second. */
const MOST_APART = 10_000;
/** After that, a connection that is dead is found out within this time (transport.ts closes silent streams earlier). */
const REST = 180_000;
const DAY = 86_400_000;
/** Characters; strings have a longest length. */
const MOST_PENDING = 1 << 24;

/** Appends what as-of needs to files of its own in a folder: lines of JSON, each whole or not there. */
export interface JournalWriter {
  /** Takes changes as a source emits them; status of pods and other kinds leave nothing. */
  apply(changes: readonly Change[], now: number): void;
  /** Nothing is watched any more, until a change says otherwise: what happens from now on is not known. */
  lose(now: number): void;
  /** Puts what was taken on the disk, with a sign of life: call it every second. */
  flush(now: number): void;
  close(now: number): void;
}

/**
 * Begins a file `journal-TIME.ndjson`, and another one each day (UTC). Every file begins with all objects, so that older
 * ones can be deleted.
 *
 * @param now milliseconds since the epoch
 */
export function openJournal(folder: string, now: number): JournalWriter {
  return new Writer(folder, now);
}

type Scope = Coverage['namespaces'];

class Writer implements JournalWriter {
  readonly #folder: string;
  readonly #objects = new Map<string, PastObject>();
  /** Of which every change is told, and where. */
  readonly #watched = new Map<PastKind, Scope>();
  /** Which of these the journal does not say so of yet, after its clock or its process stood still. */
  readonly #resting = new Set<PastKind>();
  /** Kinds that the server does not serve. */
  readonly #absent = new Set<PastKind>();
  #restUntil = 0;
  #clusterUID: string | null = null;
  #file: number;
  #day: number;
  #last: number;
  #pending = '';

  constructor(folder: string, now: number) {
    makeFolder(folder);
    this.#folder = folder;
    this.#last = now;
    this.#day = dayOf(now);
    this.#file = this.#begin(now);
  }

  apply(changes: readonly Change[], now: number): void {
    this.#tick(now);
    for (const change of changes) this.#apply(change, now);
  }

  lose(now: number): void {
    this.#tick(now);
    for (const kind of this.#watched.keys()) this.#unwatch(kind, now);
  }

  flush(now: number): void {
    this.#tick(now);
    if (dayOf(now) !== this.#day) this.#roll(now);
    this.#put(now);
  }

  close(now: number): void {
    try {
      this.#tick(now);
      this.#put(now);
    } finally {
      closeSync(this.#file);
    }
  }

  /** What came between two calls that are too far apart was not watched, nor is what a dead connection hides after it. */
  #tick(now: number): void {
    const last = this.#last;
    this.#last = now;
    if (now < last - DELAY || now - last > MOST_APART) {
      for (const kind of this.#watched.keys()) {
        if (!this.#resting.has(kind)) this.#write({ time: now, lost: kind, since: Math.min(last, now) });
        this.#resting.add(kind);
      }
      // A clock that was set back comes by the same times again: what was written of them is of no use.
      this.#restUntil = Math.max(this.#restUntil, last, now) + REST;
    }
    if (this.#resting.size === 0 || now < this.#restUntil) return;
    for (const kind of this.#resting) this.#list(kind, now);
    this.#resting.clear();
  }

  #apply(change: Change, time: number): void {
    switch (change.type) {
      case 'upsert': {
        const object = pastObject(change.object);
        if (object === null) return;
        const key = keyOf(object);
        const there = this.#objects.get(key);
        if (there !== undefined && samePast(there, object)) return;
        this.#objects.set(key, object);
        this.#write({ time, up: object });
        return;
      }
      case 'remove':
        this.#remove(keyOf(change), time);
        return;
      case 'retain':
        for (const [key, { kind, namespace, name: own }] of this.#objects) {
          if (kind !== change.kind || change.keep.has(`${namespace}/${own}`)) continue;
          if (change.namespaces === 'all' || change.namespaces.includes(namespace)) this.#remove(key, time);
        }
        return;
      case 'coverage':
        this.#cover(change.coverage, time);
        return;
      case 'facts':
        if (typeof change.facts.clusterUID !== 'string') return;
        this.#clusterUID = change.facts.clusterUID;
        this.#write({ time, clusterUID: this.#clusterUID });
        return;
      case 'broken':
      case 'audit':
      case 'flows':
    }
  }

  #remove(key: string, time: number): void {
    if (this.#objects.delete(key)) this.#write({ time, down: key });
  }

  #cover({ kind, status, namespaces, unseenSince }: Coverage, time: number): void {
    if (!isPastKind(kind)) return;
    if (status === 'absent') this.#write({ time, absent: kind });
    if (status === 'absent') this.#absent.add(kind);
    else this.#absent.delete(kind);
    const isWatched = status === 'live' && unseenSince === undefined;
    const before = this.#watched.get(kind);
    if (isWatched && before !== undefined && String(before) === String(namespaces)) return;
    if (before !== undefined) this.#unwatch(kind, Math.min(unseenSince ?? time, time));
    if (!isWatched) return;
    this.#watched.set(kind, namespaces);
    this.#list(kind, time);
  }

  #unwatch(kind: PastKind, since: number): void {
    this.#watched.delete(kind);
    if (!this.#resting.delete(kind)) this.#write({ time: this.#last, lost: kind, since });
  }

  /** @param since from when on every change was told; the time itself where the kind was not watched before */
  #list(kind: PastKind, time: number, since = time): void {
    this.#write({ time, listed: kind, namespaces: this.#watched.get(kind), since });
    // That a kind is not served is found out before anything is watched: it is told where the watch begins.
    if (kind === 'NetworkPolicy') for (const one of this.#absent) this.#write({ time, absent: one });
  }

  /** Goes on in another file: what was watched stays so without a break. */
  #roll(now: number): void {
    this.#put(now);
    closeSync(this.#file);
    this.#day = dayOf(now);
    this.#file = this.#begin(now);
    if (this.#clusterUID !== null) this.#write({ time: now, clusterUID: this.#clusterUID });
    for (const object of this.#objects.values()) {
      this.#write({ time: now, up: object });
      if (this.#pending.length > MOST_PENDING) this.#drain();
    }
    for (const kind of this.#watched.keys()) if (!this.#resting.has(kind)) this.#list(kind, now, now - DELAY);
  }

  #begin(now: number): number {
    const name = `journal-${new Date(now).toISOString().replaceAll(':', '-')}-${process.pid}.ndjson`;
    const file = openSync(join(this.#folder, name), 'ax', 0o600);
    this.#write({ format: JOURNAL_FORMAT, version: JOURNAL_VERSION, tool: TOOL, time: now });
    return file;
  }

  #write(line: Record<string, unknown>): void {
    this.#pending += `${JSON.stringify(line)}\n`;
  }

  #put(now: number): void {
    this.#write({ time: now });
    this.#drain();
    fsyncSync(this.#file);
  }

  #drain(): void {
    let bytes = Buffer.from(this.#pending);
    this.#pending = '';
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#file, bytes));
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

function keyOf({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${kind}/${namespace}/${name}`;
}
