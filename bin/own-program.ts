import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The programs that run beside k8sec's own: the name in the bundle (`bin/build.ts`), and the source. */
export const OWN_PROGRAMS = {
  'cutting-thread': 'src/sources/audit/cutting-thread.ts',
  'demo-server': 'src/sources/demo/child.ts',
} as const;

/** @returns the file to run: beside the bundle's chunks, or the source where nothing was built; undefined for none */
export function ownProgram(name: keyof typeof OWN_PROGRAMS): string | undefined {
  const places = [`../${name}.js`, `${name}.js`, `../${OWN_PROGRAMS[name]}`];
  return places.map((place) => join(import.meta.dirname, place)).find((path) => existsSync(path));
}
