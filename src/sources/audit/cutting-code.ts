import auditBodiesCode from 'assembled:audit-bodies';
import { BodyCutter } from './body-cutter.ts';

let code: WebAssembly.Module | undefined;
let cutter: BodyCutter | undefined;

/** `src/assembly/audit-bodies.ts`, compiled once; other threads can use it, too. */
export function cuttingCode(): WebAssembly.Module {
  return (code ??= new WebAssembly.Module(Buffer.from(auditBodiesCode, 'base64')));
}

/** That of all logs of this thread. */
export function bodyCutter(): BodyCutter {
  return (cutter ??= new BodyCutter(cuttingCode()));
}
