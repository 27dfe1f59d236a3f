/**
 * Add-ons whose maintainers announced that no more fixes come, recognised by their images. The ingress controller is the
 * worst of them: it faces the internet and may read every Secret that an Ingress names.
 * Source: per add-on in `analyses/vigilance/retired-addons.ts`.
 */
import { judgedSpecs, membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { RETIRED_ADDONS, type RetiredAddon } from '../../analyses/vigilance/retired-addons.ts';
import { containerPath } from '../../analyses/vigilance/spec-path.ts';
import type { AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { parseImage } from '../../kube/image-reference.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const retiredAddon = rule({
  id: 'vigilance/retired-addon',
  subject: 'Workload',
  summary: 'Add-ons that get no more fixes',
  help: 'Replace the add-on by a maintained one before the next vulnerability of it becomes known; until then keep it away from untrusted networks.',
  references: [owasp('K07'), attack('T1190')],
  needs: ['Pod'],
  concerns: ({ containers }) => containers.some(({ image }) => RETIRED_ADDONS.some((addon) => isOf(addon, image))),
  check(subject, view) {
    return RETIRED_ADDONS.flatMap((addon): FindingDraft[] => {
      const evidence = imagesOf(subject, addon);
      if (evidence.length === 0) return [];
      const isOver = view.isPast(Date.parse(addon.since));
      return [
        {
          key: addon.name.replaceAll(' ', '-').toLowerCase(),
          severity: isOver ? addon.severity : 'low',
          title: isOver ? `Runs ${addon.name}, which is retired` : `Runs ${addon.name}, which is about to be retired`,
          why: `${isOver ? `No fixes since ${addon.since}` : `No fixes from ${addon.since} on`}: ${addon.source}. Use ${addon.instead}.`,
          evidence,
          members: membersOf(judgedSpecs(subject)),
        },
      ];
    });
  },
});

function imagesOf(subject: AnalysedWorkload, addon: RetiredAddon): readonly Evidence[] {
  const found = new Map<string, Evidence>();
  for (const { spec } of judgedSpecs(subject)) {
    for (const container of spec.containers) {
      if (!isOf(addon, container.image)) continue;
      const path = `${containerPath(subject.ref.kind, container)}.image`;
      found.set(path, { text: `container ${container.name} runs ${container.image}`, object: subject.ref, path });
    }
  }
  return [...found.values()];
}

function isOf(addon: RetiredAddon, text: string): boolean {
  const image = parseImage(text);
  return image !== null && addon.matches(image);
}
