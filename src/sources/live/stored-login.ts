import { ConnectionError, reasonOf } from './connection-error.ts';
import type { Host } from './host.ts';

/** Another program holds the lock for as long as it takes to write a small file. */
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 100;

/** The entry of a kubeconfig that holds a login. */
export interface StoredUser {
  readonly file: string;
  readonly user: string;
}

/**
 * Writes renewed settings of a user's auth-provider back to the kubeconfig, as kubectl does (client-go
 * tools/clientcmd/config.go, persister): a provider that exchanges refresh tokens accepts each once, so that every other
 * tool would be logged out. Whatever else stands in the file stays, comments too.
 *
 * @param settings such as `{'id-token': …, 'refresh-token': …}`
 * @throws ConnectionError where the file cannot be written, or does not hold the user any more
 */
export async function storeLogin(
  { file, user }: StoredUser,
  settings: Readonly<Record<string, string>>,
  host: Host,
): Promise<void> {
  const { isSeq, isMap, parseDocument } = await import('yaml');
  const change = (text: string): string => {
    const document = parseDocument(text, { merge: true, logLevel: 'error' });
    const users = document.get('users');
    const items = isSeq(users) ? users.items : [];
    const at = items.findIndex((one) => isMap(one) && one.get('name') === user);
    if (at < 0) throw new Error('the user is not there any more');
    for (const [key, value] of Object.entries(settings)) {
      document.setIn(['users', at, 'user', 'auth-provider', 'config', key], value);
    }
    return isJson(text) ? JSON.stringify(document.toJS(), null, 2) : document.toString({ lineWidth: 0 });
  };
  try {
    await withRetries(() => host.rewriteFile(file, change), host);
  } catch (error) {
    throw new ConnectionError(
      `the login of user "${user}" was renewed, but the new one can't be written to ${file}: ${reasonOf(error)}; ` +
        'make the file writable, or log in again before the next use',
      { cause: error },
    );
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function withRetries(write: () => Promise<void>, { clock }: Host): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      const isLocked = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isLocked || tries === LOCK_TRIES) throw error;
      await clock.sleep(LOCK_WAIT_MS, new AbortController().signal);
    }
  }
}
