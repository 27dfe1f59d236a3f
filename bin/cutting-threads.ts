import { availableParallelism } from 'node:os';
import type { ThreadOptions } from '../src/sources/audit/cutting-threads.ts';
import { ownProgram } from './own-program.ts';

/** To judge what comes of them takes one thread as long as they need; each more would take another 30 MB. */
const MOST = 2;
/** Of fewer bytes there is too little left to do once a thread has begun. */
const LEAST_BYTES = 32 << 20;

/** The threads that help to read audit logs: one on each core but one; null where there is only one. */
export function cuttingThreads(): ThreadOptions | null {
  const script = ownProgram('cutting-thread');
  const count = Math.min(availableParallelism() - 1, MOST);
  return script === undefined || count < 1 ? null : { script, count, leastBytes: LEAST_BYTES };
}
