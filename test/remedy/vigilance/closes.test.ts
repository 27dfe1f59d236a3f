/** Every remedy that a finding of these panes names makes the finding vanish, or says why it can't. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { engineOfCase, failingCases } from './case-engine.ts';

/** A rule whose findings may keep what a patch can't infer (host paths, sysctls); the remedy says so in its note. */
const PARTLY = 'vigilance/weak-security-context';

describe.each(['vigilance', 'secrets'])('remedies of %s', (pane) => {
  it.each(failingCases(pane))('%s', (file) => {
    const engine = engineOfCase(file);
    const rule = file.slice(0, file.lastIndexOf('/'));
    const findings = [...engine.findings.values()].filter((finding) => finding.rule === rule);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.flatMap((finding) => faults(engine, finding))).toEqual([]);
  });
});

function faults(engine: Engine, finding: Finding): readonly string[] {
  const built = buildRemedies(engine, finding);
  const missing = (finding.remedies ?? []).filter((id) => !built.some((one) => one.id === id));
  return [
    ...missing.map((id) => `${id} is not in the list of remedies`),
    ...built.flatMap((one) => fault(finding, one)),
  ];
}

function fault(finding: Finding, remedy: BuiltRemedy): readonly string[] {
  const who = `${remedy.id} of ${finding.id}`;
  if (remedy.refused !== null) return /^[A-Z].*\.$/.test(remedy.refused) ? [] : [`${who}: no sentence`];
  const worse = remedy.opens.filter((one) => one.severity !== 'info').map((one) => `${who} opens ${one.id}`);
  const closes = finding.rule === PARTLY || remedy.closes.some((one) => one.id === finding.id);
  return [
    ...worse,
    ...(closes ? [] : [`${who} does not close it`]),
    ...(remedy.commands.length > 0 ? [] : [`${who} has no command`]),
  ];
}
