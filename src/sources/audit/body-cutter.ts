/**
 * Takes out of a line of an audit log, before it is parsed, what nobody reads of its bodies: most requests are reads, or
 * writes of kinds that say nothing here. JSON.parse takes eight times as long for a body as to step over it
 * (`src/assembly/audit-bodies.ts`).
 */

import { readsBodies } from '../../kube/audit-body.ts';
import { prefixLength } from '../../kube/audit-decoder.ts';
import { createAuditNormaliser, type Asked } from '../../kube/audit-normalise.ts';
import { holdsPodSpec } from '../../kube/audit-pod-facts.ts';
import { pastKindWritten } from '../../kube/past-writes.ts';

const MEMORY_PAGE = 65536;
/** Where lines are put; before them are names and places. */
const INPUT = 65536;
/** So many bytes behind a line are looked at. */
const MARGIN = 64;
/** The longest lines that are read are of 4 MB; what more was needed once is not given back. */
const FIRST_PAGES = 4;
const NAME_BYTES = 32;
/** A time, and where a container wrote the line. */
const LONGEST_PREFIX = 64;
/** In the order in which the code knows them. */
const NAMES = ['verb', 'objectRef', 'requestObject', 'responseObject', 'metadata', 'managedFields', 'status'] as const;

/** Most long lines are such requests, as they stand there. */
const READS = new Set(['"get"', '"list"', '"watch"']);

/** What the code exports; places are of its memory. */
interface Code {
  read(start: number, stop: number): number;
  verbStart(): number;
  verbStop(): number;
  refStart(): number;
  refStop(): number;
  cutBodies(): number;
  cutParts(): number;
}

/**
 * Who reads what events were made from: nobody but the events themselves, for which detections read some bodies, or also
 * those who learn from writes what objects were.
 */
export type BodyReaders = 'events' | 'events and objects';

/** Cuts lines in memory of its own, which is cleared after each. */
export class BodyCutter {
  readonly #code: Code;
  readonly #memory: WebAssembly.Memory;
  readonly #normaliser = createAuditNormaliser();
  #bytes: Buffer;

  /** @param code that of `cuttingCode` */
  constructor(code: WebAssembly.Module, memory = new WebAssembly.Memory({ initial: FIRST_PAGES })) {
    this.#memory = memory;
    this.#code = new WebAssembly.Instance(code, { env: { memory } }).exports as Code;
    this.#bytes = Buffer.from(this.#memory.buffer);
    NAMES.forEach((name, index) => {
      this.#bytes[index * NAME_BYTES] = name.length;
      this.#bytes.write(name, index * NAME_BYTES + 1, 'latin1');
    });
  }

  /**
   * Cuts a line in place.
   *
   * @param line UTF-8 without its newline, which is overwritten; anything but an event stays as it is
   * @returns the end of the same memory, which makes the same event, and is the same to its readers
   */
  cut(line: Buffer, readers: BodyReaders): Buffer {
    const stop = INPUT + line.length;
    this.#reserve(stop + MARGIN);
    this.#bytes.set(line, INPUT);
    const start = INPUT + prefixLength(line.toString('latin1', 0, LONGEST_PREFIX));
    const to = this.#code.read(start, stop) === 0 ? stop : this.#cut(stop, readers);
    const kept = line.subarray(stop - to);
    if (to < stop) kept.set(this.#bytes.subarray(INPUT, to));
    this.#bytes.fill(0, INPUT, stop);
    return kept;
  }

  /** @returns the end of what is left of the event that was read */
  #cut(stop: number, readers: BodyReaders): number {
    const code = this.#code;
    const verb = this.#textIn(code.verbStart(), code.verbStop());
    if (READS.has(verb)) return code.cutBodies();
    const objectRef = this.#textIn(code.refStart(), code.refStop());
    const asked = this.#normaliser.asked({ verb: JSON.parse(verb), objectRef: JSON.parse(objectRef) });
    if (!isRead(asked, readers)) return code.cutBodies();
    // Of pods nobody keeps the status, nor who wrote which field.
    return asked.object !== null && holdsPodSpec(asked.object.resource) ? code.cutParts() : stop;
  }

  /** Where there is no such member, that of one which says nothing. */
  #textIn(start: number, stop: number): string {
    return start === 0 ? 'null' : this.#bytes.toString('utf8', start, stop);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    this.#memory.grow(Math.ceil((bytes - this.#bytes.length) / MEMORY_PAGE));
    this.#bytes = Buffer.from(this.#memory.buffer);
  }
}

function isRead({ verb, object }: Asked, readers: BodyReaders): boolean {
  if (object === null) return false;
  return readsBodies(verb, object) || (readers === 'events and objects' && pastKindWritten(verb, object) !== null);
}
