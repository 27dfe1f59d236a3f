import { describe, expect, test } from 'vitest';
import { LiveModel, type LiveModelOptions } from '../../src/app/live-model.ts';
import { WHOLE_CLUSTER } from '../../src/app/session-scope.ts';
import type { SessionSource, SourceSink } from '../../src/app/session-source.ts';
import type { SessionSnapshot } from '../../src/app/session-model.ts';
import { SLICE } from '../../src/app/turns.ts';
import { NO_AUDIT } from '../../src/model/audit-state.ts';
import type { Change } from '../../src/model/change.ts';
import type { Coverage } from '../../src/model/coverage.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { NamespaceObject } from '../../src/model/objects.ts';
import type { Pane } from '../../src/panes/pane.ts';
import { rule } from '../../src/rules/rule.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { upserts } from '../analyses/rbac/view-of.ts';
import { pod } from '../objects.ts';
import { NOW, remedyOf } from './fake-model.ts';
import { TestClock } from './test-clock.ts';

class TestSource implements SessionSource {
  readonly hasAuditLog: boolean;
  sink: SourceSink | undefined;
  readonly calls: string[] = [];

  constructor(hasAuditLog: boolean) {
    this.hasAuditLog = hasAuditLog;
  }

  start(sink: SourceSink): void {
    this.sink = sink;
    this.calls.push('start');
  }

  refresh(): void {
    this.calls.push('refresh');
  }

  async fetchYaml(): Promise<string> {
    return 'kind: X\n';
  }

  async dryRun(): Promise<string> {
    return 'accepted';
  }

  /** A dead cluster never lets go. */
  stop(): Promise<void> {
    this.calls.push('stop');
    return new Promise(() => undefined);
  }

  apply(...changes: readonly Change[]): void {
    this.sink?.apply(changes);
  }
}

const RULE = rule<'Namespace'>({
  id: 'vigilance/bad-name',
  subject: 'Namespace',
  summary: '',
  help: '',
  references: [],
  needs: [],
  check: (namespace) =>
    namespace.name.startsWith('bad')
      ? [{ severity: 'high', title: `${namespace.name} is bad`, why: '', evidence: [], remedies: ['x'] }]
      : [],
});

/** Says what cannot be said before everything was read. */
const EARLY = rule<'Namespace'>({
  ...RULE,
  id: 'vigilance/early',
  subject: 'Namespace',
  needs: ['Namespace', 'Pod'],
  check: ({ name }) => [
    { severity: 'low', title: `nothing selects ${name}`, why: '', evidence: [], absence: true },
    { severity: 'info', title: `${name} is not known`, why: '', evidence: [], unknown: true, key: 'unknown' },
  ],
});

const PANE: Pane = {
  name: 'vigilance',
  title: 'Vigilance',
  about: '',
  unit: 'namespaces',
  columns: [],
  rows: (view, findings) =>
    view.list('Namespace').map(({ name }) => ({
      key: name,
      severity: findings.some((one) => one.subject.name === name) ? 'high' : null,
      namespace: '',
      kind: 'Namespace',
      name,
      findings: [],
      cells: {},
      created: null,
      labels: {},
    })),
  summary: (_view, findings, rows) => ({
    subjects: rows.length,
    failing: findings.length,
    headline: '',
    aside: '',
    share: null,
    activity: null,
  }),
};

/** Interned, as in the program: equal parts are the same object. */
const NONE = {};
const EQUAL = { labels: NONE, annotations: NONE };

function namespace(name: string): Change {
  const object: NamespaceObject = {
    kind: 'Namespace',
    namespace: '',
    name,
    uid: name,
    ...EQUAL,
    created: NOW,
    owners: [],
    deleting: false,
    managers: [],
    location: null,
  };
  return { type: 'upsert', object };
}

function coverage(status: Coverage['status'], reason = '', kind: Coverage['kind'] = 'Namespace'): Change {
  const one: Coverage = { kind, apiVersion: 'v1', status, namespaces: 'all', reason, since: NOW };
  return { type: 'coverage', coverage: one };
}

/** The metrics, answered for. */
const METRICS: Change = { type: 'facts', facts: { metricsReason: 'forbidden' } };

interface Setup {
  readonly model: LiveModel;
  readonly clock: TestClock;
  readonly sources: readonly TestSource[];
  readonly pictures: SessionSnapshot[];
}

function setup({
  hasAuditLog = false,
  clock = new TestClock(),
  ...change
}: Partial<
  Omit<LiveModelOptions, 'clock'> & { readonly hasAuditLog: boolean; readonly clock: TestClock }
> = {}): Setup {
  const sources: TestSource[] = [];
  const model = new LiveModel({
    open: () => {
      const source = new TestSource(hasAuditLog);
      sources.push(source);
      return source;
    },
    rules: [RULE],
    panes: [PANE],
    buildRemedies: (_engine, finding: Finding) => [remedyOf(finding)],
    refusalsOf: () => new Map([['network/x', 'no']]),
    joinRemedies: (_engine, [first]: readonly Finding[]) => (first === undefined ? undefined : remedyOf(first)),
    evaluate: async (_engine, remedy) => Promise.resolve(remedy),
    ask: async (words, engine) => `${words.join(' ')}: ${engine.findings.size}`,
    listContexts: async () => [],
    clock,
    ...change,
  });
  const pictures: SessionSnapshot[] = [];
  model.subscribe(() => pictures.push(model.snapshot()));
  return { model, clock, sources, pictures };
}

/** Milliseconds from each picture to the next, where making one takes something and a change comes every second. */
async function betweenPictures(take: (clock: TestClock) => void): Promise<readonly number[]> {
  const slow: Pane = {
    ...PANE,
    rows: (view, findings) => {
      take(clock);
      return PANE.rows(view, findings);
    },
  };
  const { clock, sources, pictures } = setup({ panes: [slow] });
  sources[0]?.apply(coverage('live'));
  for (let change = 0; change < 50; change += 1) {
    sources[0]?.apply(namespace(`bad-${change}`));
    await clock.pass(1000);
  }
  const times = pictures.map(({ now }) => now);
  return times.slice(1).map((time, at) => time - (times[at] ?? 0));
}

describe('a live model', () => {
  test('has a picture before anything was read', () => {
    const { model } = setup();
    expect(model.snapshot().connection.status).toBe('connecting');
  });

  test('keeps its pace when the clock is set back', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'), namespace('bad-a'), METRICS);
    await clock.pass(10_000);
    sources[0]?.apply(namespace('bad-b'));
    await clock.pass(1000);
    expect(model.snapshot().findings.size).toBe(2);
    clock.setBack(3_600_000);
    sources[0]?.apply(namespace('bad-c'));
    await clock.pass(6000);
    expect(model.snapshot().findings.size).toBe(3);
  });

  test('shows rows while lists are under way, and the first reading is no news', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('syncing'), namespace('bad-a'));
    await clock.pass(100);
    expect(model.snapshot().connection).toMatchObject({ status: 'syncing', done: 0, total: 1 });
    expect(model.snapshot().panes[0]?.rows).toHaveLength(1);
    sources[0]?.apply(namespace('bad-b'), coverage('live'));
    await clock.pass(600);
    expect(model.snapshot().connection.status).toBe('live');
    expect(model.snapshot().findings.size).toBe(2);
    expect(model.snapshot().opened.size).toBe(0);
    expect(model.snapshot().feed).toEqual([]);
  });

  test('before the kinds were read no figure counts, and nothing is said to be absent or unknown', async () => {
    const { model, clock, sources } = setup({ rules: [RULE, EARLY] });
    const titles = () => [...model.snapshot().findings.values()].map((one) => one.title).sort();
    sources[0]?.apply(METRICS, coverage('syncing'), namespace('bad-a'));
    await clock.pass(100);
    expect(model.snapshot().panes[0]?.pending).toEqual(['pods', 'namespaces']);
    expect(model.snapshot().panes[0]?.rows).toHaveLength(1);
    expect(titles()).toEqual(['bad-a is bad']);
    sources[0]?.apply(coverage('live'), coverage('syncing', '', 'Pod'), coverage('syncing', '', 'Secret'));
    await clock.pass(3000);
    expect(model.snapshot().panes[0]?.pending).toEqual(['pods']);
    expect(titles()).toEqual(['bad-a is bad']);
    sources[0]?.apply(coverage('live', '', 'Pod'));
    await clock.pass(3000);
    expect(model.snapshot().panes[0]?.pending).toEqual([]);
    expect(titles()).toEqual(['bad-a is bad', 'bad-a is not known', 'nothing selects bad-a']);
    sources[0]?.apply(coverage('denied', 'forbidden', 'Secret'));
    await clock.pass(3000);
    expect(model.snapshot().feed).toEqual([]);
    // What was read once stays read: a relist hides nothing.
    sources[0]?.apply(coverage('syncing'));
    await clock.pass(3000);
    expect(model.snapshot().panes[0]?.pending).toEqual([]);
    expect(titles()).toHaveLength(3);
  });

  test('a picture that was begun while lists were read judges still, though the last list came meanwhile', async () => {
    let meanwhile = (): void => undefined;
    const busy: Pane = {
      ...PANE,
      rows: (view, findings) => {
        meanwhile();
        return PANE.rows(view, findings);
      },
    };
    const others = (['network', 'rbac', 'labels', 'secrets'] as const).map((name): Pane => ({ ...PANE, name }));
    const { clock, sources, pictures } = setup({ panes: [busy, ...others] });
    meanwhile = () => {
      meanwhile = () => undefined;
      sources[0]?.apply(namespace('bad-b'), coverage('live'));
    };
    sources[0]?.apply(coverage('syncing'), namespace('bad-a'));
    await clock.pass(3000);
    const calm = pictures.filter(({ connection, judging }) => connection.status === 'live' && !judging);
    expect(calm.length).toBeGreaterThan(0);
    expect(calm.map(({ panes }) => panes.map((pane) => pane.rows.length))).toEqual(calm.map(() => [2, 2, 2, 2, 2]));
  });

  test('once all is read and judged it is so in every pane, whichever is looked at', async () => {
    const others = (['network', 'rbac'] as const).map((name): Pane => ({ ...PANE, name }));
    const { model, clock, sources } = setup({ panes: [PANE, ...others] });
    model.focus('network');
    sources[0]?.apply(METRICS, coverage('syncing'), namespace('bad-a'));
    await clock.pass(1000);
    expect(model.snapshot().judging).toBe(true);
    sources[0]?.apply(coverage('live'), namespace('bad-b'));
    await clock.pass(1000);
    expect(model.snapshot().judging).toBe(false);
    expect(model.snapshot().panes.map((pane) => pane.rows.length)).toEqual([2, 2, 2]);
  });

  test('a kind whose list fails is waited for no longer, and metrics that nobody answered for are', async () => {
    const { model, clock, sources } = setup({ rules: [RULE, EARLY] });
    sources[0]?.apply(coverage('live'), coverage('syncing', 'connection reset', 'Pod'), namespace('bad-a'));
    await clock.pass(1000);
    expect(model.snapshot().panes[0]?.pending).toEqual(['metrics']);
    expect(model.snapshot().findings.size).toBe(1);
    sources[0]?.apply(METRICS);
    await clock.pass(1000);
    expect(model.snapshot().panes[0]?.pending).toEqual([]);
    expect(model.snapshot().findings.size).toBe(3);
  });

  test('an audit log that is followed is waited for; what it held before is no news', async () => {
    const audit: Pane = { ...PANE, name: 'audit' };
    const { model, clock, sources } = setup({ panes: [audit], hasAuditLog: true });
    sources[0]?.apply(METRICS, coverage('live'));
    await clock.pass(1000);
    expect(model.snapshot().panes[0]?.pending).toEqual(['the audit log']);
    sources[0]?.apply({ type: 'audit', audit: NO_AUDIT });
    await clock.pass(1000);
    expect(model.snapshot().panes[0]?.pending).toEqual([]);
  });

  test('a scope narrows rows, findings and news, not what decides about them', async () => {
    const inScope = (name: string): boolean => name !== 'bad-b';
    const { model, clock, sources } = setup({
      scope: {
        text: 'without b',
        namespace: inScope,
        row: (row) => inScope(row.name),
        finding: (finding) => inScope(finding.subject.name),
      },
    });
    sources[0]?.apply(METRICS, coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    sources[0]?.apply(namespace('bad-b'), namespace('bad-c'));
    await clock.pass(1000);
    const { panes, findings, feed, scope, namespaces } = model.snapshot();
    expect(panes[0]?.rows.map((row) => row.name)).toEqual(['bad-a', 'bad-c']);
    expect(panes[0]?.summary).toMatchObject({ subjects: 2, failing: 2 });
    expect([...findings.values()].map((one) => one.subject.name)).toEqual(['bad-a', 'bad-c']);
    expect(feed.map((one) => [one.text, one.about])).toEqual([['bad-c is bad', 'Namespace bad-c']]);
    expect(namespaces).toEqual(['bad-a', 'bad-c']);
    expect(scope).toBe('without b');
  });

  test('what opens and closes afterwards is', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(METRICS, coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    sources[0]?.apply(namespace('bad-b'));
    await clock.pass(1000);
    expect(model.snapshot().feed.map((one) => [one.type, one.text, one.about])).toEqual([
      ['opened', 'bad-b is bad', 'Namespace bad-b'],
    ]);
    expect(model.snapshot().opened.size).toBe(1);
    sources[0]?.apply({ type: 'remove', kind: 'Namespace', namespace: '', name: 'bad-b' });
    await clock.pass(1000);
    expect(model.snapshot().feed[0]?.type).toBe('closed');
    expect(model.snapshot().opened.size).toBe(0);
  });

  test('so is who gained which right', async () => {
    const { model, clock, sources } = setup();
    const subject = { kind: 'User', name: 'bob' };
    sources[0]?.apply(METRICS, coverage('live'), ...upserts([rawRole('reader', ['get core secrets'])]));
    await clock.pass(1000);
    sources[0]?.apply(...upserts([rawBinding('shop', 'read', 'reader', subject)]));
    await clock.pass(1000);
    expect(model.snapshot().feed).toEqual([
      {
        time: expect.any(Number) as number,
        type: 'rights',
        severity: null,
        text: 'user bob gained: get secrets (shop) through RoleBinding read',
        finding: '',
      },
    ]);
  });

  test('paints background data at most twice a second, however many changes come', async () => {
    const { clock, sources, pictures } = setup();
    sources[0]?.apply(coverage('live'));
    await clock.pass(1000);
    const before = pictures.length;
    for (let change = 0; change < 40; change += 1) {
      sources[0]?.apply(namespace(`bad-${change}`));
      await clock.pass(50);
    }
    expect(pictures.length - before).toBeLessThanOrEqual(5);
    await clock.pass(1000);
    expect(pictures.at(-1)?.findings.size).toBe(40);
  });

  test('a busy machine, where a picture takes long, waits a few seconds for the next one and no longer', async () => {
    const between = await betweenPictures((clock) => clock.spend(3000));
    // Five seconds of rest, and three for making the next one.
    expect(new Set(between)).toEqual(new Set([8000]));
  });

  test('what other programs take of the machine meanwhile makes no picture wait', async () => {
    const between = await betweenPictures((clock) => clock.lose(300));
    expect(Math.max(...between)).toBeLessThanOrEqual(1500);
  });

  test('what somebody wrote is shown soon and in every pane, though pictures of what runs are rare', async () => {
    const slow = (name: Pane['name']): Pane => ({
      ...PANE,
      name,
      rows: (view, findings) => {
        clock.spend(100);
        return PANE.rows(view, findings);
      },
    });
    const { model, clock, sources, pictures } = setup({ panes: [slow('vigilance'), slow('network')] });
    model.focus('vigilance');
    sources[0]?.apply(METRICS, coverage('live'), namespace('bad-a'));
    await clock.pass(10_000);
    // Of what runs, one pane is made for each picture, and that a twentieth of the time: every two seconds.
    pictures.length = 0;
    for (let change = 0; change < 100; change += 1) {
      sources[0]?.apply({ type: 'upsert', object: pod(`pod-${change}`) });
      await clock.pass(100);
    }
    expect(pictures.length).toBeLessThanOrEqual(5);
    for (const name of ['bad-b', 'bad-c', 'bad-d']) {
      const written = clock.now();
      sources[0]?.apply(namespace(name));
      for (let change = 0; change < 30; change += 1) {
        sources[0]?.apply({ type: 'upsert', object: pod(`${name}-${change}`) });
        await clock.pass(100);
      }
      const first = pictures.find(({ panes }) => panes.every(({ rows }) => rows.some((row) => row.name === name)));
      expect((first?.now ?? Infinity) - written).toBeLessThanOrEqual(1500);
    }
  });

  test('keys get their turn while a picture looks at many findings', async () => {
    const turns: number[] = [];
    let looked = 0;
    class CountingClock extends TestClock {
      override soon(run: () => void): void {
        if (looked > 0 && looked < 8) turns.push(looked);
        super.soon(run);
      }
    }
    const clock = new CountingClock();
    const { sources } = setup({
      clock,
      scope: {
        ...WHOLE_CLUSTER,
        finding: () => {
          looked += 1;
          clock.spend(SLICE / 2);
          return true;
        },
      },
    });
    sources[0]?.apply(
      coverage('live'),
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((one) => namespace(`bad-${one}`)),
    );
    await clock.pass(1000);
    expect(looked).toBe(8);
    expect(turns).toEqual([2, 4, 6]);
  });

  test('a picture never changes after it was taken', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    const old = model.snapshot();
    sources[0]?.apply(namespace('bad-b'));
    await clock.pass(1000);
    expect(old.findings.size).toBe(1);
    expect(old.panes[0]?.rows).toHaveLength(1);
  });

  test('a lost connection leaves the rows and says stale', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    sources[0]?.apply(coverage('stale', 'connection reset'));
    await clock.pass(1000);
    expect(model.snapshot().connection).toMatchObject({ status: 'stale', reason: 'connection reset' });
    expect(model.snapshot().panes[0]?.rows).toHaveLength(1);
  });

  test('how long a connection is lost is counted, in seconds for two minutes', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'));
    await clock.pass(1000);
    const lost = coverage('stale', 'connection reset');
    if (lost.type !== 'coverage') throw new Error('no coverage');
    sources[0]?.apply({ ...lost, coverage: { ...lost.coverage, since: clock.now() } });
    const told: number[] = [];
    model.subscribe(() => told.push(Math.floor((model.snapshot().now - model.snapshot().connection.since) / 1000)));
    await clock.pass(130_000);
    expect([...new Set(told)]).toEqual(expect.arrayContaining(Array.from({ length: 119 }, (_, at) => at + 1)));
    const before = told.length;
    await clock.pass(20_000);
    expect(told.length - before).toBeLessThan(3);
  });

  test('a cluster that cannot be reached says why, until it answers', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.sink?.fail('dial tcp: refused');
    await clock.pass(1000);
    expect(model.snapshot().connection).toMatchObject({ status: 'failed', reason: 'dial tcp: refused' });
    sources[0]?.apply(coverage('live'));
    await clock.pass(1000);
    expect(model.snapshot().connection.status).toBe('live');
  });

  test('another context starts over at once, although the old cluster never lets go; its late changes are ignored', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    void model.switchContext('other');
    expect(model.snapshot().connection.status).toBe('connecting');
    expect(model.snapshot().findings.size).toBe(0);
    sources[0]?.apply(namespace('bad-late'));
    sources[1]?.apply(coverage('live'), namespace('good'));
    await clock.pass(1000);
    expect(model.snapshot().panes[0]?.rows.map((one) => one.name)).toEqual(['good']);
    expect(sources[0]?.calls).toEqual(['start', 'stop']);
  });

  test('remedies and questions see everything that came', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    const [id = ''] = model.snapshot().findings.keys();
    expect(await model.remediesFor([id, 'gone'])).toHaveLength(1);
    expect([...(await model.refusalsOf([id, 'gone']))]).toEqual([
      [model.snapshot().findings.get(id), new Map([['network/x', 'no']])],
    ]);
    sources[0]?.apply(namespace('bad-b'));
    await clock.pass(1000);
    // Two remedies, and in front the one that joins them.
    expect(await model.remediesFor([...model.snapshot().findings.keys()])).toHaveLength(3);
    const same = setup({ buildRemedies: (_engine, finding) => [{ ...remedyOf(finding), yaml: 'kind: Namespace' }] });
    same.sources[0]?.apply(coverage('live'), namespace('bad-a'), namespace('bad-b'));
    await same.clock.pass(1000);
    expect(await same.model.remediesFor([...same.model.snapshot().findings.keys()])).toHaveLength(2);
    expect(await model.ask(['how', 'many'])).toBe('how many: 2');
    const description = await model.describe({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'bad-a' });
    expect(description).toContain('bad-a is bad');
    // Equal parts are written out: an anchor of YAML tells a person nothing.
    expect(description).not.toMatch(/[&*]a1/);
  });

  test('what somebody writes shows within a second while pods change all the time', async () => {
    const { model, clock, sources } = setup();
    sources[0]?.apply(METRICS, coverage('live'));
    await clock.pass(3000);
    // At whatever moment it comes, between judging and between pictures.
    for (let round = 1; round <= 20; round += 1) {
      const wanted = model.snapshot().findings.size + 1;
      let shownAfter = Infinity;
      for (let passed = 0; passed < 1000 + round * 50; passed += 50) {
        if (passed === 0) sources[0]?.apply(namespace(`bad-${round}`));
        sources[0]?.apply({ type: 'upsert', object: pod(`web-${passed}`, { labels: { round: `${round}` } }) });
        await clock.pass(50);
        if (model.snapshot().findings.size === wanted) shownAfter = Math.min(shownAfter, passed + 50);
      }
      expect(shownAfter).toBeLessThan(1000);
    }
  });

  test('panes that nobody looks at are evaluated less often, unless somebody wrote something', async () => {
    const counting = (name: Pane['name']): Pane => ({
      ...PANE,
      name,
      summary: (view, ...rest) => ({ ...PANE.summary(view, ...rest), subjects: view.list('Pod').length }),
    });
    const { model, clock, sources } = setup({ panes: [counting('vigilance'), counting('labels')] });
    const subjects = (): readonly number[] => model.snapshot().panes.map(({ summary }) => summary.subjects);
    model.focus('vigilance');
    sources[0]?.apply(METRICS, coverage('live'), namespace('bad-a'));
    await clock.pass(1000);
    sources[0]?.apply({ type: 'upsert', object: pod('a') });
    await clock.pass(1600);
    expect(subjects()).toEqual([1, 0]);
    await clock.pass(5500);
    expect(subjects()).toEqual([1, 1]);
    sources[0]?.apply({ type: 'upsert', object: pod('b') }, namespace('bad-b'));
    await clock.pass(600);
    expect(subjects()).toEqual([2, 2]);
  });
});
