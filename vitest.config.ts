import { defineConfig } from 'vitest/config';
import { assembledImportsOfTests } from './bin/assembled-code.ts';

export default defineConfig({
  plugins: [assembledImportsOfTests],
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/apiserver/**', 'node_modules/**'],
    reporters: ['default', './test/counting-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two workers: the test machine has two cores, and the pseudo-terminal tests measure real frames.
    maxWorkers: 2,
  },
});
