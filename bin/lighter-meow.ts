import type { Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';

/** What meow's bundled dependencies do as soon as they are loaded, and what is done instead. */
const AT_ONCE = `var normalizeExports = requireNormalize();
const normalizePackageData = getDefaultExportFromCjs(normalizeExports);`;
const WHEN_ASKED = 'const normalizePackageData = (data) => getDefaultExportFromCjs(requireNormalize())(data);';

/**
 * meow loads a checker of package.json files, with its tables of licences and hosts, which takes half of the time of
 * loading k8sec; nothing here has a package.json checked.
 */
export const lighterMeow: Plugin = {
  name: 'lighter-meow',
  setup(context) {
    context.onLoad({ filter: /meow[\\/]build[\\/]dependencies\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      // A new version of meow may be built otherwise; every start would be slower without anybody noticing.
      if (!text.includes(AT_ONCE))
        return { errors: [{ text: 'meow no longer loads normalize-package-data like that' }] };
      return { contents: text.replace(AT_ONCE, WHEN_ASKED) };
    });
  },
};
