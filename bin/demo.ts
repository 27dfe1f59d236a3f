import { startDemoChild, type DemoChild } from '../src/sources/demo/start-demo.ts';
import { LoadError } from './load-error.ts';
import { ownProgram } from './own-program.ts';

/** Starts the demo cluster in a process of its own; it ends with this one. */
export async function startDemo(): Promise<DemoChild> {
  const script = ownProgram('demo-server');
  if (script === undefined) throw new LoadError('the demo cluster is not part of this installation');
  return startDemoChild(script);
}
