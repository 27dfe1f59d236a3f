import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { DETECTIONS } from '../../../src/analyses/audit/detections/table.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { AUDIT_RULES } from '../../../src/rules/audit/audit-rules.ts';
import { AuditText } from '../../../src/sources/audit/audit-text.ts';
import { createSeenEvents } from '../../../src/sources/audit/seen-events.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';

interface Expected {
  readonly actor: string;
  readonly severity: string;
  readonly count?: number;
}

const FOLDER = import.meta.dirname;
const folders = readdirSync(FOLDER, { withFileTypes: true })
  .filter((one) => one.isDirectory())
  .map((one) => one.name);
const cases = folders.flatMap((folder) =>
  readdirSync(join(FOLDER, folder))
    .filter((file) => file.endsWith('.ndjson'))
    .map((file) => ({ detection: folder, file, path: join(FOLDER, folder, file) })),
);

function engineOf(log: Buffer): Engine {
  const intake = createAuditIntake();
  const text = new AuditText({ source: 'case', seen: createSeenEvents(), onEvents: (events) => intake.push(events) });
  text.push(log);
  text.end();
  text.flush();
  intake.note(text.notes);
  expect(text.notes).toMatchObject({ broken: 0, skipped: 0, duplicates: 0 });
  const store = new ClusterStore();
  store.apply([intake.takeChange() ?? { type: 'audit', audit: intake.state() }]);
  const engine = new Engine(new StoreView(store, Date.parse('2026-11-24T00:00:00Z')), AUDIT_RULES);
  engine.settle();
  expect(engine.failures()).toEqual([]);
  return engine;
}

describe('audit detections', () => {
  it.each(cases)('$detection/$file', ({ detection, file, path }) => {
    const expected = parse(readFileSync(path.replace(/\.ndjson$/, '.expected.yaml'), 'utf8')) as readonly Expected[];
    const engine = engineOf(readFileSync(path));
    const groups = engine.view.audit().groups;
    const found = [...engine.findings.values()]
      .filter((finding) => finding.rule === `audit/${detection}`)
      .map((finding) => ({
        actor: finding.subject.name,
        severity: finding.severity,
        count: groups.get(`${detection}|${finding.subject.name}`)?.count,
      }));
    expect(found).toEqual(expected.map((one, at) => ({ count: found[at]?.count, ...one })));
    expect(expected.length > 0).toBe(file.startsWith('fail-'));
  });

  it.each(DETECTIONS.map((one) => one.name))('%s has firing and silent cases', (name) => {
    const own = cases.filter((one) => one.detection === name).map((one) => one.file.slice(0, 5));
    expect(new Set(own)).toEqual(new Set(['fail-', 'pass-']));
  });

  it('has no case of a detection that is not there, and the names of the design', () => {
    expect(folders.filter((folder) => !DETECTIONS.some((one) => one.name === folder))).toEqual([]);
    expect(new Set(DETECTIONS.map((one) => one.name)).size).toBe(54);
  });
});
