/** Every remedy that a finding of these panes names makes the finding vanish, or says why it can't. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Finding } from '../../src/model/finding.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { engineOfCase, failingCases } from './case-engine.ts';

/** Found while files are read, not in objects, or refused for a reason that the case itself shows. */
const WITHOUT_OBJECTS =
  /invalid-label\/|broken-workload|included-denied|removed-api-in-manifest\/|leftover\/fail-policy|unknown-field|user-namespace/;

describe.each(['labels', 'vigilance', 'secrets'])('remedies of %s', (pane) => {
  it.each(failingCases(pane).filter((file) => !WITHOUT_OBJECTS.test(file)))('%s', (file) => {
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
  const isClosed = isPart(finding, remedy) || remedy.closes.some((one) => one.id === finding.id);
  return [
    ...worse,
    ...(isClosed ? [] : [`${who} does not close it`]),
    // What something else owns is changed in its source.
    ...(remedy.commands.length > 0 || remedy.target.manager !== 'none' ? [] : [`${who} has no command`]),
  ];
}

/** Whether the remedy may leave the finding, which it says in its note. */
function isPart(finding: Finding, remedy: BuiltRemedy): boolean {
  // An admission policy labels nothing that is there already.
  if (remedy.id === 'labels/require-labels') return true;
  // It brings the Secret that the reference patch names, or the place where the value is rotated.
  if (remedy.id === 'secrets/external-secret') return true;
  switch (finding.rule) {
    case 'vigilance/weak-security-context':
      // A patch can't infer host paths and sysctls.
      return true;
    case 'labels/missing-recommended':
      // Labelling the workload alone is the first of two steps; labels that nothing tells stay missing.
      return /label the template|Not added/.test(remedy.note);
    default:
      return false;
  }
}
