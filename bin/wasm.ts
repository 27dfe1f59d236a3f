/** Compiles `assembly/`: `npm run wasm`. */
import { writeFile } from 'node:fs/promises';
import { assembledCode, CODE_PATH } from './assembled-code.ts';

await writeFile(CODE_PATH, await assembledCode());
