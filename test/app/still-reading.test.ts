import { describe, expect, test } from 'vitest';
import { headerLines } from '../../src/app/chrome-lines.ts';
import { detailLines } from '../../src/app/detail-lines.ts';
import { ASCII_GLYPHS } from '../../src/app/glyphs.ts';
import { linearLines } from '../../src/app/linear-lines.ts';
import { lineText } from '../../src/app/span.ts';
import { overviewLines } from '../../src/app/overview-lines.ts';
import { remedyHead } from '../../src/app/remedy-lines.ts';
import type { Connection, SessionSnapshot } from '../../src/app/session-model.ts';
import { tableLines } from '../../src/app/table-lines.ts';
import { findingOf, remedyOf, row, snapshotOf } from './fake-model.ts';
import { Driver } from './session-driver.ts';

const PASSED = row('shop', 'web', null);

/** A session whose network pane waits for three kinds. */
function reading(status: Connection['status'], reason = ''): SessionSnapshot {
  const made = snapshotOf([PASSED], { connection: { status, done: 3, total: 40, since: 0, reason } });
  const pending = ['pods', 'networkpolicies', 'services'];
  return { ...made, panes: made.panes.map((pane) => (pane.name === 'network' ? { ...pane, pending } : pane)) };
}

const textOf = (lines: readonly Parameters<typeof lineText>[0][]): string => lines.map(lineText).join('\n');

describe('while kinds are still being read', () => {
  test('a pane says so in the place of its figures, and what it waits for', () => {
    const { state } = new Driver(reading('syncing'));
    const text = textOf(overviewLines(state));
    expect(text).toContain('… reading pods, networkpolicies, 1 more');
    expect(text).not.toContain('0 of 1 workloads');
    expect(textOf(headerLines(state))).toContain('1 network …');
  });

  test('so does its table, where a row without findings has not passed yet', () => {
    const { state } = new Driver(reading('syncing'), { pane: 'network', glyphs: ASCII_GLYPHS });
    const { head, rows } = tableLines(state, 'network');
    expect(textOf(head)).toContain('~ reading pods');
    expect(textOf(rows)).toMatch(/^ +~ +shop/);
    expect(textOf(detailLines(state, { type: 'detail', pane: 'network', row: PASSED }))).not.toContain('passed.');
    expect(linearLines(state).join('\n')).toContain('severity not judged yet');
  });

  test.each([
    ['connecting', '…'],
    ['stale', '… not read yet: pods, networkpolicies, 1 more'],
    ['failed', '-'],
  ] as const)('a connection that is %s', (status, text) => {
    const { state } = new Driver(reading(status, 'nothing listens'));
    const [first] = overviewLines(state);
    expect(first === undefined ? '' : lineText(first).trim()).toBe(`network     ${text}`);
  });

  test('a cluster that cannot be reached is told with what to do', () => {
    const { state } = new Driver(reading('failed', 'nothing listens at http://127.0.0.1:1'));
    expect(textOf(overviewLines(state))).toMatch(/nothing listens.*\n.*:ctx chooses another context/);
  });

  test('one that does not answer too, though something was found of the client', () => {
    const finding = findingOf('shop', 'cart', 'high', 'vigilance');
    const found = { ...reading('connecting'), findings: new Map([[finding.id, finding]]) };
    expect(textOf(overviewLines(new Driver(found).state))).toContain(':ctx chooses another context');
  });

  test('a pane without anything to judge by says in its table how to get it', () => {
    const made = snapshotOf([]);
    const blind = { headline: 'no audit log: copy the file', isBlind: true as const };
    const panes = made.panes.map((pane) => ({ ...pane, summary: { ...pane.summary, ...blind } }));
    const { state } = new Driver({ ...made, panes }, { pane: 'audit' });
    expect(textOf(tableLines(state, 'audit').empty)).toContain('no audit log: copy the file');
    expect(textOf(tableLines(state, 'audit').empty)).not.toContain('to judge');
  });
});

test('remedies that cannot be had are not offered, and a finding without one says what to do and why', () => {
  const id = 'network/least-policy';
  const finding = { ...findingOf('shop', 'cart', 'high', 'network'), remedies: [id, 'network/default-deny'] };
  const shown = { ...PASSED, findings: [finding.id] };
  const { state } = new Driver(snapshotOf([shown], { findings: new Map([[finding.id, finding]]) }));
  const place = { type: 'detail', pane: 'network', row: shown } as const;
  const textWith = (refused: Readonly<Record<string, string>>): string =>
    textOf(detailLines(state, { ...place, refusals: new Map([[finding, new Map(Object.entries(refused))]]) }));
  expect(textOf(detailLines(state, place))).toMatch(/remedy +f least policy .*, or deny everything/);
  expect(textWith({ [id]: 'a policy is broken' })).toMatch(/remedy +f deny everything/);
  const none = textWith({ [id]: 'a policy is broken', 'network/default-deny': 'nothing to deny' });
  expect(none).toMatch(/to do /);
  expect(none).toMatch(/no remedy +least policy .*: a policy is broken\n +no remedy +deny everything: nothing to deny/);
  const changed = { ...finding };
  const other = detailLines(state, { ...place, refusals: new Map([[changed, new Map([[id, 'it was so']])]]) });
  expect(textOf(other)).toMatch(/remedy +f least policy/);
});

test('a remedy for what the audit log tells does not pretend that the past goes', () => {
  const finding = findingOf('shop', 'cart', 'high', 'audit');
  const { state } = new Driver(snapshotOf([], { findings: new Map([[finding.id, finding]]) }));
  const place = {
    type: 'remedy',
    findings: [finding.id],
    index: 0,
    joint: [],
    tab: 'yaml',
    validation: 'none',
  } as const;
  const text = textOf(remedyHead({ ...place, remedies: [remedyOf(finding, { closes: [] })] }, state));
  expect(text).toContain('the logged past stays, 0 new');
});
