import { refOf, refText } from '../../kube/object-ref.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { BindingObject } from '../../model/objects.ts';
import { bindingManifest, commandFor, subjectsOut } from '../../remedy/rbac/binding-manifest.ts';
import { deniedTogether, rightsEffects } from '../../remedy/rbac/rights-effects.ts';
import { remedyTarget, targetAdvice } from '../../remedy/target.ts';
import { commented, toYaml } from '../../remedy/to-yaml.ts';
import type { StoreView } from '../../store/store-view.ts';
import type { HeldRow } from './rows.ts';

/** A row that was decided to go. */
export type GoingRow = HeldRow & { readonly reviewer: string };

/**
 * What was decided to be removed, as YAML: bindings without the subjects that go, and for those that nobody is left in
 * the command that deletes them. What something else owns stands as comments, with what to change in its source. Each
 * says who decided it; what all of it together does stands in front.
 */
export function removalYaml(view: StoreView, going: readonly GoingRow[]): string {
  const byBinding = Map.groupBy(going, ({ binding }) => binding);
  if (byBinding.size === 0) return '# no row is decided to be removed\n';
  const changes = [...byBinding].map(([binding, rows]) => changeOf(binding, rows));
  const effects = [
    ...rightsEffects(view, view.overlay(changes).after, changes),
    ...deniedTogether(
      view,
      changes.map((change) => [change]),
    ),
  ];
  const head = effects.map((text) => `# by evaluation: ${sanitise(text)}\n`).join('');
  return [head, ...[...byBinding].map(([binding, rows]) => removalOf(view, binding, rows))].join('---\n');
}

function changeOf(binding: BindingObject, rows: readonly GoingRow[]): ReturnType<typeof subjectsOut> {
  return subjectsOut(
    binding,
    rows.map(({ subject }) => subject),
  );
}

function removalOf(view: StoreView, binding: BindingObject, rows: readonly GoingRow[]): string {
  const change = changeOf(binding, rows);
  const done = `${change.type === 'remove' ? 'remove' : 'change'} ${refText(refOf(binding))}`;
  const advice = targetAdvice(remedyTarget(view, binding), done);
  const reasons = [
    ...rows.map(
      ({ row, reviewer }) => `${row.subject}: removed by decision of ${reviewer === '' ? '(nobody named)' : reviewer}`,
    ),
    ...(advice === undefined ? [] : [advice]),
  ];
  if (change.type === 'remove') {
    const commands = advice === undefined ? [commandFor(binding, 'delete')] : [];
    return commented([...reasons, ...commands]);
  }
  const comments = reasons.map((text) => ({ document: 0, path: [], text }));
  const yaml = toYaml([bindingManifest(change.object)], comments);
  return advice === undefined ? yaml : commented(yaml.trimEnd().split('\n'));
}
