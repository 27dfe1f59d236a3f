import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation from growing on, once it is large enough. Made to be called often, such as for each page
 * of a list: the size can't be set after the start (`--max-semi-space-size`), but the factor by which it grows can.
 *
 * V8 lets it grow to over 130 MB while much is read that is soon thrown away, and never gives it back. On 20,000 pods
 * the peak is about 215 MB instead of 410 MB (test/bench/README.md).
 *
 * @param megabytes of what goes on running, eight; of one pass sixteen, which takes a twentieth less processor time
 * @returns a function to call while objects come
 */
export function boundedYoungGeneration(megabytes: 8 | 16): () => void {
  let isBounded = false;
  return () => {
    if (isBounded) return;
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    if (young !== undefined && young.space_size < megabytes * 1024 * 1024) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    isBounded = true;
  };
}

/**
 * By how much the old generation may grow until it is collected again, in percent. V8 takes up to 300, and a session that
 * stays open for days on a changing cluster would hold twice of what it needs (test/bench/README.md). While it loads,
 * nearly all stays; but what it holds at the end must not be more than V8 lets grow then, or it is collected in one go,
 * which stops a session for 100 ms.
 */
const GROWTH = { loading: 100, loaded: 25 } as const;

/** Keeps the memory of a process that goes on running near to what it uses. */
export function boundOldGeneration(phase: keyof typeof GROWTH): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH[phase]}`);
}

/**
 * Has the young generation collected by one thread from now on. Of a session that follows a cluster little survives, and
 * V8's four helpers wake up and wait for each other for longer than they copy.
 */
export function collectAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
