// app.kubernetes.io/version is "the current version of the application"; the image that runs is the application. A label
// that says another version than the tag was forgotten at a release, and whoever looks for a version by label is misled.
// Source: kubernetes.io docs, "Recommended Labels".
import { podLabels } from '../../analyses/labels/label-health.ts';
import { memberNames, type AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { parseImage } from '../../kube/image-reference.ts';
import { rule } from '../rule.ts';

const VERSION = 'app.kubernetes.io/version';

export const versionDiffersFromImage = rule({
  id: 'labels/version-differs-from-image',
  subject: 'Workload',
  summary: 'workloads whose version label is not the version of their image',
  help: 'What is looked for by version (an advisory, a rollout, a dashboard) is found in the wrong place. Set the label where the image is set.',
  references: [],
  needs: ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'],
  check: (workload) => {
    const said = podLabels(workload)[VERSION];
    if (said === undefined || plain(said) === undefined) return [];
    const versions = imageVersions(workload);
    const [first] = versions;
    if (first === undefined) return [];
    if (versions.some((one) => isSameVersion(said, one.tag))) return [];
    return [
      {
        severity: 'info',
        title: `labelled version ${said}, runs ${first.tag}`,
        why: `The image is ${first.image}: whoever looks for a version by label is misled.`,
        evidence: [
          { text: `${VERSION}=${said}`, object: workload.ref, path: 'spec.template.metadata.labels' },
          ...versions.map(({ image }) => ({ text: `image ${image}`, object: workload.ref })),
        ],
        members: memberNames(workload.classes),
        ...(workload.object === undefined || versions.length > 1
          ? {}
          : { remedies: ['labels/set-labels'], data: { labels: { [VERSION]: first.tag } } }),
      },
    ];
  },
});

interface ImageVersion {
  readonly image: string;
  readonly tag: string;
}

/** The images whose tags look like versions; digests and floating tags (`latest`, `stable`) say nothing. */
function imageVersions(workload: AnalysedWorkload): readonly ImageVersion[] {
  const spec = workload.template?.spec ?? workload.classes[0]?.spec;
  const images = (spec?.containers ?? []).flatMap(({ role, image }) => (role === 'container' ? [image] : []));
  return images.flatMap((image) => {
    const tag = parseImage(image)?.tag ?? null;
    return tag === null || plain(tag) === undefined ? [] : [{ image, tag }];
  });
}

/** The numbers of a version: `1.2.3` of `v1.2.3-alpine`; undefined for what is no version. */
function plain(version: string): readonly string[] | undefined {
  return /^v?(\d+(?:\.\d+)+)(?:[-_+.].*)?$/.exec(version)?.[1]?.split('.');
}

/** Whether two versions agree as far as both say: `1.2` and `v1.2.3` do. */
function isSameVersion(a: string, b: string): boolean {
  const [left, right] = [plain(a) ?? [], plain(b) ?? []];
  return left.every((part, index) => right[index] === undefined || right[index] === part);
}
