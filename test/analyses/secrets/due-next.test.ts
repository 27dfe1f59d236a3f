import { describe, expect, it } from 'vitest';
import { questionGroups } from '../../../src/app/question-list.ts';
import { rotationSchedule } from '../../../src/analyses/secrets/rotation-schedule.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { secretsSection } from '../../../src/report/sections/secrets.ts';
import { object, pod } from '../../objects.ts';
import { judged, written } from '../../report/judged.ts';

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

const LEFT_OUT = [
  object('Secret', {
    metadata: { name: 'join', namespace: 'kube-system', uid: 'j' },
    type: 'bootstrap.kubernetes.io/token',
  }),
  object('Secret', {
    metadata: { name: 'ci', namespace: 'shop', uid: 'ci' },
    type: 'kubernetes.io/service-account-token',
  }),
  object('Secret', {
    metadata: {
      name: 'repo',
      namespace: 'argocd',
      uid: 'a',
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
    },
    type: 'Opaque',
  }),
];

describe('rotation', () => {
  it('is due by the period that fits, the soonest first, with what still uses the old data', () => {
    const { due, more, undated } = rotationSchedule(report.engine.view, () => true, 20);
    expect(
      due.map(({ due: at, usedBy, ...one }) => ({
        ...one,
        due: new Date(at).toISOString(),
        usedBy: usedBy.map(refText),
      })),
    ).toEqual([
      {
        namespace: 'shop',
        name: 'overdue',
        due: '2026-10-31T00:00:00.000Z',
        isPast: true,
        days: 30,
        rotator: null,
        usedBy: ['Pod shop/cart'],
      },
      {
        namespace: 'shop',
        name: 'later',
        due: '2027-06-01T00:00:00.000Z',
        isPast: false,
        days: 365,
        rotator: null,
        usedBy: [],
      },
    ]);
    expect({ more, undated }).toEqual({ more: 0, undated: 3 });
  });

  it('lists only as many as asked for, of the namespaces asked for, and counts the rest', () => {
    const one = rotationSchedule(report.engine.view, () => true, 1);
    expect([one.due.map(({ name }) => name), one.more]).toEqual([['overdue'], 1]);
    const none = rotationSchedule(report.engine.view, (namespace) => namespace === 'data', 20);
    expect(none).toEqual({ due: [], overdue: 0, more: 0, undated: 0, leftOut: [] });
  });

  it('leaves out what is nobody’s to rotate, and counts each kind of it', () => {
    const { leftOut } = rotationSchedule(judged(LEFT_OUT).engine.view, () => true, 20);
    expect(leftOut).toEqual([
      ['bootstrap-token', 1],
      ['service-account-token', 1],
      ['tool', 1],
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

describe('what is due next', () => {
  it('is a list of the session to go on from', () => {
    const groups = questionGroups(report.engine.view, 'due');
    expect(
      groups.map(({ title, reason, things }) => [
        title,
        reason ?? '',
        ...things.map(({ object: of, note }) => `${refText(of)} | ${note}`),
      ]),
    ).toEqual([
      [
        '1 of 2 Secrets is past its rotation',
        '365 days where the config sets no period; no date: 3 whose data is of unknown age; left out: 1 Helm release',
      ],
      [
        'past its date',
        '',
        'Secret shop/overdue | 2026-10-31, 23 days ago · used by Pod shop/cart · every 30 days · nobody is known to rotate it',
      ],
      [
        'due next',
        '',
        'Secret shop/later | 2027-06-01, in 189 days · no user is known · every 365 days · nobody is known to rotate it',
      ],
    ]);
  });

  it('says why the list is empty', () => {
    expect(questionGroups(judged([]).engine.view, 'due')).toEqual([
      {
        title: 'no Secret has a date by which it is due',
        things: [],
        reason: '365 days where the config sets no period',
      },
    ]);
    const denied = judged([], { coverage: [{ kind: 'Secret', status: 'denied', reason: 'no right to list' }] });
    expect(questionGroups(denied.engine.view, 'due')[0]?.reason).toContain('secrets were not read: no right to list');
  });

  it('stands in the reports for people', () => {
    expect(written(report, 'text')).toContain(
      [
        'ROTATION DUE NEXT  2',
        '  2026-10-31  23 days ago  Secret shop/overdue  every 30 days, nobody is known to rotate it, used by Pod shop/cart',
        '  2027-06-01  in 189 days  Secret shop/later    every 365 days, nobody is known to rotate it, no user is known',
        '  no date: 3 whose data is of unknown age; left out: 1 Helm release',
        '',
      ].join('\n'),
    );
    expect(written(report, 'markdown')).toContain(
      [
        '## rotation due next (2)',
        '',
        '| due | | Secret | period | rotated by | used by |',
        '| --- | --- | --- | --- | --- | --- |',
        '| 2026-10-31 | 23 days ago | shop/overdue | 30 days | nobody known | Pod shop/cart |',
        '| 2027-06-01 | in 189 days | shop/later | 365 days | nobody known |  |',
        '',
        'no date: 3 whose data is of unknown age; left out: 1 Helm release',
        '',
      ].join('\n'),
    );
    expect(written(report, 'html')).toContain(
      '<tr><td>2026-10-31</td><td data-key="2026-10-31">23 days ago</td><td>shop/overdue</td>',
    );
  });

  it('is left out of a report about something else, and where nothing is to tell', () => {
    expect(written(judged([]), 'text')).not.toContain('ROTATION DUE');
    expect(written({ ...report, scope: { ...report.scope, panes: ['rbac'] } }, 'text')).not.toContain('ROTATION DUE');
    const elsewhere = { ...report, scope: { ...report.scope, namespaces: ['data'] } };
    expect(written(elsewhere, 'text')).not.toContain('ROTATION DUE');
  });

  it('is in JSON with the numbers of what is left out', () => {
    const { secrets } = JSON.parse(written(report, 'json')) as { secrets: { dueNext: unknown[]; leftOut: unknown } };
    expect(secrets.dueNext[0]).toEqual({
      namespace: 'shop',
      name: 'overdue',
      due: '2026-10-31',
      periodDays: 30,
      usedBy: [{ kind: 'Pod', namespace: 'shop', name: 'cart' }],
    });
    expect(secrets.leftOut).toEqual({ helmReleases: 1, bootstrapTokens: 0, serviceAccountTokens: 0, readByLabel: 0 });
  });
});
