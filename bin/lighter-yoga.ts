import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What decides how Yoga's loader gets at its code, which stands in the same file. */
const ASKED = 'typeof fetch';

/**
 * Yoga would read its own code, a data URL, through `fetch`; in Node that loads the whole HTTP client that stands behind
 * it, an eighth of the time to the first frame.
 */
export const lighterYoga: Plugin = {
  name: 'lighter-yoga',
  setup(context) {
    context.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
      if (!path.includes(join('node_modules', 'yoga-layout'))) return undefined;
      const code = await readFile(path, 'utf8');
      // A new version of Yoga may be built otherwise; every session would be slower without anybody noticing.
      if (!code.includes(ASKED)) return { errors: [{ text: `Yoga's loader no longer has ${ASKED}` }] };
      return { contents: `const fetch = undefined;\n${code}` };
    });
  },
};
