import { parseCleanJson } from '../../kube/clean-json.ts';
import type { Listing, Observation, PastKind, PastObject, Window } from '../../model/observation.ts';
import { isObject } from '../slim/json-reading.ts';
import { shapeProblem } from '../slim/slim-shape.ts';
import { JournalError } from './journal-error.ts';
import { JOURNAL_FORMAT, JOURNAL_VERSION } from './journal-writer.ts';

/** A watch tells of a change this much later at most, in milliseconds. */
const DELAY = 2000;

/** What one file of a journal tells. */
export interface JournalPart {
  readonly observations: readonly Observation[];
  readonly listings: readonly Listing[];
  readonly windows: readonly Window[];
  readonly clusterUID: string | null;
  /** Lines in the middle that are damaged; a last line that a crash cut off is none. */
  readonly damaged: number;
}

type Line = Readonly<Record<string, unknown>>;

/**
 * Reads a journal's file, whatever moment it was cut off at.
 *
 * @param evidence how answers name the file
 * @throws JournalError for another format or a newer version
 */
export function readJournal(text: string, evidence: string): JournalPart {
  const reader = new Reader(evidence);
  const lines = text.split('\n');
  // What stands behind the last newline was being written when the recorder was killed.
  for (const line of lines.slice(0, -1)) reader.line(line);
  return reader.end();
}

class Reader {
  readonly #evidence: string;
  readonly #objects = new Map<string, PastObject>();
  readonly #since = new Map<PastKind, number>();
  readonly #observations: Observation[] = [];
  readonly #listings: Listing[] = [];
  readonly #windows: Window[] = [];
  #clusterUID: string | null = null;
  #damaged = 0;
  #hasBegun = false;
  #last = 0;

  constructor(evidence: string) {
    this.#evidence = evidence;
  }

  line(text: string): void {
    const line = lineOf(text);
    if (line === null) {
      this.#damaged += 1;
      for (const kind of this.#since.keys()) this.#lost(kind);
      return;
    }
    if (!this.#hasBegun) this.#begin(line);
    const time = Number(line['time']);
    this.#last = time;
    if ('up' in line) this.#up(line['up'] as PastObject, time);
    else if ('down' in line) this.#down(String(line['down']), time);
    else if ('listed' in line) this.#listed(line['listed'] as PastKind, line['namespaces'] as 'all' | string[], time);
    else if ('absent' in line) this.#absent(line['absent'] as PastKind, time);
    else if ('lost' in line) this.#lost(line['lost'] as PastKind);
    else if (typeof line['clusterUID'] === 'string') this.#clusterUID = line['clusterUID'];
  }

  end(): JournalPart {
    for (const kind of this.#since.keys()) this.#lost(kind);
    return {
      observations: this.#observations,
      listings: this.#listings,
      windows: this.#windows,
      clusterUID: this.#clusterUID,
      damaged: this.#damaged,
    };
  }

  #begin({ format, version }: Line): void {
    if (format !== JOURNAL_FORMAT) throw new JournalError(`${this.#evidence} is no journal of k8sec`);
    if (version !== JOURNAL_VERSION) {
      throw new JournalError(`${this.#evidence} is a journal of format ${String(version)}, not ${JOURNAL_VERSION}`);
    }
    this.#hasBegun = true;
  }

  #up(object: PastObject, time: number): void {
    const { kind, namespace, name } = object;
    const key = `${kind}/${namespace}/${name}`;
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    if (!this.#since.has(kind)) return;
    const isNew = before === undefined || before.uid !== object.uid;
    if (isNew && before !== undefined) this.#observe(before, time, 'gone');
    this.#observe(object, time, 'content', isNew ? 'created' : 'written');
  }

  #down(key: string, time: number): void {
    const object = this.#objects.get(key);
    this.#objects.delete(key);
    if (object !== undefined && this.#since.has(object.kind)) this.#observe(object, time, 'gone');
  }

  #observe(
    object: PastObject,
    time: number,
    type: 'content' | 'gone',
    change: Observation['change'] = 'deleted',
  ): void {
    const { kind, namespace, name } = object;
    const told = { kind, namespace, name, time, begun: time - DELAY, type, change, object } as const;
    this.#observations.push({ ...told, basis: 'journal', evidence: this.#evidence });
  }

  #listed(kind: PastKind, namespaces: 'all' | readonly string[], time: number): void {
    const objects = [...this.#objects.values()].filter((object) => object.kind === kind);
    this.#list(time, { kind, namespaces }, objects);
    this.#since.set(kind, time);
  }

  /** What the server does not serve is not watched either: it may be served from any moment on. */
  #absent(kind: PastKind, time: number): void {
    this.#list(time, { kind, namespaces: 'all' }, []);
  }

  #list(time: number, kind: Listing['kinds'][number], objects: readonly PastObject[]): void {
    this.#listings.push({ time, kinds: [kind], objects, basis: 'journal', evidence: this.#evidence });
  }

  #lost(kind: PastKind): void {
    const from = this.#since.get(kind);
    this.#since.delete(kind);
    const to = this.#last - DELAY;
    if (from !== undefined && from < to) this.#windows.push({ kind, from, to });
  }
}

/** null where the line is damaged. */
function lineOf(text: string): Line | null {
  try {
    const line = parseCleanJson(text);
    return isObject(line) && (!('up' in line) || shapeProblem(line['up']) === null) ? line : null;
  } catch {
    return null;
  }
}
