import { FakeModel, row, snapshotOf } from '../app/fake-model.ts';
import { startSession } from '../../views/session.tsx';

/** A session over a fake model, for tests in a pseudo-terminal: `ROWS` rows, with rows arriving while `CHURN` is set. */
const count = Number(process.env['ROWS'] ?? '60');
const levels = ['critical', 'high', 'high', 'medium', 'medium', 'low', null, null] as const;
const namespaces = ['shop', 'data', 'edge', 'kube-system', 'ci'];
const rows = Array.from({ length: count }, (_, at) =>
  row(
    namespaces[at % namespaces.length] ?? 'shop',
    `app-${String(at).padStart(5, '0')}`,
    levels[at % levels.length] ?? null,
  ),
);
const model = new FakeModel(snapshotOf(rows));

if (process.env['CHURN'] !== undefined) {
  let next = 0;
  setInterval(() => {
    next += 1;
    const added = row('shop', `aaa-${next}`, 'critical');
    rows.splice(0, 0, added);
    model.publish(snapshotOf([...rows], { revision: next + 1 }));
  }, Number(process.env['CHURN'])).unref();
}

process.exitCode = await startSession({
  model,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  ...(process.env['ASCII'] === undefined ? {} : { ascii: true }),
  ...(process.env['NO_COLOR'] === undefined ? {} : { theme: 'mono' as const }),
  ...(process.env['SCREEN_READER'] === undefined ? {} : { screenReader: true }),
});
process.exit();
