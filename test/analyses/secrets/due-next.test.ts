import { describe, expect, it } from 'vitest';
import { dueNext, secretsSection } from '../../../src/report/sections/secrets.ts';
import { object, pod } from '../../objects.ts';
import { judged } from '../../report/judged.ts';

const immutable = (name: string, created: string, labels = {}): ReturnType<typeof object> =>
  object('Secret', {
    metadata: { name, namespace: 'shop', uid: name, labels, creationTimestamp: created },
    type: 'Opaque',
    immutable: true,
  });

const report = judged(
  [
    immutable('later', '2026-06-01T00:00:00Z'),
    immutable('overdue', '2026-10-01T00:00:00Z', { tier: 'payment' }),
    object('Secret', { metadata: { name: 'unknown', namespace: 'shop', uid: 'u' }, type: 'Opaque' }),
    object('Secret', {
      metadata: { name: 'release', namespace: 'shop', uid: 'r' },
      type: 'helm.sh/release.v1',
      immutable: true,
    }),
    object('Secret', { metadata: { name: 'web-tls', namespace: 'shop', uid: 't' }, type: 'kubernetes.io/tls' }),
    object('Secret', { metadata: { name: 'other-tls', namespace: 'shop', uid: 'o' }, type: 'kubernetes.io/tls' }),
    object('Certificate', {
      metadata: { name: 'web', namespace: 'shop', uid: 'c' },
      spec: { secretName: 'web-tls' },
      status: { notAfter: '2027-02-01T00:00:00Z' },
    }),
    pod('cart', { spec: { containers: [{ name: 'a', image: 'i:1', envFrom: [{ secretRef: { name: 'overdue' } }] }] } }),
  ],
  { facts: { rotation: [{ type: null, labels: { tier: 'payment' }, days: 30 }] } },
);

describe('rotation', () => {
  it('is due by the period that fits, the soonest first, with what still uses the old data', () => {
    expect(dueNext(report.engine.view)).toEqual([
      {
        namespace: 'shop',
        name: 'overdue',
        due: '2026-10-31',
        periodDays: 30,
        usedBy: [{ kind: 'Pod', namespace: 'shop', name: 'cart' }],
      },
      { namespace: 'shop', name: 'later', due: '2027-06-01', periodDays: 365, usedBy: [] },
    ]);
  });

  it('and the end of certificates are said of every Secret, as far as they are known', () => {
    const items = [...secretsSection(report.engine.view).items];
    expect(items.map(({ name, rotation, certificateEnds }) => [name, rotation?.due, certificateEnds])).toEqual([
      ['later', '2027-06-01', null],
      ['other-tls', null, 'unknown'],
      ['overdue', '2026-10-31', null],
      ['release', undefined, null],
      ['unknown', null, null],
      ['web-tls', null, '2027-02-01'],
    ]);
  });
});
