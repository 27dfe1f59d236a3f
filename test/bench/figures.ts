/** What the benchmarks of the analyses measure with: heap in MB, times in milliseconds, and a line a figure. */

/** The heap in use after a collection (needs `--expose-gc`), in MB. */
export function megabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

/** The time that a function takes, in milliseconds. */
export function measure(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** @param share 0.5 for the median, 0.99 for p99 */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Prints a figure with its target. */
export function line(what: string, value: number, unit: string, target: number): void {
  console.log(
    `${what.padEnd(44)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(3)} target ${target} ${value <= target ? 'ok' : 'MISSED'}`,
  );
}
