import type { AuditFiles } from '../../../src/sources/audit/audit-files.ts';

/** Files in memory: contents by path; a rotation moves a file to another path and keeps its identity. */
export class MemoryFiles implements AuditFiles {
  readonly #files = new Map<string, { id: string; data: Buffer }>();
  #ids = 0;
  /** Size of the chunks that streams deliver. */
  chunk = 7;
  begunAhead = 2;

  write(path: string, data: string | Buffer): void {
    this.#files.set(path, { id: `id${(this.#ids += 1)}`, data: Buffer.from(data) });
  }

  append(path: string, data: string): void {
    const there = this.#files.get(path);
    if (there === undefined) this.write(path, data);
    else there.data = Buffer.concat([there.data, Buffer.from(data)]);
  }

  truncate(path: string): void {
    const there = this.#files.get(path);
    if (there !== undefined) there.data = Buffer.alloc(0);
  }

  rename(from: string, to: string): void {
    const there = this.#files.get(from);
    if (there === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, there);
  }

  stat(path: string): Promise<{ isFolder: boolean; size: number; identity: string } | null> {
    const there = this.#files.get(path);
    if (there !== undefined) return Promise.resolve({ isFolder: false, size: there.data.length, identity: there.id });
    const isFolder = [...this.#files.keys()].some((name) => name.startsWith(`${path}/`));
    return Promise.resolve(isFolder ? { isFolder, size: 0, identity: path } : null);
  }

  list(path: string): Promise<readonly string[]> {
    const inside = [...this.#files.keys()].filter((name) => name.startsWith(`${path}/`));
    return Promise.resolve([...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))]);
  }

  /** As files do, it writes over each chunk before the next. */
  async *stream(path: string): AsyncGenerator<Buffer> {
    const data = this.#files.get(path)?.data ?? Buffer.alloc(0);
    for (let at = 0; at < data.length; at += this.chunk) {
      const chunk = Buffer.from(data.subarray(at, at + this.chunk));
      yield chunk;
      chunk.fill('x');
    }
  }

  open(path: string): ReturnType<AuditFiles['open']> {
    const file = this.#files.get(path);
    if (file === undefined) return Promise.resolve(null);
    return Promise.resolve({
      identity: file.id,
      size: () => Promise.resolve(file.data.length),
      read: (offset, most) => Promise.resolve(file.data.subarray(offset, offset + Math.min(most, this.chunk))),
      close: () => Promise.resolve(),
    });
  }
}
