/**
 * An image without a tag means `:latest`, which is another image tomorrow: what was scanned and what runs differ, nodes
 * run different versions, and a roll-back brings nothing back. A digest names exactly one image.
 * Source: https://kubernetes.io/docs/concepts/containers/images/#image-names
 */
import { judgedSpecs } from '../../analyses/pod-security/judged-specs.ts';
import { containerTraits, findTraits, type Trait } from '../../analyses/vigilance/privilege.ts';
import { parseImage } from '../../kube/image-reference.ts';
import type { Container, PodSpec } from '../../model/pod-spec.ts';
import { cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const imageWithoutTag = rule({
  id: 'vigilance/image-without-tag',
  subject: 'Workload',
  summary: 'Workloads whose images have neither a digest nor a fixed tag',
  help: 'Name a version, better a digest (image@sha256:…), so that what runs is what was reviewed.',
  references: [cis('5.5.1'), owasp('K07')],
  needs: ['Pod'],
  concerns: ({ containers }) => containers.some((container) => textOf(container) !== undefined),
  check(subject) {
    const { kind } = subject.ref;
    // Admission may write the image of a pod anew: with a digest, or in place of a word.
    const images = (spec: PodSpec): readonly Trait[] => containerTraits(spec, kind, 'image', textOf);
    const found = findTraits(subject, 'low', images, judgedSpecs(subject));
    if (found === undefined) return [];
    return [
      {
        severity: found.severity === 'info' ? 'info' : 'low',
        title: 'Runs images without a fixed version',
        why: 'The registry decides at each start what runs; what was reviewed may be another image.',
        evidence: found.evidence,
        members: found.members,
      },
    ];
  },
});

function textOf({ name, image }: Container): string | undefined {
  const parsed = parseImage(image);
  if (parsed === null || parsed.digest !== null) return undefined;
  if (parsed.tag === null) return `container ${name} runs ${image}, which has no tag`;
  return parsed.tag === 'latest' ? `container ${name} runs ${image}` : undefined;
}
