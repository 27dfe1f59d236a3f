import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps V8's compiled code from one run to the next, so that a start need not compile it again. In the user's own cache
 * folder: one that others can write to, such as Node's default below /tmp, would let them put code into this program.
 * Does nothing on a Node without it (before 22.8), or where NODE_DISABLE_COMPILE_CACHE is set.
 */
export function keepCompiledCode(env: Readonly<Record<string, string | undefined>>): void {
  const cache = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  module.enableCompileCache?.(join(cache, 'k8sec', 'code'));
}
