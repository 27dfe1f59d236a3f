import type { Plugin } from 'esbuild';
import { join } from 'node:path';

/** Modules of Ink that are replaced in the bundle by ours, which call them and remember; by the name Ink imports. */
const REPLACED: Readonly<Record<string, string>> = {
  './output.js': 'views/line-output.ts',
  './sanitize-ansi.js': 'views/memoised-sanitiser.ts',
};

/** Three quarters of a frame's time in Ink is spent on lines that did not change (views/line-output.ts). */
export const fasterInk: Plugin = {
  name: 'faster-ink',
  setup(context) {
    const seen = new Set<string>();
    context.onResolve({ filter: /^\.\/(?:output|sanitize-ansi)\.js$/ }, ({ path, importer }) => {
      const replacement = REPLACED[path];
      if (replacement === undefined || !importer.includes(join('node_modules', 'ink', 'build'))) return undefined;
      seen.add(path);
      return { path: join(process.cwd(), replacement) };
    });
    context.onEnd(() => {
      const missed = Object.keys(REPLACED).filter((path) => !seen.has(path));
      // A new version of Ink may be built otherwise; the session would be slow without anybody noticing.
      return missed.length === 0 ? null : { errors: [{ text: `Ink no longer imports ${missed.join(', ')}` }] };
    });
  },
};

/** Ink asks for React's developer tools only where DEV is set; they are no dependency. */
export const noDeveloperTools: Plugin = {
  name: 'no-developer-tools',
  setup(context) {
    context.onResolve({ filter: /^react-devtools-core$/ }, (args) => ({ path: args.path, namespace: 'empty' }));
    context.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};
