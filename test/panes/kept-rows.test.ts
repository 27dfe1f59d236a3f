import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { keptRows } from '../../src/panes/kept-rows.ts';
import type { Row } from '../../src/panes/pane.ts';

interface Subject {
  readonly name: string;
}

const made: string[] = [];
const row = keptRows((subject: Subject, findings: readonly Finding[], age: string): Row => {
  made.push(subject.name);
  return {
    key: subject.name,
    severity: null,
    namespace: '',
    kind: 'Pod',
    name: subject.name,
    findings: findings.map(({ id }) => id),
    cells: { AGE: { text: age, tone: 'plain' } },
    created: null,
    labels: {},
  };
});

const finding = (id: string): Finding => ({ id }) as Finding;

describe('keptRows', () => {
  it('gives the same row as long as subject, findings and parts are the same', () => {
    const [cart, one] = [{ name: 'cart' }, finding('one')];
    const first = row(cart, [one], '1d');
    expect(row(cart, [one], '1d')).toBe(first);
    expect(made).toEqual(['cart']);
    expect(row({ name: 'cart' }, [one], '1d')).not.toBe(first);
  });

  it('makes it again where any of them is another', () => {
    const [cart, one, two] = [{ name: 'cart' }, finding('one'), finding('two')];
    const rows = [
      row(cart, [one], '1d'),
      row(cart, [one], '2d'),
      row(cart, [one, two], '2d'),
      row(cart, [finding('two')], '2d'),
      row(cart, [], '2d'),
    ];
    expect(rows.map(({ findings, cells }) => [findings, cells['AGE']?.text])).toEqual([
      [['one'], '1d'],
      [['one'], '2d'],
      [['one', 'two'], '2d'],
      [['two'], '2d'],
      [[], '2d'],
    ]);
  });
});
