import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startDemoChild, type DemoChild } from '../src/sources/demo/start-demo.ts';
import { LoadError } from './load-error.ts';

/** The demo server's own program: beside the bundle's chunks, or the source where nothing was built. */
const PLACES = ['../demo-server.js', 'demo-server.js', '../src/sources/demo/child.ts'] as const;

/** Starts the demo cluster in a process of its own; it ends with this one. */
export async function startDemo(): Promise<DemoChild> {
  const script = PLACES.map((place) => join(import.meta.dirname, place)).find((path) => existsSync(path));
  if (script === undefined) throw new LoadError('the demo cluster is not part of this installation');
  return startDemoChild(script);
}
