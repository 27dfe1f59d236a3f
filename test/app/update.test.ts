import { describe, expect, test } from 'vitest';
import { currentItem, placeBody } from '../../src/app/body-lines.ts';
import { footerLines, headerLines } from '../../src/app/chrome-lines.ts';
import { lineText } from '../../src/app/span.ts';
import { linearLines } from '../../src/app/linear-lines.ts';
import { ruleHelp } from '../../src/app/finding-help.ts';
import { overviewLines } from '../../src/app/overview-lines.ts';
import type { FeedEntry } from '../../src/app/session-model.ts';
import { here, openPane, openTable } from '../../src/app/state.ts';
import { tableLines } from '../../src/app/table-lines.ts';
import { remedyLines } from '../../src/app/remedy-lines.ts';
import { findingOf, NOW, remedyOf, row, snapshotOf } from './fake-model.ts';
import { Driver, SHOP } from './session-driver.ts';

function inNetwork(): Driver {
  return new Driver(SHOP, { pane: 'network' });
}

function shown(driver: Driver): readonly string[] {
  return openTable(driver.state)?.shown.map((one) => one.name) ?? [];
}

function status(driver: Driver): string {
  return footerLines(driver.state).map(lineText).join('\n');
}

function body(driver: Driver): string {
  const pane = openPane(driver.state);
  const lines = pane === null ? placeBody(driver.state).lines : Object.values(tableLines(driver.state, pane)).flat();
  return lines.map(lineText).join('\n');
}

describe('filter', () => {
  test('works while it is typed, enter keeps it, esc first clears it and then leaves', () => {
    const driver = inNetwork().press('/ c a r');
    expect(shown(driver)).toEqual(['cart']);
    expect(status(driver)).toContain('inverse');
    driver.press('enter');
    expect(status(driver)).toContain('matching car');
    driver.press('escape');
    expect(shown(driver)).toHaveLength(3);
    expect(openPane(driver.state)).toBe('network');
    expect(here(driver.press('escape').state).place.type).toBe('overview');
  });

  test('esc while typing brings the former filter back', () => {
    const driver = inNetwork().press('/ c a r enter / x x escape');
    expect(shown(driver)).toEqual(['cart']);
  });

  test('half a selector leaves the rows as they are', () => {
    const driver = inNetwork().press('/').send({ type: 'paste', text: '-l app in (' });
    expect(shown(driver)).toHaveLength(3);
    expect(shown(driver.send({ type: 'paste', text: 'cart)' }))).toEqual(['cart']);
  });

  test('what is no selector when it is entered filters nothing, and says so until the next key', () => {
    const driver = inNetwork().press('/').send({ type: 'paste', text: '-l app in (' }).press('enter');
    expect(shown(driver)).toHaveLength(3);
    expect(driver.state.prompt).toBeNull();
    expect(driver.state.message?.text).toContain('no label selector yet: write a=b');
    expect(driver.press('j').state.message).toBeNull();
    const selector = inNetwork().press('/').send({ type: 'paste', text: '-l app in (cart)' }).press('enter');
    expect(selector.state.message).toBeNull();
    expect(shown(selector)).toEqual(['cart']);
  });

  test('a table without rows says which filter hides them', () => {
    expect(body(inNetwork().press('/ z z z enter'))).toContain('the filter "zzz" hides the others; esc clears it');
  });

  test('a table without rows breaks a long reason for it', () => {
    const connection = { status: 'failed', done: 0, total: 1, since: NOW, reason: `${'word '.repeat(20)}end` } as const;
    const driver = new Driver(snapshotOf([], { connection }), { pane: 'network', columns: 80 });
    expect(body(driver)).toMatch(/word\n {3}word.* end\n {3}:ctx chooses/);
  });
});

test('what is below the screen is counted, one line in the singular', () => {
  const driver = new Driver(SHOP, { pane: 'network', rows: 12 }).press('? G');
  expect(status(driver)).toContain('end');
  expect(status(driver.press('k'))).toContain('↓ 1 more line ');
  expect(status(driver.press('k'))).toContain('↓ 2 more lines ');
});

describe('command line', () => {
  test('runs, completes and remembers', () => {
    const driver = inNetwork().press(': r b tab');
    expect(driver.state.prompt?.edit.text).toBe('rbac ');
    driver.press('enter');
    expect(openPane(driver.state)).toBe('rbac');
    expect(driver.press(': up').state.prompt?.edit.text).toBe('rbac');
    driver.press('escape');
    expect(driver.state.prompt).toBeNull();
  });

  test('after a whole word tab begins the next one', () => {
    const driver = inNetwork().press(': t h e m e tab');
    expect(driver.state.prompt?.edit.text).toBe('theme ');
    expect(driver.press('tab').state.prompt?.edit.text).toBe('theme default');
    expect(inNetwork().press(': z z z tab').state.prompt?.edit.text).toBe('zzz');
  });

  test('tab goes through several candidates', () => {
    const driver = inNetwork().press(': n s space').press('tab');
    expect(driver.state.prompt?.edit.text).toBe('ns data');
    expect(driver.press('tab').state.prompt?.edit.text).toBe('ns shop');
    expect(driver.press('shift-tab').state.prompt?.edit.text).toBe('ns data');
    expect(shown(driver.press('enter'))).toEqual(['postgres']);
  });

  test('an unknown command says what was meant and does nothing', () => {
    const driver = inNetwork().command('netwrok');
    expect(status(driver)).toContain('did you mean :network?');
    expect(driver.effects).toEqual([]);
  });

  test(':ns lists the namespaces, enter chooses one, 0 shows all', () => {
    const driver = inNetwork().command('ns');
    expect(body(driver)).toContain('data');
    driver.press('j enter');
    expect(driver.state.namespace).toBe('data');
    expect(shown(driver)).toEqual(['postgres']);
    expect(shown(driver.press('0'))).toHaveLength(3);
  });

  test(':ctx lists the contexts, enter starts over on one', () => {
    const driver = inNetwork().press('enter').command('ctx');
    const contexts = [{ name: 'staging', cluster: 'staging', user: 'alice', current: false }];
    driver.send({ type: 'contexts', contexts }).press('enter');
    expect(driver.effects).toContainEqual({ type: 'switch-context', name: 'staging' });
    expect(openPane(driver.state)).toBe('network');
    expect(driver.state.tables.network.shown).toEqual([]);
    expect(driver.state.message).toBeNull();
  });

  test(':ctx X leaves nothing before there is such a context', () => {
    const driver = inNetwork().command('ctx staging');
    expect(driver.effects).toEqual([{ type: 'find-context', name: 'staging', keeps: false }]);
    expect(shown(driver)).toHaveLength(3);
    driver.send({ type: 'context-found', name: 'staging', keeps: false });
    expect(driver.effects).toContainEqual({ type: 'switch-context', name: 'staging' });
    expect(shown(driver)).toEqual([]);
  });

  test(':network @X keeps the view that was typed with it', () => {
    const driver = inNetwork().command('network /cart @staging');
    expect(driver.effects).toContainEqual({ type: 'find-context', name: 'staging', keeps: true });
    driver.send({ type: 'context-found', name: 'staging', keeps: true });
    expect(driver.effects).toContainEqual({ type: 'switch-context', name: 'staging' });
    expect(shown(driver)).toEqual(['cart']);
  });

  test(':q and ctrl-c while typing quit', () => {
    expect(inNetwork().command('q').effects).toContainEqual({ type: 'quit' });
    expect(inNetwork().press('/ ctrl-c').effects).toContainEqual({ type: 'quit' });
  });

  test('a question opens its answer; a failed one says why', () => {
    const driver = inNetwork().command('who-can get secrets');
    const visit = here(driver.state).id;
    driver.send({ type: 'text', visit, text: 'rbac is denied', failed: true });
    expect(body(driver)).toContain('rbac is denied');
  });

  test(':waive previews an entry for the row', () => {
    const driver = inNetwork().command('waive');
    expect(body(driver)).toContain('rule: network/no-ingress-isolation');
    expect(body(driver)).toContain('reason: ""');
  });

  test('a pane takes a namespace and a filter as k9s does', () => {
    const driver = new Driver(SHOP).command('network shop /web');
    expect(shown(driver)).toEqual(['web']);
    expect(driver.state.namespace).toBe('shop');
  });

  test('pasted control characters do not reach the line', () => {
    const driver = inNetwork().press(':').send({ type: 'paste', text: 'ns\u001b[31m\n shop' });
    expect(driver.state.prompt?.edit.text).toBe('ns[31m shop');
  });
});

describe('places', () => {
  test('q on the top view says how to quit', () => {
    expect(status(new Driver(SHOP).press('q'))).toContain(':q or ctrl-c quits');
  });

  test('esc closes help, then goes from remedy to detail to pane to overview', () => {
    const driver = inNetwork().press('enter f ?');
    const types = ['remedy', 'detail', 'pane', 'overview'].map(() => here(driver.press('escape').state).place.type);
    expect(types).toEqual(['remedy', 'detail', 'pane', 'overview']);
  });

  test('the history goes back and forward, and - swaps', () => {
    const driver = inNetwork().press('2 3 [ [');
    expect(openPane(driver.state)).toBe('network');
    expect(openPane(driver.press(']').state)).toBe('rbac');
    expect(openPane(driver.press('-').state)).toBe('network');
    expect(openPane(driver.press('-').state)).toBe('rbac');
  });

  test('enter on the overview opens the worst finding, which stands under the cursor first', () => {
    const driver = new Driver(SHOP);
    expect(currentItem(driver.state)).toMatch(/^finding:.*postgres/);
    driver.press('enter');
    expect(body(driver)).toContain('Deployment data/postgres');
    expect(body(driver)).toContain('No NetworkPolicy in data selects app=postgres');
  });

  test('a detail whose row is gone says so', () => {
    const driver = inNetwork().press('enter');
    driver.send({ type: 'snapshot', snapshot: snapshotOf([row('shop', 'cart', 'high')], { revision: 2 }) });
    expect(body(driver)).toContain('gone from the cluster');
  });

  test('a digit in a detail leads to the pane, and esc from there to the overview', () => {
    const driver = inNetwork().press('enter 2');
    expect(openPane(driver.state)).toBe('rbac');
    expect(here(driver.press('escape').state).place.type).toBe('overview');
  });
});

describe('remedies', () => {
  test('a row that is opened asks which of them can be had', () => {
    const driver = inNetwork().press('enter');
    const request = driver.effects.find((effect) => effect.type === 'refusals');
    const place = here(driver.state);
    expect(request).toMatchObject({ visit: place.id, findings: [expect.stringContaining('network')] });
    const refusals = new Map();
    expect(here(driver.send({ type: 'refusals', visit: place.id, refusals }).state).place).toMatchObject({ refusals });
  });

  test('of a detail that was opened before its row was judged are those of the findings that it shows now', () => {
    const early = snapshotOf([row('shop', 'cart', null)], { judging: true });
    const driver = new Driver(early, { pane: 'network' }).press('enter');
    expect(status(driver)).not.toContain('f fix');
    driver.send({ type: 'snapshot', snapshot: snapshotOf([row('shop', 'cart', 'high')], { revision: 2 }) });
    expect(body(driver)).toContain('accepts connections from any pod');
    expect(status(driver)).toContain('f fix');
    expect(driver.press('f').effects).toContainEqual({
      type: 'remedies',
      visit: here(driver.state).id,
      findings: [findingOf('shop', 'cart', 'high').id],
    });
  });

  test('marked rows are copied as CSV, in the order of the table', () => {
    const driver = inNetwork().press('space j space c');
    const copied = driver.effects.find((effect) => effect.type === 'copy');
    expect(copied?.what).toBe('2 rows as CSV');
    expect(copied?.text.split('\r\n').map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
      'SEVERITY,NAMESPACE,WORKLOAD',
      'critical,data,Deployment postgres',
      'high,shop,Deployment cart',
      '',
    ]);
  });

  test('of marked rows are asked for together', () => {
    const driver = inNetwork().press('space j space f');
    const request = driver.effects.find((effect) => effect.type === 'remedies');
    expect(request?.findings).toHaveLength(2);
  });

  test('where there is none the footer offers no fix, and f says why and what to do', () => {
    const ingress = { ...findingOf('shop', 'web', 'high'), rule: 'vigilance/ingress-without-tls' };
    const { remedies: _none, ...finding } = ingress;
    const findings = new Map([[finding.id, finding]]);
    const made = row('shop', 'web', 'high', { findings: [finding.id] });
    const panes = SHOP.panes.map((pane) => (pane.name === 'network' ? { ...pane, rows: [made] } : pane));
    const driver = new Driver({ ...SHOP, panes, findings }, { pane: 'network' });
    expect(status(driver)).not.toContain('f fix');
    expect(status(inNetwork())).toContain('f fix');
    driver.press('f').send({ type: 'remedies', visit: here(driver.state).id, remedies: [] });
    expect(body(driver)).toContain('Nothing that k8sec could write and prove closes this.');
    expect(body(driver).replaceAll(/\s+/g, ' ')).toContain(`to do ${ruleHelp(finding.rule)}`);
  });

  test('where the finding went meanwhile the view says so', () => {
    const driver = inNetwork().press('f');
    driver.send({ type: 'snapshot', snapshot: { ...SHOP, revision: 9, findings: new Map() } });
    driver.send({ type: 'remedies', visit: here(driver.state).id, remedies: [] });
    expect(body(driver)).toContain('Nothing is wrong here any more');
  });

  test('an answer for a place that was left changes nothing that is shown', () => {
    const driver = inNetwork().press('y');
    const visit = here(driver.state).id;
    driver.press('escape').send({ type: 'text', visit, text: 'an old answer', failed: false });
    expect(body(driver)).not.toContain('an old answer');
  });
});

describe('what the cluster does', () => {
  test('an empty table says why: loading, denied, no connection', () => {
    const at = (change: Parameters<typeof snapshotOf>[1]): string =>
      body(new Driver(snapshotOf([], change), { pane: 'network' }));
    const connection = { status: 'syncing', done: 1, total: 30, since: NOW, reason: '' } as const;
    expect(at({ connection })).toContain('Still loading');
    expect(at({ connection: { ...connection, status: 'failed', reason: 'dial tcp: refused' } })).toContain(
      'dial tcp: refused',
    );
    expect(at({})).toContain('There are no workloads to judge.');
    const coverage = [
      { kind: 'Secret', apiVersion: 'v1', status: 'denied', namespaces: 'all', reason: 'no', since: NOW },
    ] as const;
    expect(at({ coverage })).toContain('not judged: secrets (denied)');
  });

  test('the header tells who and where, and how far the reading is', () => {
    const syncing = { status: 'syncing', done: 12, total: 30, since: NOW, reason: '' } as const;
    const text = (driver: Driver): string => headerLines(driver.state).map(lineText).join('\n');
    expect(text(inNetwork())).toMatch(/prod-eu ▸ all namespaces.*v1\.36\.3.*alice.*read-only.*live.*14,208 objects/);
    expect(text(new Driver(snapshotOf([], { connection: syncing })))).toContain('reading 12 of 30 kinds');
    const stale = { ...syncing, status: 'stale', since: NOW - 300_000, reason: 'reset' } as const;
    const driver = new Driver(snapshotOf([], { connection: stale }));
    expect(text(driver)).toContain('stale for 5m');
    const said = (...statuses: readonly ('live' | 'stale')[]): string => {
      const coverage = statuses.map((one, at) => {
        const kind = at === 0 ? 'Pod' : 'Secret';
        return { kind, apiVersion: 'v1', status: one, namespaces: 'all', reason: '', since: NOW } as const;
      });
      return status(new Driver(snapshotOf([], { connection: stale, coverage })));
    };
    expect(said('stale', 'live')).toContain('stale: pods');
    expect(said('stale', 'stale')).toMatch(/stale: all that was read.*reset/);
    expect(status(driver)).toContain('reset');
    const facts = { ...SHOP.facts, source: 'demo' as const };
    expect(text(new Driver({ ...SHOP, facts }))).toContain('DEMO');
  });

  test('what opened in this session stands under happening now', () => {
    const finding = findingOf('shop', 'cart', 'high');
    const opened = new Map([[finding.id, NOW]]);
    const text = body(new Driver({ ...SHOP, opened }));
    expect(text.indexOf('happening now')).toBeLessThan(text.indexOf('cart accepts'));
    expect(text.indexOf('cart accepts')).toBeLessThan(text.indexOf('standing risk'));
  });

  test('standing risk says since when it is known, where a baseline tells', () => {
    const { id } = findingOf('shop', 'cart', 'high');
    const lines = (firstSeen: ReadonlyMap<string, number>): readonly string[] =>
      body(new Driver({ ...SHOP, firstSeen }))
        .split('\n')
        .filter((one) => one.includes('accepts'));
    expect(lines(new Map([[id, NOW - 41 * 86_400_000]])).filter((one) => one.includes('since 41d'))).toHaveLength(1);
    expect(lines(new Map()).join('')).not.toContain('since');
  });

  test('of the audit pane detections are happening now; what the log cannot show is a standing risk', () => {
    const detection = findingOf('shop', 'mallory', 'high', 'audit');
    const actor = { ...detection, subject: { ...detection.subject, kind: 'Actor', namespace: null } };
    const blind = findingOf('shop', 'policy', 'info', 'audit');
    const findings = new Map([actor, blind].map((one) => [one.id, one]));
    const text = body(new Driver({ ...SHOP, findings }));
    expect(text.indexOf('mallory accepts')).toBeLessThan(text.indexOf('standing risk'));
    expect(text.indexOf('policy accepts')).toBeGreaterThan(text.indexOf('standing risk'));
  });

  test('rows that arrive above the screen are counted in the status line', () => {
    const rows = Array.from({ length: 60 }, (_, at) => row('shop', `m${at}`, 'medium'));
    const driver = new Driver(snapshotOf(rows), { pane: 'network' }).press('ctrl-d');
    driver.send({ type: 'snapshot', snapshot: snapshotOf([...rows, row('a', 'a', 'critical')], { revision: 2 }) });
    expect(status(driver)).toContain('↑ 1 new');
    expect(status(driver.press('ctrl-r'))).not.toContain('new');
  });

  test('a smaller terminal keeps the cursor on the screen', () => {
    const rows = Array.from({ length: 60 }, (_, at) => row('shop', `m${at}`, 'medium'));
    const driver = new Driver(snapshotOf(rows), { pane: 'network', rows: 50 }).press('ctrl-d ctrl-d');
    driver.send({ type: 'resize', columns: 40, rows: 10 });
    const table = openTable(driver.state);
    expect(table?.cursor).toBeLessThan((table?.offset ?? 0) + 5);
  });
});

describe('groups', () => {
  const TEAMS = snapshotOf([
    row('data', 'postgres', 'medium', { labels: { team: 'storage' } }),
    row('shop', 'cart', 'high', { labels: { team: 'web' } }),
    row('shop', 'web', null, { labels: { team: 'web' } }),
    row('shop', 'nobody', 'low', { labels: {} }),
  ]);

  test.each([
    ['owner', ['cart', 'web', 'postgres', 'nobody'], ['web (2)', '', 'storage (1)', '- (1)']],
    ['namespace', ['cart', 'nobody', 'web', 'postgres'], ['shop (3)', '', '', 'data (1)']],
  ] as const)('by %s: rows stand together, the group with the worst first', (by, names, labels) => {
    const driver = new Driver(TEAMS, { pane: 'network' }).command(`group ${by}`);
    expect(shown(driver)).toEqual(names);
    const lines = tableLines(driver.state, 'network').rows.map(lineText);
    for (const [at, label] of labels.entries()) expect(lines[at]?.trimStart().startsWith(label)).toBe(true);
    expect(shown(driver.command('group none'))).toEqual(['cart', 'postgres', 'nobody', 'web']);
  });

  test('by owner: the label that the config names decides, then that of the namespace', () => {
    const unit = { label: 'unit', byNamespace: new Map([['data', 'u2']]) };
    const rows = [
      row('shop', 'cart', 'high', { labels: { team: 'web', unit: 'u1' } }),
      row('data', 'postgres', 'medium', { labels: { team: 'storage' } }),
      row('shop', 'nobody', 'low', { labels: { team: 'web' } }),
    ];
    const driver = new Driver(snapshotOf(rows, { ownership: unit }), { pane: 'network' }).command('group owner');
    const first = tableLines(driver.state, 'network').rows.map((one) => lineText(one).trim().split(' ')[0]);
    expect(first).toEqual(['u1', 'u2', '-']);
  });

  test('a wrong key says which there are', () => {
    expect(status(new Driver(TEAMS).command('group colour'))).toContain(
      ':group takes namespace, workload, owner or none',
    );
  });
});

describe('columns', () => {
  const ROWS = snapshotOf([row('shop', 'cart', 'high'), row('data', 'postgres', null)]);
  const head = (driver: Driver): readonly string[] => tableLines(driver.state, 'network').head.map(lineText);
  const words = (driver: Driver): readonly string[] => head(driver).at(-1)?.trim().split(/ {2,}/) ?? [];

  test('those that a person names are shown, in that order, until the usual ones are asked for', () => {
    const driver = new Driver(ROWS, { pane: 'network' });
    const usual = ['SEVERITY↓', 'NAMESPACE', 'WORKLOAD', 'PODS', 'INGRESS', 'EGRESS', 'EXPOSED BY', 'AGE'];
    expect(words(driver)).toEqual(usual);
    expect(words(driver.command('columns work,Exposed policies work severity'))).toEqual([
      'WORKLOAD',
      'EXPOSED BY',
      'POLICIES',
      'SEVERITY↓',
    ]);
    expect(head(driver)[0]).toContain('4 of 9 columns');
    expect(tableLines(driver.state, 'network').rows.map(lineText)[0]?.trim()).toMatch(/^Deployment cart .* high/);
    expect(words(driver.command('rbac').command('network')).length).toBe(4);
    expect(words(driver.command('columns'))).toEqual(usual);
    expect(head(driver)[0]).not.toContain('columns');
  });

  test('an order whose column is not shown stands in the header', () => {
    const driver = new Driver(ROWS, { pane: 'network' }).press('A').command('columns severity workload');
    expect(words(driver)).toEqual(['SEVERITY', 'WORKLOAD']);
    expect(head(driver)[0]).toContain('2 of 9 columns, by age↓');
    expect(head(driver.press('A'))[0]).toContain('by age↑');
    // The order by name belongs to the workload, not to whatever stands first.
    expect(words(driver.press('N').command('columns pods workload'))).toEqual(['PODS', 'WORKLOAD↓']);
  });

  test('an unknown one says which there are, and changes nothing', () => {
    const driver = new Driver(ROWS, { pane: 'network' }).command('columns workload colour');
    expect(status(driver)).toContain('no column "colour" here: severity, namespace, workload, pods, ingress');
    expect(words(driver)).toContain('NAMESPACE');
    expect(status(new Driver(ROWS).command('columns age'))).toContain('open a pane first');
  });
});

describe('the changes of a session', () => {
  test('stand below each other, whether they can be opened or not', () => {
    const entry = { time: NOW, severity: null, finding: 'one' } as const;
    const feed: readonly FeedEntry[] = [
      { ...entry, type: 'opened', text: 'first' },
      { ...entry, type: 'written', text: 'second' },
      { ...entry, type: 'rights', text: 'third' },
    ];
    const { state } = new Driver(snapshotOf([], { feed }));
    const lines = overviewLines(state).filter((one) => /first|second|third/.test(lineText(one)));
    // The painter puts the column of the cursor before what can be opened.
    const at = lines.map((one) => (one.item === undefined ? 0 : 1) + lineText(one).search(/first|second|third/));
    expect(at).toHaveLength(3);
    expect(new Set(at).size).toBe(1);
  });

  test('name what they are about at 80 columns', () => {
    const feed: readonly FeedEntry[] = [
      {
        time: NOW,
        type: 'opened',
        severity: 'high',
        text: 'accepts connections from any pod and any address, through LoadBalancer 443 too',
        about: 'Deployment shop/web',
        finding: 'one',
      },
    ];
    const { state } = new Driver(snapshotOf([], { feed }), { columns: 80 });
    const [opened] = overviewLines(state)
      .map(lineText)
      .filter((text) => text.includes('opened'));
    expect(opened).toBe('  10:00  opened  accepts connections from any pod …  Deployment shop/web');
  });
});

describe('what an actor of the audit log did', () => {
  const finding = {
    ...findingOf('', 'x', 'critical', 'audit'),
    subject: { apiVersion: 'k8sec/v1', kind: 'Actor', namespace: null, name: 'system:serviceaccount:shop:cart' },
    title: 'system:serviceaccount:shop:cart listed secrets in all namespaces',
  };
  const seen = row('', 'x', 'critical', {
    kind: 'Actor',
    findings: [finding.id],
    cells: { COUNT: { text: '14', tone: 'plain' } },
    created: NOW - 60_000,
  });
  const snapshot = snapshotOf([], { findings: new Map([[finding.id, finding]]) });
  const panes = snapshot.panes.map((pane) => (pane.name === 'audit' ? { ...pane, rows: [seen] } : pane));
  const driver = new Driver({ ...snapshot, panes });

  test('says when and how often, and names a service account as other panes do', () => {
    const line = overviewLines(driver.state)
      .map(lineText)
      .find((text) => text.includes('listed secrets'));
    expect(line).toMatch(/^ {2}critical {2}audit {6}sa shop\/cart listed secrets in all namespaces {3,}09:59 ×14/);
  });

  test('is told to a screen reader whole, with the heading that it stands under', () => {
    const [, line] = linearLines({ ...driver.state, columns: 40 });
    expect(line).toMatch(
      /^happening now, \d+ of \d+: critical, audit, sa shop\/cart listed secrets in all namespaces, 09:59 ×14/,
    );
    expect(linearLines(driver.state).join('\n')).not.toMatch(/more lines|end$/);
  });
});

describe('related things', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

  test('go on to the row of what has one, to its own relations else, and back and forward again', () => {
    const driver = inNetwork().press('u');
    expect(driver.effects.at(-1)).toMatchObject({ type: 'related', object: { kind: 'Deployment', name: 'postgres' } });
    driver.send({
      type: 'related',
      visit: here(driver.state).id,
      groups: [
        {
          title: 'to',
          things: [
            { object: account, note: 'x' },
            { object: web, note: '' },
          ],
        },
      ],
    });
    expect(body(driver)).toContain('ServiceAccount shop/cart');
    driver.press('j enter');
    expect(here(driver.state).place).toMatchObject({ type: 'detail', row: { name: 'web' } });
    driver.press('[ k enter');
    expect(here(driver.state).place).toMatchObject({ type: 'related', object: account });
    expect(here(driver.press('[').state).place).toMatchObject({ type: 'related', object: { name: 'postgres' } });
    expect(here(driver.press(']').state).place).toMatchObject({ type: 'related', object: account });
  });

  test('are looked up again when the cluster changes, once at a time, and the cursor keeps to its thing', () => {
    const driver = inNetwork().press('u');
    const visit = here(driver.state).id;
    const things = [
      { object: account, note: '' },
      { object: web, note: '' },
    ];
    const asked = (): number => driver.effects.filter((effect) => effect.type === 'related').length;
    const news = (revision: number): Driver =>
      driver.send({ type: 'snapshot', snapshot: { ...driver.state.snapshot, revision } });
    news(2);
    expect(asked()).toBe(1);
    driver.send({ type: 'related', visit, groups: [{ title: 'to', things }] }).press('j');
    news(3);
    news(4);
    expect(asked()).toBe(2);
    driver.send({ type: 'related', visit, groups: [{ title: 'to', things: things.toReversed() }] });
    expect(body(driver).indexOf('web')).toBeLessThan(body(driver).indexOf('cart'));
    expect(here(driver.press('enter').state).place).toMatchObject({ type: 'detail', row: { name: 'web' } });
    news(5);
    expect(asked()).toBe(2);
    driver.press('[');
    expect(asked()).toBe(3);
  });

  test('are filtered as rows are: by what their lines and titles show, esc first clears it and then leaves', () => {
    const driver = inNetwork().press('u');
    const visit = here(driver.state).id;
    expect(footerLines(driver.state).map(lineText).join()).not.toContain('filter');
    const groups = [
      { title: 'three are counted', things: [], reason: 'groups are not known' },
      { title: 'runs as', things: [{ object: account, note: 'by RoleBinding first' }] },
      { title: 'leads to', things: [{ object: web, note: 'reads Secrets' }] },
    ];
    driver.send({ type: 'related', visit, groups });
    expect(status(driver)).toContain('filter');
    const items = (): readonly string[] => placeBody(driver.state).lines.flatMap(({ item }) => item ?? []);
    driver.press('/ s e c r');
    expect(items()).toEqual(['related:leads to/Deployment/shop/web/']);
    expect(body(driver)).toContain('three are counted');
    expect(body(driver)).toContain('groups are not known');
    expect(body(driver)).not.toContain('runs as');
    expect(body(driver)).toContain('the filter "secr" hides 1 more; esc clears it');
    driver.press('enter');
    expect(status(driver)).toContain('matching secr');
    driver.send({ type: 'related', visit, groups: [...groups].reverse() });
    expect(items()).toEqual(['related:leads to/Deployment/shop/web/']);
    driver.press('escape');
    expect(items()).toHaveLength(2);
    expect(here(driver.state).place.type).toBe('related');
    driver.press('/').send({ type: 'paste', text: '!leads' }).press('enter');
    expect(items()).toEqual(['related:runs as/ServiceAccount/shop/cart/']);
    expect(here(driver.press('enter').state).place).toMatchObject({ object: account, filter: { text: '' } });
    driver.press('[ escape escape');
    expect(here(driver.state).place.type).toBe('pane');
  });

  test('nothing to go on to says so', () => {
    const driver = inNetwork().press('u');
    driver.send({ type: 'related', visit: here(driver.state).id, groups: [] });
    expect(body(driver)).toContain('Nothing that was read names it');
  });
});

describe('the label map', () => {
  const asked = (driver: Driver): number => driver.effects.filter((effect) => effect.type === 'ask').length;
  const news = (driver: Driver, revision: number): Driver =>
    driver.send({ type: 'snapshot', snapshot: { ...driver.state.snapshot, revision } });
  const answered = (driver: Driver, text: string): Driver =>
    driver.send({ type: 'text', visit: here(driver.state).id, text, failed: false });

  test('follows the cluster; what is shown stays until the new answer has come', () => {
    const driver = inNetwork().command('label-map app=web --becomes app=cart');
    answered(driver, 'app=web selects 1 workload\n');
    expect(body(driver)).toContain('label-map app=web --becomes app=cart  live');
    news(driver, 2);
    expect(driver.effects.at(-1)).toMatchObject({
      type: 'ask',
      words: ['label-map', 'app=web', '--becomes', 'app=cart'],
    });
    expect(body(driver)).toContain('selects 1 workload');
    expect(body(answered(driver, 'app=web selects 2 workloads\n'))).toContain('selects 2 workloads');
    news(driver, 2);
    expect(asked(driver)).toBe(2);
  });

  test('columns that are wider than the screen are looked at sideways, from where one reads', () => {
    const row = `Group devs  ${'x'.repeat(120)}  RoleBinding shop/devs`;
    const driver = answered(inNetwork().command('who-can get pods'), `${row}\n`.repeat(60));
    expect(body(driver)).toContain('36 columns');
    expect(status(driver)).toContain('→ right');
    driver.press('j j right right');
    expect(here(driver.state)).toMatchObject({ scroll: 2, place: { across: 36 } });
    expect(body(driver)).toContain('RoleBinding shop/devs');
    expect(body(driver)).not.toContain('Group devs');
    expect(body(driver.press('left left'))).toContain('Group devs');
  });

  test('other answers stay as they came', () => {
    const driver = answered(inNetwork().command('who-can get pods'), 'nobody\n');
    expect(asked(news(driver, 2))).toBe(1);
    expect(body(driver)).not.toContain('live');
  });
});

test('a remedy that was changed in the editor is shown as it is evaluated then, its errors in red', () => {
  const driver = inNetwork().press('f');
  const visit = here(driver.state).id;
  const finding = [...SHOP.findings.values()][0];
  if (finding === undefined) throw new Error('no finding');
  const [before, other] = [remedyOf(finding), remedyOf(finding, { title: 'deny all' })];
  driver.send({ type: 'remedies', visit, remedies: [before, other] }).command('editor');
  expect(driver.effects.at(-1)).toMatchObject({ type: 'hand-over', to: 'editor', remedy: { visit, built: before } });
  const effects = ['CLOSES a declared connection: web -> db', 'opens no connection'];
  driver.send({ type: 'edited', visit, before, remedy: { ...before, title: 'mine', effects, closes: [] } });
  const { place } = here(driver.state);
  if (place.type !== 'remedy') throw new Error('no remedy');
  expect([place.remedies?.map((one) => one.title), place.tab]).toEqual([['mine', 'deny all'], 'effect']);
  const styles = remedyLines(place, driver.state).flatMap((line) =>
    line.spans.filter((one) => /CLOSES|opens no/.test(one.text)).map((one) => one.style),
  );
  expect(styles).toEqual(['bad', 'plain']);
});

test('what is shown goes to the pager or the editor, and the overview says that there is no text', () => {
  const driver = inNetwork().command('pager');
  expect(driver.effects.at(-1)).toMatchObject({ type: 'hand-over', to: 'pager', fileName: 'k8sec-network.csv' });
  expect(status(new Driver(SHOP).command('editor'))).toContain('there is no text here for the editor');
  const read = inNetwork().press('enter').command('pager').effects.at(-1);
  expect(read).toMatchObject({
    type: 'hand-over',
    to: 'pager',
    fileName: expect.stringMatching(/^deployment-.*\.txt$/),
  });
  expect(read).toMatchObject({ text: expect.stringMatching(/^ Deployment .*\n(?:.*\n)+ why /) });
});
