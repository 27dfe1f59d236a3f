import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { bindingManifest, commandFor } from '../../remedy/rbac/binding-manifest.ts';
import { lostRights } from '../../remedy/rbac/lost-rights.ts';
import { remedyTarget, targetAdvice } from '../../remedy/target.ts';
import { toYaml } from '../../remedy/to-yaml.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { HeldRow } from './rows.ts';

/**
 * What was decided to be removed, as YAML: bindings without the subjects that go, and for those that nobody is left in
 * the command that deletes them. Each says who decided it and what ends.
 */
export function removalYaml(view: ClusterView, going: readonly (HeldRow & { readonly reviewer: string })[]): string {
  const byBinding = Map.groupBy(going, ({ binding }) => binding);
  const parts = [...byBinding].map(([binding, rows]) => {
    const subjects = rows.map(({ subject }) => subject);
    const staying = binding.subjects.filter((one) => !subjects.includes(one));
    const advice = targetAdvice(remedyTarget(view, binding));
    const reasons = [
      ...rows.map(
        ({ row, reviewer }) =>
          `${row.subject}: removed by decision of ${reviewer === '' ? '(nobody named)' : reviewer}`,
      ),
      ...lostRights(view, binding, subjects, bindingVerdict(view, binding).rules),
      ...(advice === undefined ? [] : [advice]),
    ];
    if (staying.length === 0) {
      return [...reasons, commandFor(binding, 'delete')].map((line) => `# ${sanitise(line)}\n`).join('');
    }
    const comments = reasons.map((text) => ({ document: 0, path: [], text }));
    return toYaml([bindingManifest({ ...binding, subjects: staying })], comments);
  });
  return parts.length === 0 ? '# no row is decided to be removed\n' : parts.join('---\n');
}
