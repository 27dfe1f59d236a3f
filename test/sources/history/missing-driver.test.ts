import { expect, it, vi } from 'vitest';
import { openHistory } from '../../../src/sources/history/history-database.ts';

vi.mock('@duckdb/node-api', () => {
  throw new Error('Cannot find package');
});

it('says what is missing where the package is not installed', async () => {
  await expect(openHistory('history.duckdb', 'write')).rejects.toThrow(
    '--history needs the package @duckdb/node-api, which is not here',
  );
});
