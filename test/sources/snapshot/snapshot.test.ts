import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from '../../../src/model/change.ts';
import type { PodObject } from '../../../src/model/objects.ts';
import { isSnapshot, readSnapshot, SnapshotError, snapshotLines } from '../../../src/sources/snapshot/snapshot.ts';
import { object, pod } from '../../objects.ts';

const FACTS: ClusterFacts = {
  source: 'cluster',
  complete: true,
  serverVersion: 'v1.36.3',
  clusterUID: 'uid',
  context: 'prod',
  server: 'https://127.0.0.1',
  user: 'alice',
  deprecatedApis: [],
  secretTransformers: null,
  metricsReason: 'denied',
  duplicates: [],
};

const objects = [
  pod('web-1', { labels: { app: 'web' } }),
  pod('web-2', { labels: { app: 'web' } }),
  object('Deployment', {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
    },
  }),
  object('Secret', { metadata: { name: 'pg', namespace: 'shop' }, type: 'Opaque', data: { password: 'TUFSS0VS' } }),
];

const text = [...snapshotLines({ capturedAt: 1_000, facts: FACTS, coverage: [], broken: [], objects })].join('');

describe('snapshot', () => {
  it('reads back the same objects, and shared parts are shared again', () => {
    const { capturedAt, changes } = readSnapshot(text, 'a.snapshot');
    expect(capturedAt).toBe(1_000);
    const read = changes.flatMap((change) => (change.type === 'upsert' ? [change.object] : []));
    expect(read).toEqual(objects);
    const [first, second] = read as PodObject[];
    expect(first?.spec).toBe(second?.spec);
    expect(first?.labels).toBe(second?.labels);
  });

  it('holds no value of a Secret', () => {
    expect(text).toContain('"pg"');
    expect(text).not.toContain('TUFSS0VS');
    expect(text).not.toContain('MARKER');
  });

  it('that somebody else wrote holds nothing that a terminal would act on', () => {
    const { changes } = readSnapshot(text.replaceAll('web-1', '\\u001b[2J\\u202eweb'), 'a.snapshot');
    expect(changes.flatMap((change) => (change.type === 'upsert' ? [change.object.name] : []))).toContain(
      '\\u001b[2J\\u202eweb',
    );
  });

  it('is known by its first bytes', () => {
    expect(isSnapshot(text)).toBe(true);
    expect(isSnapshot('{"kind":"List"}')).toBe(false);
  });

  it.each([
    [text.slice(0, -5), 'a.snapshot is cut off in its last line'],
    [text.replace('"version":2', '"version":9'), 'a.snapshot is a snapshot of format 9'],
    [`${text}{"kind":\n`, 'is damaged'],
    [`${text}${text.split('\n')[5] ?? ''}\n`, 'it comes after the end'],
    [`${text.split('\n').slice(0, -2).join('\n')}\n`, 'a.snapshot is cut off: its end is missing'],
    [`${text.split('\n').slice(0, 3).join('\n')}\n`, 'its end is missing'],
    [text.replace(/.*"kind":"Deployment".*\n/, ''), 'it holds 3 of 4 objects'],
    [text.replace('"coverage":[]', '"coverage":[{"kind":"Pod"}]'), 'a.snapshot:1 is damaged'],
    [text.replace('"capturedAt":1000', '"capturedAt":null'), 'a.snapshot:1 is damaged'],
    [text.replace('"kind":"Pod"', '"kind":"Pot"'), 'a.snapshot:6 is damaged, or of another version of k8sec'],
    [text.replace('"name":"web-1"', '"name":7'), 'name is not a string'],
    [text.replace('"containers":[', '"containers":[null,'), 'spec.containers[0] is not an object'],
    [text.replace('"phase":', '"face":'), 'phase is missing'],
  ])('says what is wrong with a damaged file (%#)', (damaged, message) => {
    expect(() => readSnapshot(damaged, 'a.snapshot')).toThrow(SnapshotError);
    expect(() => readSnapshot(damaged, 'a.snapshot')).toThrow(message);
  });
});
