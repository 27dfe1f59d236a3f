import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pastObject, samePast } from '../../kube/past-object.ts';
import type { Change } from '../../model/change.ts';
import { PAST_KINDS, type PastKind, type PastObject } from '../../model/observation.ts';
import { TOOL } from '../../model/tool.ts';
import { makeFolder } from '../make-folder.ts';

export const JOURNAL_FORMAT = 'k8sec-journal';
export const JOURNAL_VERSION = 1;

/** Appends what as-of needs to a file of its own in a folder: lines of JSON, each whole or not there. */
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
 * Begins a file `journal-TIME.ndjson`. Every file begins with all objects, so that older ones can be deleted.
 *
 * @param now milliseconds since the epoch
 */
export function openJournal(folder: string, now: number): JournalWriter {
  makeFolder(folder);
  const name = `journal-${new Date(now).toISOString().replaceAll(':', '-')}-${process.pid}.ndjson`;
  const file = openSync(join(folder, name), 'ax', 0o600);
  const objects = new Map<string, PastObject>();
  const watched = new Set<PastKind>();
  /** Kinds that the server does not serve. */
  const absent = new Set<PastKind>();
  let pending = '';
  const write = (line: Record<string, unknown>): void => {
    pending += `${JSON.stringify(line)}\n`;
  };
  write({ format: JOURNAL_FORMAT, version: JOURNAL_VERSION, tool: TOOL, time: now });

  const remove = (key: string, time: number): void => {
    const object = objects.get(key);
    if (object === undefined) return;
    objects.delete(key);
    write({ time, down: key });
  };
  const applyOne = (change: Change, time: number): void => {
    switch (change.type) {
      case 'upsert': {
        const object = pastObject(change.object);
        if (object === null) return;
        const key = keyOf(object);
        const there = objects.get(key);
        if (there !== undefined && samePast(there, object)) return;
        objects.set(key, object);
        write({ time, up: object });
        return;
      }
      case 'remove':
        remove(keyOf(change), time);
        return;
      case 'retain':
        for (const [key, { kind, namespace, name: own }] of objects) {
          if (kind !== change.kind || change.keep.has(`${namespace}/${own}`)) continue;
          if (change.namespaces === 'all' || change.namespaces.includes(namespace)) remove(key, time);
        }
        return;
      case 'coverage': {
        const { status, namespaces } = change.coverage;
        const kind = PAST_KINDS.find((one) => one === change.coverage.kind);
        if (kind === undefined) return;
        if (status === 'absent') write({ time, absent: kind });
        if (status === 'absent') absent.add(kind);
        else absent.delete(kind);
        if (watched.has(kind) === (status === 'live')) return;
        if (status === 'live') {
          watched.add(kind);
          write({ time, listed: kind, namespaces });
          // That a kind is not served is found out before anything is watched: it is told where the watch begins.
          if (kind === 'NetworkPolicy') for (const one of absent) write({ time, absent: one });
        } else {
          watched.delete(kind);
          write({ time, lost: kind });
        }
        return;
      }
      case 'facts':
        if (typeof change.facts.clusterUID === 'string') write({ time, clusterUID: change.facts.clusterUID });
        return;
      case 'broken':
      case 'audit':
      case 'flows':
    }
  };
  const flush = (time: number): void => {
    write({ time });
    let bytes = Buffer.from(pending);
    pending = '';
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes));
    fsyncSync(file);
  };
  return {
    apply(changes, time) {
      for (const change of changes) applyOne(change, time);
    },
    lose(time) {
      for (const kind of watched) write({ time, lost: kind });
      watched.clear();
    },
    flush,
    close(time) {
      try {
        flush(time);
      } finally {
        closeSync(file);
      }
    },
  };
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
