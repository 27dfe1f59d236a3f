import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed` as the last line; a file that fails to load counts as one failure. */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') passed += 1;
        if (state === 'failed') failedHere += 1;
      }
      if (failedHere === 0 && module.state() === 'failed') failedHere = 1;
      failed += failedHere;
    }
    // After the default reporter's summary, which is written synchronously in the same hook.
    setImmediate(() => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }
}
