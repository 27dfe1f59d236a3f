import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const GRAPHEMES = join(ROOT, 'src/app/graphemes.ts');

/** Files of packages with what they do at every start, and what they do instead. */
const LIGHTER: readonly {
  readonly file: string;
  /** Each text with its replacement. */
  readonly texts: Readonly<Record<string, string>>;
  /** Imported by the file besides. */
  readonly imports?: string;
}[] = [
  {
    // Tables of licences, to normalise a package.json that nobody asks about.
    file: 'meow/build/dependencies.js',
    texts: { 'var normalizeExports = requireNormalize();': 'var normalizeExports = () => {};' },
  },
  {
    // Yoga's own code, a data URL, would be read through `fetch`, for which Node loads a whole HTTP client.
    file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js',
    texts: { 'typeof fetch': '"undefined"' },
  },
  {
    // The table of all emoji, which only text with unusual characters needs.
    file: 'string-width/index.js',
    texts: {
      'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;':
        'let emoji; const rgiEmojiRegex = { test: (segment) => (emoji ??= /^\\p{RGI_Emoji}$/v).test(segment) };',
      '/^[\\u0020-\\u007E]*$/.test(string)': 'PLAIN_TEXT.test(string)',
      'new Intl.Segmenter': 'new GraphemeSegmenter',
    },
    imports: 'GraphemeSegmenter, PLAIN_TEXT',
  },
  // Segmenters, which only text with unusual characters needs.
  ...[
    'ink/build/line-update.js',
    'slice-ansi/tokenize-ansi.js',
    'wrap-ansi/index.js',
    '@alcalzone/ansi-tokenize/build/tokenize.js',
  ].map((file) => ({
    file,
    texts: { 'new Intl.Segmenter': 'new GraphemeSegmenter' },
    imports: 'GraphemeSegmenter',
  })),
];

/**
 * Takes out of packages what costs a good part of the time to the first frame, and what no frame needs before an unusual
 * name is in it. YAML is read by the package's modules for bundlers: its CommonJS ones are seventy that run at once.
 */
export const lighterPackages: Plugin = {
  name: 'lighter-packages',
  setup(context) {
    context.onResolve({ filter: /^yaml$/ }, () => ({ path: join(ROOT, 'node_modules/yaml/browser/dist/index.js') }));
    const files = new Map(LIGHTER.map((one) => [join(ROOT, 'node_modules', one.file), one]));
    const seen = new Set<string>();
    context.onLoad({ filter: /node_modules/ }, async ({ path }) => {
      const lighter = files.get(path);
      if (lighter === undefined) return undefined;
      seen.add(path);
      let code = await readFile(path, 'utf8');
      for (const [text, instead] of Object.entries(lighter.texts)) {
        // A new version may be written otherwise; every start would be slower without anybody noticing.
        if (!code.includes(text)) return { errors: [{ text: `${lighter.file} no longer has ${text}` }] };
        code = code.replaceAll(text, () => instead);
      }
      const imports =
        lighter.imports === undefined ? '' : `import { ${lighter.imports} } from ${JSON.stringify(GRAPHEMES)};\n`;
      return { contents: imports + code };
    });
    context.onEnd(() => {
      const missed = [...files].filter(([path]) => !seen.has(path)).map(([, { file }]) => file);
      return missed.length === 0 ? null : { errors: [{ text: `nothing imports ${missed.join(', ')} any more` }] };
    });
  },
};
