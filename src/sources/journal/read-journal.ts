import { parseCleanJson } from '../../kube/clean-json.ts';
import { isPastKind } from '../../kube/past-object.ts';
import {
  type Listing,
  type Observation,
  type PastKind,
  type PastObject,
  type Window,
} from '../../model/observation.ts';
import { isObject } from '../slim/json-reading.ts';
import { shapeProblem } from '../slim/slim-shape.ts';
import { JournalError } from './journal-error.ts';
import { DELAY, JOURNAL_FORMAT, JOURNAL_VERSION } from './journal-writer.ts';

/** What one file of a journal tells. */
export interface JournalPart {
  readonly observations: readonly Observation[];
  readonly listings: readonly Listing[];
  readonly windows: readonly Window[];
  readonly clusterUID: string | null;
  /** Lines in the middle that are damaged; a last line that a crash cut off is none. */
  readonly damaged: number;
}

type Line = Readonly<Record<string, unknown>> & { readonly time: number };

/** From `time` on, or since an earlier time, every change of a kind is told; all objects of it were told before. */
type ListedLine = Line & {
  readonly listed: PastKind;
  readonly namespaces: 'all' | readonly string[];
  readonly since?: number;
};

/**
 * Reads a journal's file, whatever moment it was cut off at.
 *
 * @param pieces of its text, cut anywhere
 * @param evidence how answers name the file
 * @throws JournalError for another format or a newer version
 */
export async function readJournal(
  pieces: Iterable<string> | AsyncIterable<string>,
  evidence: string,
): Promise<JournalPart> {
  const reader = new Reader(evidence);
  let rest = '';
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split('\n');
    // What stands behind the last newline was being written when the recorder was killed.
    rest = lines.pop() ?? '';
    for (const line of lines) reader.line(line);
  }
  return reader.end();
}

class Reader {
  readonly #evidence: string;
  readonly #objects = new Map<string, PastObject>();
  readonly #watched = new Map<PastKind, { readonly from: number; readonly namespaces: 'all' | readonly string[] }>();
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
      for (const kind of this.#watched.keys()) this.#lost(kind, this.#last);
      return;
    }
    if (!this.#hasBegun) this.#begin(line);
    const { time } = line;
    this.#last = time;
    if ('up' in line) this.#up(line['up'] as PastObject, time);
    else if ('down' in line) this.#down(String(line['down']), time);
    else if ('listed' in line) this.#listed(line as ListedLine);
    else if ('absent' in line) this.#absent(line['absent'] as PastKind, time);
    else if ('lost' in line) this.#lost(line['lost'] as PastKind, Number(line['since'] ?? time));
    else if (typeof line['clusterUID'] === 'string') this.#clusterUID = line['clusterUID'];
  }

  end(): JournalPart {
    for (const kind of this.#watched.keys()) this.#lost(kind, this.#last);
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
    if (!this.#watched.has(kind)) return;
    const isNew = before === undefined || before.uid !== object.uid;
    if (isNew && before !== undefined) this.#observe(before, time, 'gone');
    this.#observe(object, time, 'content', isNew ? 'created' : 'written');
  }

  #down(key: string, time: number): void {
    const object = this.#objects.get(key);
    this.#objects.delete(key);
    if (object !== undefined && this.#watched.has(object.kind)) this.#observe(object, time, 'gone');
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

  /** After a damaged line it is not known any more which objects there are. */
  #listed({ listed: kind, namespaces, time, since = time }: ListedLine): void {
    if (this.#damaged > 0) return;
    const objects = [...this.#objects.values()].filter((object) => object.kind === kind);
    this.#list(time, { kind, namespaces }, objects);
    this.#watched.set(kind, { from: since, namespaces });
  }

  /** What the server does not serve is not watched either: it may be served from any moment on. */
  #absent(kind: PastKind, time: number): void {
    this.#list(time, { kind, namespaces: 'all' }, []);
  }

  #list(time: number, kind: Listing['kinds'][number], objects: readonly PastObject[]): void {
    this.#listings.push({ time, kinds: [kind], objects, basis: 'journal', evidence: this.#evidence });
  }

  /** @param until when it was watched for sure, in milliseconds since the epoch */
  #lost(kind: PastKind, until: number): void {
    const watched = this.#watched.get(kind);
    this.#watched.delete(kind);
    const to = until - DELAY;
    if (watched !== undefined && watched.from < to) this.#windows.push({ kind, ...watched, to });
  }
}

/** null where the line is damaged. */
function lineOf(text: string): Line | null {
  try {
    const line = parseCleanJson(text);
    return isObject(line) && typeof line['time'] === 'number' && isWhole(line) ? (line as Line) : null;
  } catch {
    return null;
  }
}

function isWhole(line: Readonly<Record<string, unknown>>): boolean {
  if ('up' in line) return shapeProblem(line['up']) === null && isPastKind((line['up'] as PastObject).kind);
  if ('listed' in line) return isPastKind(line['listed']) && isScope(line['namespaces']);
  if ('absent' in line) return isPastKind(line['absent']);
  return !('lost' in line) || isPastKind(line['lost']);
}

function isScope(namespaces: unknown): boolean {
  return (
    namespaces === 'all' || (Array.isArray(namespaces) && namespaces.every((one: unknown) => typeof one === 'string'))
  );
}
