import { parseAllDocuments } from 'yaml';
import type { Engine } from '../engine/engine.ts';
import { layOver } from '../engine/lay-over.ts';
import type { Change } from '../model/change.ts';
import type { BuiltRemedy } from './built-remedy.ts';
import { diffOf } from './build.ts';
import { policyEffects } from './network/policy-effects.ts';
import type { Manifest } from './remedy.ts';

/**
 * A remedy whose YAML a person changed, evaluated as it now stands. Settle the engine before.
 *
 * @param changes what the manifests of the YAML hold, and what of them an API server would refuse
 */
export function editedRemedy(
  engine: Engine,
  remedy: BuiltRemedy,
  yaml: string,
  changes: readonly Change[],
): BuiltRemedy {
  const edited = { ...remedy, yaml, title: remedy.title.replace(/(?:, edited)?$/, ', edited') };
  if (remedy.use !== 'apply') {
    return {
      ...edited,
      effects: ['NOT EVALUATED: what is no whole object can not be laid over the state'],
      closes: [],
      opens: [],
    };
  }
  const { view } = engine;
  const laid = layOver(view, changes);
  const { closes, opens } = engine.prove(laid);
  const invalid = changes.flatMap((change) =>
    change.type === 'broken'
      ? [`INVALID: ${change.problem.kind ?? 'the YAML'} ${change.problem.name ?? ''}: ${change.problem.message}`]
      : [],
  );
  const steps = laid.filter((change) => change.type === 'upsert' || change.type === 'remove');
  const isNetwork = steps.some((change) => change.type === 'upsert' && change.object.kind === 'NetworkPolicy');
  const manifests = parseAllDocuments(yaml).flatMap((document): Manifest[] => {
    const value: unknown = document.errors.length > 0 ? null : document.toJS();
    return typeof value === 'object' && value !== null ? [value as Manifest] : [];
  });
  return {
    ...edited,
    manifests,
    diff: diffOf(view, { manifests, use: { type: 'apply' } }),
    effects: [
      ...invalid,
      ...(isNetwork ? policyEffects(view, steps) : []),
      ...(closes.some((one) => one.id === remedy.finding) ? [] : ['the finding stays']),
    ],
    closes,
    opens,
  };
}
