import type { ManifestFiles } from '../../../src/sources/manifests/manifest-files.ts';

/** A file system in memory: text or bytes by path; a value `→ path` is a symbolic link, `denied` can't be read. */
export function memoryFiles(content: Readonly<Record<string, string | Uint8Array>>): ManifestFiles {
  const resolve = (path: string, depth = 0): string => {
    if (depth > 20) throw failure('ELOOP');
    for (const [from, target] of Object.entries(content)) {
      if (typeof target !== 'string' || !target.startsWith('→ ')) continue;
      if (path === from || path.startsWith(`${from}/`)) {
        return resolve(target.slice(2) + path.slice(from.length), depth + 1);
      }
    }
    return path;
  };
  const isFolder = (path: string): boolean => Object.keys(content).some((name) => name.startsWith(`${path}/`));
  return {
    async stat(path) {
      const real = resolve(path);
      if (isFolder(real)) return { type: 'folder' };
      const entry = content[real];
      if (entry === undefined) throw failure('ENOENT');
      return { type: 'file' };
    },
    async list(path) {
      const real = resolve(path);
      const names = Object.keys(content).filter((name) => name.startsWith(`${real}/`));
      return [...new Set(names.map((name) => name.slice(real.length + 1).split('/')[0] ?? ''))];
    },
    async realPath(path) {
      return resolve(path);
    },
    async read(path) {
      const entry = content[resolve(path)];
      if (entry === 'denied') throw failure('EACCES');
      if (entry === undefined) throw failure('ENOENT');
      return typeof entry === 'string' ? new TextEncoder().encode(entry) : entry;
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
