import { setFlagsFromString } from 'node:v8';

/**
 * After so many calls V8 compiles a function with its quick compiler (400 by default), then with its best one (3,000).
 * A scan calls most of its functions a few thousand times and is over by the time that this would have paid: a quarter
 * of its processor time went into it (test/bench/README.md). What runs for every pod of a large cluster gets there
 * all the same.
 */
const CALLS = { maglev: 4_000, turbofan: 20_000 } as const;

/** Makes V8 optimise later, for a process that reads, judges and ends. */
export function optimiseLate(): void {
  for (const [compiler, calls] of Object.entries(CALLS)) {
    setFlagsFromString(`--invocation-count-for-${compiler}=${calls}`);
  }
}
