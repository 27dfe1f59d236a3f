import { recordOf, recordsOf } from './json-value.ts';
import { rfc3339, type ObjectStore } from './object-store.ts';
import { between, type Random } from './random.ts';
import { parseStored } from './stored-object.ts';

/** Restarts the first container of some running pod: its count rises, as after a crash. */
export function restartSomePod(store: ObjectStore, random: Random, now: number): void {
  const kind = store.kindOfResource('', 'pods');
  if (kind === undefined) return;
  const all = store.log(kind).current();
  const chosen = all[between(random, 0, all.length - 1)];
  if (chosen === undefined) return;
  const pod = parseStored(chosen, kind);
  const status = recordOf(pod['status']);
  // What is finished or not yet started cannot restart; then nothing happens this time.
  if (status['phase'] !== 'Running') return;
  const [first, ...others] = recordsOf(status['containerStatuses']);
  if (first === undefined) return;
  const at = rfc3339(now);
  store.apply({
    ...pod,
    status: {
      ...status,
      containerStatuses: [
        {
          ...first,
          restartCount: Number(first['restartCount'] ?? 0) + 1,
          state: { running: { startedAt: at } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: at } },
        },
        ...others,
      ],
    },
  });
}
