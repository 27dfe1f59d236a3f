import { defineConfig } from 'vitest/config';
import { assembledImportsOfTests } from '../../bin/assembled-code.ts';

export default defineConfig({
  plugins: [assembledImportsOfTests],
  test: {
    include: ['test/apiserver/**/*.test.ts'],
    reporters: ['default', './test/counting-reporter.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // One server at a time: it takes a core and 300 MB.
    fileParallelism: false,
  },
});
