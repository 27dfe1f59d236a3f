import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** How meow makes its normaliser of package.json, of which it needs nothing where it writes no help. */
const MADE = 'var normalizeExports = requireNormalize();';

/** Every start would put together tables of licences, for a package.json that nobody asked about. */
export const lighterMeow: Plugin = {
  name: 'lighter-meow',
  setup(context) {
    context.onLoad({ filter: /meow.build.dependencies\.js$/ }, async ({ path }) => {
      if (!path.includes(join('node_modules', 'meow'))) return undefined;
      const code = await readFile(path, 'utf8');
      // A new version of meow may be built otherwise; every start would be slower without anybody noticing.
      if (!code.includes(MADE)) return { errors: [{ text: `meow no longer has ${MADE}` }] };
      return { contents: code.replace(MADE, 'var normalizeExports = () => {};') };
    });
  },
};
