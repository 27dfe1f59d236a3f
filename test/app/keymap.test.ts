import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../src/app/actions.ts';
import { UNICODE_GLYPHS } from '../../src/app/glyphs.ts';
import { HELP_TITLES, helpColumns, helpRows } from '../../src/app/help-table.ts';
import { keyText, type ActionName } from '../../src/app/key-binding.ts';
import { bindingOf, KEYS, workingBindings } from '../../src/app/keymap.ts';
import { here, openPane, openTable } from '../../src/app/state.ts';
import { cursorRow } from '../../src/app/table-state.ts';
import { remedyOf, row, snapshotOf, NOW } from './fake-model.ts';
import { Driver, manyRows, SHOP } from './session-driver.ts';

function cursorName(driver: Driver): string | undefined {
  const table = openTable(driver.state);
  return table === undefined ? undefined : cursorRow(table)?.name;
}

function inNetwork(): Driver {
  return new Driver(SHOP, { pane: 'network' });
}

function inLong(): Driver {
  return new Driver(manyRows(100), { pane: 'network' });
}

function inAudit(): Driver {
  const snapshot = snapshotOf([]);
  const rows = [
    row('', 'bob', 'high', { created: NOW - 60_000 }),
    // Began an hour ago, and was seen again a minute ago.
    row('', 'eve', 'high', { created: NOW - 90_000, began: NOW - 3_600_000 }),
  ];
  const panes = snapshot.panes.map((pane) => (pane.name === 'audit' ? { ...pane, rows } : pane));
  return new Driver({ ...snapshot, panes }, { pane: 'audit' });
}

/** In the remedy view of the first row, with two remedies. */
function inRemedy(): Driver {
  const driver = inNetwork().press('f');
  const finding = [...SHOP.findings.values()].find((one) => one.subject.name === 'postgres');
  if (finding === undefined) throw new Error('the fake cluster has no postgres');
  const remedies = [remedyOf(finding), remedyOf(finding, { title: 'deny all' })];
  return driver.send({ type: 'remedies', visit: here(driver.state).id, remedies });
}

/** Looking at the tree of who reaches a workload. */
function inTree(): Driver {
  const driver = inNetwork().press('t');
  const effect = driver.effects.find((one) => one.type === 'tree');
  if (effect === undefined) throw new Error('no question was asked');
  const nobody = JSON.stringify({ connections: [], notApplicable: [], unknown: [], caveats: [] });
  return driver.send({ type: 'tree', visit: effect.visit, question: effect.question, answers: [nobody, nobody] });
}

/** Looking at a graph that is wider than the screen. */
function inWideGraph(): Driver {
  return inTree().press('t').send({ type: 'resize', columns: 40, rows: 10 });
}

interface Case {
  /** A session in which the action works. */
  readonly at: () => Driver;
  /** What must be true after the key; `key` is the one that was pressed. */
  readonly then: (driver: Driver, key: string) => void;
}

function effectTypes(driver: Driver): readonly string[] {
  return driver.effects.map((effect) => effect.type);
}

/** One case for every action: a new action without one does not compile. */
const CASES: Readonly<Record<ActionName, Case>> = {
  down: { at: inNetwork, then: (driver) => expect(cursorName(driver)).toBe('cart') },
  up: { at: () => inNetwork().press('G'), then: (driver) => expect(cursorName(driver)).toBe('cart') },
  top: { at: () => inNetwork().press('G'), then: (driver) => expect(cursorName(driver)).toBe('postgres') },
  bottom: { at: inNetwork, then: (driver) => expect(cursorName(driver)).toBe('web') },
  'half-down': { at: inLong, then: (driver) => expect(cursorName(driver)).toBe('app-011') },
  'half-up': { at: () => inLong().press('G'), then: (driver) => expect(cursorName(driver)).toBe('app-088') },
  'page-down': { at: inLong, then: (driver) => expect(cursorName(driver)).toBe('app-022') },
  'page-up': { at: () => inLong().press('G'), then: (driver) => expect(cursorName(driver)).toBe('app-077') },
  'next-pane': { at: inNetwork, then: (driver) => expect(openPane(driver.state)).toBe('rbac') },
  'previous-pane': { at: inNetwork, then: (driver) => expect(openPane(driver.state)).toBe('vigilance') },
  'choose-pane': {
    at: () => new Driver(SHOP),
    then: (driver, key) => {
      const panes = ['network', 'rbac', 'labels', 'audit', 'secrets', 'vigilance'];
      expect(openPane(driver.state)).toBe(panes[Number(key) - 1]);
    },
  },
  enter: { at: inNetwork, then: (driver) => expect(here(driver.state).place.type).toBe('detail') },
  leave: { at: () => inNetwork().press('enter'), then: (driver) => expect(openPane(driver.state)).toBe('network') },
  back: { at: () => inNetwork().press('2'), then: (driver) => expect(openPane(driver.state)).toBe('network') },
  forward: { at: () => inNetwork().press('2 ['), then: (driver) => expect(openPane(driver.state)).toBe('rbac') },
  swap: { at: () => inNetwork().press('2'), then: (driver) => expect(openPane(driver.state)).toBe('network') },
  command: { at: inNetwork, then: (driver) => expect(driver.state.prompt?.type).toBe('command') },
  filter: { at: inNetwork, then: (driver) => expect(driver.state.prompt?.type).toBe('filter') },
  'all-namespaces': {
    at: () => inNetwork().command('ns data'),
    then: (driver) => {
      expect(driver.state.namespace).toBeNull();
      expect(openTable(driver.state)?.shown).toHaveLength(3);
    },
  },
  mark: { at: inNetwork, then: (driver) => expect(openTable(driver.state)?.marks.size).toBe(1) },
  remedy: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toContain('remedies') },
  yaml: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toContain('yaml') },
  describe: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toContain('describe') },
  tree: {
    at: inNetwork,
    then: (driver) => {
      expect(driver.effects.map((effect) => effect.type)).toContain('tree');
    },
  },
  drawing: {
    at: inTree,
    then: (driver) => expect(here(driver.state).place).toMatchObject({ drawing: { shown: true } }),
  },
  'look-right': {
    at: inWideGraph,
    then: (driver) => expect(here(driver.state).place).toMatchObject({ across: 20 }),
  },
  'look-left': {
    at: () => inWideGraph().press('right'),
    then: (driver) => expect(here(driver.state).place).toMatchObject({ across: 0 }),
  },
  related: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toContain('related') },
  copy: {
    at: inNetwork,
    then: (driver) => expect(driver.effects).toEqual([{ type: 'copy', text: 'postgres', what: 'postgres' }]),
  },
  'copy-namespace': {
    at: inNetwork,
    then: (driver) => expect(driver.effects).toEqual([{ type: 'copy', text: 'data', what: 'namespace data' }]),
  },
  save: {
    at: inNetwork,
    then: (driver) =>
      expect(driver.effects).toEqual([expect.objectContaining({ type: 'save', fileName: 'k8sec-network.csv' })]),
  },
  'sort-name': { at: inNetwork, then: (driver) => expect(shown(driver)).toEqual(['cart', 'postgres', 'web']) },
  'sort-namespace': { at: inNetwork, then: (driver) => expect(shown(driver)).toEqual(['postgres', 'cart', 'web']) },
  'sort-severity': {
    at: () => inNetwork().press('N'),
    then: (driver) => expect(shown(driver)).toEqual(['postgres', 'cart', 'web']),
  },
  'sort-age': { at: inAudit, then: (driver) => expect(shown(driver)).toEqual(['bob', 'eve']) },
  'only-failing': { at: inNetwork, then: (driver) => expect(shown(driver)).toEqual(['postgres', 'cart']) },
  wide: { at: inNetwork, then: (driver) => expect(driver.state.wide).toBe(true) },
  refresh: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toContain('refresh') },
  earlier: { at: inAudit, then: (driver) => expect(shown(driver)).toEqual(['eve']) },
  later: { at: () => inAudit().press('<'), then: (driver) => expect(shown(driver)).toEqual(['bob', 'eve']) },
  validate: {
    at: inRemedy,
    then: (driver) => {
      expect(effectTypes(driver)).not.toContain('dry-run');
      expect(effectTypes(driver.press('v'))).toContain('dry-run');
    },
  },
  'next-remedy': { at: inRemedy, then: (driver) => expect(here(driver.state).place).toMatchObject({ index: 1 }) },
  'previous-remedy': { at: inRemedy, then: (driver) => expect(here(driver.state).place).toMatchObject({ index: 1 }) },
  'next-tab': { at: inRemedy, then: (driver) => expect(here(driver.state).place).toMatchObject({ tab: 'diff' }) },
  help: { at: inNetwork, then: (driver) => expect(driver.state.help).toBe(0) },
  repaint: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toEqual(['repaint']) },
  quit: { at: inNetwork, then: (driver) => expect(effectTypes(driver)).toEqual(['quit']) },
};

function shown(driver: Driver): readonly string[] {
  return openTable(driver.state)?.shown.map((one) => one.name) ?? [];
}

describe('every key of the table', () => {
  const presses = KEYS.flatMap((binding) => binding.keys.map((key) => [key, binding.action] as const));

  test.each(presses)('%s: %s', (key, action) => {
    const { at, then } = CASES[action];
    const driver = at();
    expect(bindingOf(key, driver.state)?.action).toBe(action);
    driver.effects = [];
    driver.press(key);
    then(driver, key);
  });

  test('the table and the actions name the same things', () => {
    expect(new Set(KEYS.map((binding) => binding.action))).toEqual(new Set(Object.keys(ACTIONS)));
  });

  test('no key has two meanings at one place', () => {
    for (const at of [inNetwork, inRemedy, inAudit, () => new Driver(SHOP), () => inNetwork().press('enter')]) {
      const { state } = at();
      const working = KEYS.filter((binding) => binding.works(state)).flatMap((binding) => binding.keys);
      expect(working.length).toBe(new Set(working).size);
    }
  });
});

describe('help', () => {
  test('lists the keys that work here and no others', () => {
    const { state } = inRemedy();
    const text = helpRows(state)
      .map((row) => row.help)
      .join('\n');
    expect(text).toContain('validate by a server-side dry run');
    expect(text).not.toContain('sort by name');
    for (const binding of workingBindings(state)) expect(text).toContain(binding.help);
  });

  test('stands in two columns where there is room, each group whole and each row once', () => {
    const { state } = inNetwork();
    const [left = [], right = []] = helpColumns(state);
    expect(left).toHaveLength(right.length);
    const rows = (all: readonly { readonly help: string }[]) =>
      all.map((row) => row.help).filter((help) => help !== '');
    expect(rows([...left, ...right]).sort()).toEqual(rows(helpRows(state)).sort());
    expect(helpColumns({ ...state, columns: 80 })).toEqual([helpRows(state)]);
  });

  test('no text reads as the title of a group', () => {
    expect(KEYS.filter((binding) => HELP_TITLES.has(binding.help))).toEqual([]);
  });

  test('writes keys as people read them', () => {
    expect(['N', 'G', 'up', 'escape', 'ctrl-d'].map((key) => keyText(key, UNICODE_GLYPHS))).toEqual([
      'shift-n',
      'G',
      '↑',
      'esc',
      'ctrl-d',
    ]);
  });
});
