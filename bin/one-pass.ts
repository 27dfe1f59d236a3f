import { setFlagsFromString } from 'node:v8';

/**
 * After so many calls V8 compiles a function with its quick compiler (400 by default), then with its best one (3,000).
 * A scan calls most of its functions a few thousand times and is over by the time that this would have paid: a quarter
 * of its processor time went into it (test/bench/README.md). What runs for every pod of a large cluster gets there
 * all the same.
 */
const CALLS = { maglev: 8_000, turbofan: 60_000 } as const;

/**
 * By how much the old generation may grow until it is collected once more, in percent; V8 takes 300. What is read stays
 * until the end, so a collection finds little: the second one of a scan was 6 % of its processor time.
 */
const GROWTH = 900;

/** Makes V8 optimise and collect later, for a process that reads, judges and ends. */
export function tuneForOnePass(): void {
  for (const [compiler, calls] of Object.entries(CALLS)) {
    setFlagsFromString(`--invocation-count-for-${compiler}=${calls}`);
  }
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
