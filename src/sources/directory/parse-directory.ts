import { CsvTextError, parseCsv } from '../../kube/csv-text.ts';
import { exactText } from '../../kube/exact-text.ts';
import { parseTime } from '../../kube/rfc3339.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { Directory, Membership } from '../../model/directory.ts';

/** A directory that cannot be used; the message names the file, the line and what is wrong with it. */
export class DirectoryError extends Error {}

/**
 * Reads an export of users and groups: CSV with the columns user, group and, where memberships begin or end, from and
 * to (RFC 3339, or a date for midnight UTC; the end is exclusive). A row without a group names a user.
 *
 * @param source for messages
 * @throws DirectoryError where a row cannot be used: a membership that is missed would be a right that is missed
 */
export function parseDirectory(text: string, source: string): Directory {
  const fail = (reason: string): never => {
    throw new DirectoryError(`--directory ${source}: ${reason}`);
  };
  try {
    const memberships = parseCsv(text, ['user', 'group']).map(({ line, cells }): Membership => {
      const time = (name: 'from' | 'to'): number | null => {
        const written = cells[name] ?? '';
        if (written === '') return null;
        return parseTime(written) ?? fail(`line ${line}: ${name} "${sanitise(written)}" is no time such as 2026-11-23`);
      };
      const user = exactText(cells['user'] ?? '');
      if (user === '') fail(`line ${line}: no user`);
      return { user, group: exactText(cells['group'] ?? ''), from: time('from'), to: time('to') };
    });
    return { source, memberships };
  } catch (error) {
    if (error instanceof CsvTextError) fail(error.message);
    throw error;
  }
}
