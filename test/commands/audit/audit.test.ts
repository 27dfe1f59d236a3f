import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { auditCommand } from '../../../src/commands/audit.ts';
import { UsageError, type CommandContext } from '../../../src/commands/command.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { lines, rawEvent } from '../../sources/audit/raw-events.ts';

const EVENTS = [
  rawEvent({ verb: 'list', requestURI: '/api/v1/secrets?limit=500', objectRef: { resource: 'secrets' } }),
  rawEvent({ verb: 'delete', requestReceivedTimestamp: '2026-11-23T09:59:00.000000Z', user: { username: 'bob' } }),
  rawEvent({ verb: 'get', objectRef: { resource: 'pods', namespace: 'shop', name: 'other' } }),
];

async function run(
  options: CommandContext['options'],
  output?: string,
  log = lines(EVENTS),
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await auditCommand.run({
    words: [],
    output,
    options,
    namespaces: [],
    loadView: () => Promise.reject(new Error('no cluster is needed')),
    loadEngine: () => Promise.reject(new Error('no cluster is needed')),
    loadAudit: async (onEvents) => {
      const intake = createAuditIntake();
      const notes = await readAuditLog(['-'], {
        stdin: Readable.from([Buffer.from(log)]),
        onEvents: (events) => {
          intake.push(events);
          onEvents(events);
        },
      });
      for (const note of notes) intake.note(note);
      return intake.state();
    },
    readStandardInput: () => Promise.resolve(''),
    readFile: () => Promise.resolve(''),
    print: (text) => void (out += text),
    warn: (text) => void (err += text),
    columns: undefined,
    now: Date.parse('2026-11-23T12:00:00Z'),
  });
  return { code, out, err };
}

describe('k8sec audit', () => {
  it('prints detections, coverage and what cannot be detected', async () => {
    const { code, out } = await run({});
    expect(code).toBe(0);
    expect(out).toContain('high      secrets-listed  T1552.007');
    expect(out).toContain('3 events, log: Metadata, no gaps; 2026-11-23T09:59:00.000Z to 2026-11-23T10:00:00.123Z');
    expect(out).toContain('not shown yet: what is new or unusual about 2 of 2 actors');
    expect(out).toMatch(/cannot be detected: .*privileged-pod-created/);
  });

  it('writes the audit object as JSON', async () => {
    const { out } = await run({}, 'json');
    const section = JSON.parse(out) as Record<string, unknown>;
    expect(section).toMatchObject({
      events: 3,
      detections: [
        {
          findingId: 'audit/secrets-listed / Actor.k8sec /  / alice / ',
          detection: 'secrets-listed',
          severity: 'high',
          time: '2026-11-23T10:00:00.123Z',
          actor: { username: 'alice', groups: ['dev', 'system:authenticated'] },
          sourceIPs: ['10.0.0.9'],
          auditIDs: [EVENTS[0]?.['auditID']],
          object: { resource: 'secrets' },
          technique: 'T1552.007',
        },
      ],
      coverage: { levels: { Metadata: 3 }, stages: { ResponseComplete: 3 }, gaps: [] },
    });
  });

  it('--events: the record in order of time, of one object or actor', async () => {
    const all = await run({ events: true });
    expect(all.out.split('\n').map((line) => line.split(/\s+/)[2])).toEqual(['delete', 'list', 'get', undefined]);
    const json = await run({ events: true, object: 'Pod/shop/cart' }, 'json');
    const events = json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toMatchObject([{ verb: 'delete', time: '2026-11-23T09:59:00.000Z', user: { username: 'bob' } }]);
    expect((await run({ events: true, actor: 'alice', object: 'secrets' })).out.split('\n')).toHaveLength(2);
  });

  it.each([
    [{ actor: 'alise' }, 'no event by alise among the 3 events that were read; did you mean alice?\n'],
    [{ actor: 'sa:shop/cart' }, 'no event by system:serviceaccount:shop:cart among the 3 events that were read\n'],
    [{ object: 'pods/shop/none' }, 'no event about pods/shop/none among the 3 events that were read\n'],
    [{ actor: 'user:alice' }, ''],
  ])('--events of %j says where nothing matches', async (options, text) => {
    expect((await run({ events: true, ...options })).err).toBe(text);
  });

  it('answers with holes where lines could not be used', async () => {
    expect((await run({}, undefined, `${lines(EVENTS)}{"broken\n`)).code).toBe(3);
    expect((await run({}, undefined, `${lines(EVENTS)}{"broken\n`)).out).toContain('1 broken, 1 unordered of 4 lines');
  });

  it('refuses what it cannot understand', async () => {
    await expect(run({ object: 'a/b/c/d' })).rejects.toThrow(UsageError);
  });
});
