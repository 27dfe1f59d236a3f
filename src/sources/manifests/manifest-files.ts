import { readdir, realpath, stat } from 'node:fs/promises';
import { fileBytes } from '../file-bytes.ts';

/** What reading manifests needs of a file system; tests hand in their own. */
export interface ManifestFiles {
  /** Follows symbolic links. */
  stat(path: string): Promise<{ readonly type: 'file' | 'folder' | 'other' }>;
  /** Names in a folder, in any order. */
  list(path: string): Promise<readonly string[]>;
  /** One name for every way to reach a file, so that links can't lead in circles. */
  realPath(path: string): Promise<string>;
  /** The whole file; rejects where it is larger than one text can be. */
  read(path: string): Promise<Uint8Array>;
}

/** The file system of this machine. */
export const nodeFiles: ManifestFiles = {
  async stat(path) {
    const entry = await stat(path);
    return { type: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other' };
  },
  list: (path) => readdir(path),
  realPath: (path) => realpath(path),
  read: (path) => fileBytes(path),
};
