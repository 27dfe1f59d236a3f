/**
 * Reads a page of pods from its bytes, parsing only what slimming reads. Most of a page is managedFields, conditions,
 * container statuses, and what is equal for all replicas of a workload; the latter is parsed once. The bytes are stepped
 * over by `src/assembly/pod-page.ts`, at several gigabytes a second where JSON.parse has a hundred megabytes
 * (test/bench/README.md).
 */

import podPageCode from 'assembled:pod-page';
import { AlikePod, type OwnTexts, type PodParts } from '../slim/alike-pod.ts';
import { BodyPool, type BodyMemories, type BodyMemory } from './body-buffer.ts';
import { isJsonObject, listOf, objectOf, type JsonObject } from './json-shape.ts';
import { MAX_PAGE_BYTES } from './kinds.ts';

const HEAD = /^\{"kind":"PodList","apiVersion":"v1","metadata":\{[^{}]*\},"items":\[/;
const HEAD_BYTES = 4096;
const MEMORY_PAGE = 65536;
/** Where a page is put; before it are tables. */
const INPUT = 65536;
/** So many bytes behind the page may be looked at. */
const MARGIN = 64;
const NAME_BYTES = 32;
/** In the order in which the code knows them. */
const NAMES = [
  'name',
  'uid',
  'creationTimestamp',
  'resourceVersion',
  'managedFields',
  'nodeName',
  'podIP',
  'startTime',
  'podIPs',
  'phase',
] as const;
/** What the code looks for, by where it finds it. */
const TEXTS = [
  [512, '{"metadata":'],
  [544, ',"spec":'],
  [576, ',"status":'],
  [608, '{"name":"kube-api-access-'],
  [640, '","projected":{'],
  [672, '","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}'],
] as const;

/** What the code exports. */
interface Code {
  /** @returns where its result ends; -1 where it declines */
  scan(start: number, stop: number, to: number): number;
  /** Behind the last item. */
  end(): number;
}

let compiled: WebAssembly.Module | undefined;

/** @returns null where this Node or machine runs no such code (old processors, limits of the address space) */
export function podPageReader(): PodPageReader | null {
  try {
    return new PodPageReader();
  } catch {
    return null;
  }
}

/** Reads the pages of one list, which can be received straight into the memory in which they are read. */
export class PodPageReader implements BodyMemories {
  /** One is read while the next arrives. */
  readonly #pages: readonly PodPage[];
  readonly #free: PodPage[];
  readonly #others = new BodyPool();

  constructor() {
    const free: PodPage[] = [];
    const back = (page: PodPage): void => void free.push(page);
    free.push(new PodPage(back), new PodPage(back));
    this.#pages = [...free];
    this.#free = free;
  }

  take(): BodyMemory {
    return this.#emptyPage() ?? this.#others.take();
  }

  /**
   * Parses a page of pods. A pod whose specification equals that of one before it (but for nodeName and the random end
   * of the token volume's name) shares the members of that pod's `spec`, and so for its metadata and status;
   * managedFields, resourceVersion and what no rule reads of `status` are missing.
   *
   * @returns null where the bytes are not as the API server writes them; the caller then parses them whole
   * @throws SyntaxError where what was kept is no JSON
   */
  read(bytes: Buffer): JsonObject | null {
    if (bytes.length > MAX_PAGE_BYTES) return null;
    const received = this.#pages.find((page) => page.holds(bytes));
    if (received !== undefined) return received.read();
    const page = this.#emptyPage();
    if (page === undefined) return null;
    try {
      page.append(bytes);
      return page.read();
    } finally {
      page.release();
    }
  }

  #emptyPage(): PodPage | undefined {
    const page = this.#free.pop();
    page?.begin();
    return page;
  }
}

/** The memory of one page, and the code that reads it there. */
class PodPage implements BodyMemory {
  readonly #memory = new WebAssembly.Memory({ initial: 2 });
  readonly #code: Code;
  readonly #back: (page: PodPage) => void;
  #bytes = Buffer.from(this.#memory.buffer);
  /** -1 while nobody has taken it. */
  #length = -1;

  constructor(back: (page: PodPage) => void) {
    this.#back = back;
    compiled ??= new WebAssembly.Module(Buffer.from(podPageCode, 'base64'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#code = instance.exports as Code;
    NAMES.forEach((name, index) => {
      this.#bytes[index * NAME_BYTES] = name.length;
      this.#bytes.write(name, index * NAME_BYTES + 1, 'latin1');
    });
    for (const [at, text] of TEXTS) this.#bytes.write(text, at, 'latin1');
  }

  begin(): void {
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    // What the code writes has room already: growing would take `bytes()` away from whoever holds them.
    const more = Math.ceil((INPUT + length + MARGIN + length - this.#bytes.length) / MEMORY_PAGE);
    if (more > 0) {
      this.#memory.grow(more);
      this.#bytes = Buffer.from(this.#memory.buffer);
    }
    this.#bytes.set(chunk, INPUT + this.#length);
    this.#length = length;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(INPUT, INPUT + this.#length);
  }

  release(): void {
    if (this.#length < 0) return;
    this.#length = -1;
    this.#back(this);
  }

  holds(bytes: Buffer): boolean {
    return bytes.buffer === this.#memory.buffer;
  }

  read(): JsonObject | null {
    const bytes = this.#bytes;
    const stop = INPUT + this.#length;
    const head = HEAD.exec(bytes.toString('latin1', INPUT, Math.min(stop, INPUT + HEAD_BYTES)))?.[0];
    if (head === undefined) return null;
    const output = stop + MARGIN;
    bytes.fill(0, stop, output);
    const written = this.#code.scan(INPUT + head.length, stop, output);
    if (written < 0) return null;
    const list = objectOf(JSON.parse(head + bytes.toString('utf8', this.#code.end(), stop)));
    const items: unknown = JSON.parse(bytes.toString('utf8', output, written));
    return { ...list, items: podsOf(listOf(items)) };
  }
}

/** Puts the pods together again from their parts. */
function podsOf(items: readonly unknown[]): readonly JsonObject[] {
  let common: PodParts = { metadata: {}, spec: {}, status: {} };
  return items.map((item) => {
    const [metadata, spec, status] = listOf(item);
    const isWhole = isJsonObject(metadata) || isJsonObject(spec) || isJsonObject(status);
    if (isWhole) {
      common = {
        metadata: isJsonObject(metadata) ? metadata : common.metadata,
        spec: isJsonObject(spec) ? spec : common.spec,
        status: isJsonObject(status) ? status : common.status,
      };
    }
    // The texts of a part that is none are in the order of the code's slots.
    return new AlikePod(common, {
      metadata: isJsonObject(metadata) ? null : (metadata as OwnTexts['metadata']),
      spec: isJsonObject(spec) ? null : (spec as OwnTexts['spec']),
      status: isJsonObject(status) ? null : (status as OwnTexts['status']),
    });
  });
}
