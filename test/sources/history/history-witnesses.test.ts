import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { earliestOf, Witnesses } from '../../../src/analyses/as-of/witness.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Witness } from '../../../src/model/observation.ts';
import { openHistory } from '../../../src/sources/history/history-database.ts';
import { witnesses } from '../../../src/sources/history/history-witnesses.ts';
import { HistoryWriter } from '../../../src/sources/history/history-writer.ts';
import { auditNotes } from '../../analyses/audit/audit-notes.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const HOUR = 3_600_000;
const NOTES = auditNotes({ source: 'log', lines: 0, first: null, last: null });

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-history-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A request on a pod; those of one number are alike. */
function request(hours: number, number: number, auditID: string, stage: AuditEvent['stage']): AuditEvent {
  const who = { username: `user-${number % 2}`, uid: '', groups: ['developers'], extra: {} };
  return {
    auditID,
    stage,
    level: 'Metadata',
    time: START + hours * HOUR,
    verb: number === 2 ? 'list' : 'create',
    requestURI: '/',
    user: who,
    impersonated: null,
    sourceIPs: [],
    userAgent: 'kubectl',
    object: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'db-0', apiGroup: '', uid: '' },
    code: number === 3 ? 403 : 200,
    statusReason: '',
    statusMessage: '',
    impersonationConstraint: '',
    decision: 'allow',
    reason: '',
    annotations: {},
    body: null,
  };
}

/** Events over four days, most of one kind: more than are cited. */
const made = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 96 }), fc.constantFrom(0, 0, 0, 0, 1, 2, 3)), { maxLength: 160 })
  .map((all) =>
    all.flatMap(([hours, number], at) => [
      request(hours, number, `id-${at}`, 'ResponseStarted'),
      ...(at % 3 === 0 ? [request(hours, number, `id-${at}`, 'ResponseComplete')] : []),
    ]),
  );

const hour = fc.integer({ min: -2, max: 98 }).map((hours) => START + hours * HOUR);

/** In an order and a form that both ways share. */
function comparable(found: readonly Witness[]): readonly unknown[] {
  return found
    .map((one) => ({ ...one, earliest: earliestOf(one.earliest) }))
    .toSorted((a, b) => (a.username < b.username ? -1 : 1));
}

describe('the witnesses of a history', () => {
  it('are those of its events, whatever logs they came in and in which order', async () => {
    const asked = fc.record({
      times: fc.tuple(hour, hour),
      since: fc.option(hour, { nil: undefined }),
      until: fc.option(hour, { nil: undefined }),
    });
    const order = fc.tuple(fc.nat(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(made, order, asked, async (events, [cut, isReversed], { times, since, until }) => {
        const path = join(folder, 'history.duckdb');
        await rm(path, { force: true });
        const inOrder = events.toSorted((a, b) => a.time - b.time);
        const middle = cut % (events.length + 1);
        // Some events are in both logs.
        const parts = [inOrder.slice(0, middle + 2), inOrder.slice(middle)];
        const database = await openHistory(path, 'write');
        try {
          for (const part of isReversed ? parts.toReversed() : parts) {
            const writer = await HistoryWriter.begin(database);
            for (const event of part) writer.add(event, { observations: [], doubt: null });
            await writer.save({ notes: NOTES, position: null, isResumable: false, hidden: [], isFinished: true });
          }
          const range = { from: Math.min(...times), to: Math.max(...times) };
          const plain = new Witnesses(range);
          const isAsked = ({ time }: AuditEvent): boolean => time >= (since ?? -Infinity) && time < (until ?? Infinity);
          for (const event of inOrder) if (isAsked(event)) plain.add(event);
          const found = await witnesses(database, range, { since, until });
          expect(comparable(found)).toEqual(comparable(plain.all()));
        } finally {
          database.close();
        }
      }),
      { numRuns: 30 },
    );
  }, 240_000);

  it('are not asked of a history that was made when other requests counted as an access', async () => {
    const path = join(folder, 'history.duckdb');
    const database = await openHistory(path, 'write');
    await database.rows("UPDATE history SET accesses = '[]', tool = 'k8sec 9.9.9'");
    database.close();
    await expect(openHistory(path, 'read')).rejects.toThrow(
      `--history ${path}: was made by k8sec 9.9.9, which counts other requests as an access: import the logs into a new file`,
    );
  });
});
