/** Writes the pages of `docs/` that are made from the tables in the code: `npm run docs`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedPages } from './generated-pages.ts';

for (const { path, text } of generatedPages()) {
  const file = join(import.meta.dirname, '..', path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}
