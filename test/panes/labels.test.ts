import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { labelsPane } from '../../src/panes/labels.ts';
import type { Row } from '../../src/panes/pane.ts';
import { RULES } from '../../src/rules/index.ts';
import { deployment, service, viewOf } from '../analyses/labels/clusters.ts';

function paneOf(view: ReturnType<typeof viewOf>): {
  rows: readonly Row[];
  summary: ReturnType<typeof labelsPane.summary>;
} {
  const engine = new Engine(view, RULES);
  engine.settle();
  const findings = [...engine.findings.values()].filter((one) => one.pane === 'labels');
  const rows = [...labelsPane.rows(view, findings)];
  return { rows, summary: labelsPane.summary(view, findings, rows) };
}

describe('the labels pane', () => {
  it('counts selectors that match nothing apart from workloads', () => {
    const { rows, summary } = paneOf(
      viewOf(deployment('shop', 'web', { app: 'web' }), service('shop', 'web', { app: 'wep' })),
    );
    expect(summary.headline).toBe('1 of 1 workloads misses recommended labels');
    expect(summary.aside).toContain('1 selector matches nothing');
    const row = rows.find((one) => one.kind === 'Service');
    expect(row).toMatchObject({ severity: 'medium', namespace: 'shop', name: 'web' });
    expect(row?.cells['MISSING']?.text).toBe('all 6');
    expect(row?.cells['SUSPECT']?.text).toBe('its selector app=wep matches nothing');
  });

  it('calls a verdict that could not be reached unknown, whatever labels it lacks', () => {
    const { rows, summary } = paneOf(viewOf(service('shop', 'web', { app: 'web' }), { denied: ['Pod'] }));
    expect(rows.map((row) => row.severity)).toEqual(['unknown']);
    expect(summary).toMatchObject({ subjects: 0, share: null, aside: '1 of 1 objects around them too' });
  });
});
