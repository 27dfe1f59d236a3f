import { sanitise } from '../kube/sanitise.ts';

/** An error of the file system in words, and what to do about it where that is not plain; the path stands beside it. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ENOTDIR':
      return 'part of the path is no folder';
    case 'EISDIR':
      return 'it is a folder, not a file';
    case 'EROFS':
      return 'the file system can only be read; name another place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space is left there; free some, or name another place';
    default:
      return sanitise(error instanceof Error ? error.message : String(error), 200);
  }
}
