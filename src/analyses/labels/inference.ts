import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { podLabels } from './label-health.ts';

/** A value for a missing label, and how it is known. */
export interface LabelProposal {
  readonly label: RecommendedLabel;
  readonly value: string;
  readonly confidence: 'high' | 'medium' | 'low';
  /** Such as `Helm release name`. */
  readonly from: string;
}

type Source = (workload: AnalysedWorkload) => Omit<LabelProposal, 'label'> | undefined;

/** Where each label's value may come from, the surest first. `managed-by` and `instance` belong to the tool that set them. */
const SOURCES: Readonly<Record<RecommendedLabel, readonly Source[]>> = {
  'app.kubernetes.io/name': [
    existing('app.kubernetes.io/name'),
    chartName,
    label('app', 'medium'),
    label('k8s-app', 'medium'),
    (workload) => proposal(workload.ref.name, 'low', 'the name of the workload'),
  ],
  'app.kubernetes.io/instance': [
    existing('app.kubernetes.io/instance'),
    (workload) => proposal(workload.object?.annotations['meta.helm.sh/release-name'], 'high', 'Helm release name'),
    (workload) => proposal(argoApplication(workload), 'high', 'Argo CD tracking id'),
    (workload) => proposal(workload.ref.name, 'low', 'the name of the workload'),
  ],
  'app.kubernetes.io/version': [existing('app.kubernetes.io/version'), imageTag],
  'app.kubernetes.io/component': [
    existing('app.kubernetes.io/component'),
    label('component', 'medium'),
    label('tier', 'low'),
    (workload) => proposal(componentOfImage(imageOf(workload)), 'medium', 'the image'),
  ],
  'app.kubernetes.io/part-of': [
    existing('app.kubernetes.io/part-of'),
    (workload) => proposal(productNamespace(workload.ref.namespace), 'low', 'the name of the namespace'),
  ],
  'app.kubernetes.io/managed-by': [
    existing('app.kubernetes.io/managed-by'),
    (workload) => proposal(lastTool(workload), 'medium', 'who wrote the object last (managedFields)'),
  ],
};

/** Values for the labels that a workload lacks; labels for which nothing speaks are left out. */
export function proposeLabels(
  workload: AnalysedWorkload,
  missing: readonly RecommendedLabel[],
): readonly LabelProposal[] {
  return missing.flatMap((name) => {
    for (const source of SOURCES[name]) {
      const found = source(workload);
      if (found !== undefined) return [{ label: name, ...found }];
    }
    return [];
  });
}

function proposal(
  value: string | undefined,
  confidence: LabelProposal['confidence'],
  from: string,
): Omit<LabelProposal, 'label'> | undefined {
  return value === undefined || !isLabelValue(value) ? undefined : { value, confidence, from };
}

/** The value that the workload has where its pods lack it, or the other way round. */
function existing(name: RecommendedLabel): Source {
  return (workload) =>
    proposal(workload.labels[name], 'high', 'the workload itself') ??
    proposal(podLabels(workload)[name], 'high', 'its pods');
}

function label(name: string, confidence: LabelProposal['confidence']): Source {
  return (workload) => proposal(podLabels(workload)[name] ?? workload.labels[name], confidence, `label ${name}`);
}

/** `helm.sh/chart` is `<name>-<version>`. */
function chartName(workload: AnalysedWorkload): Omit<LabelProposal, 'label'> | undefined {
  const match = /^(.+)-v?\d+\.\d+.*$/.exec(workload.labels['helm.sh/chart'] ?? '');
  return proposal(match?.[1], 'high', 'Helm chart name');
}

/** The tracking id is `<application>:<group>/<kind>:<namespace>/<name>`. */
function argoApplication(workload: AnalysedWorkload): string | undefined {
  return workload.object?.annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
}

/** The tag of the first container's image where it looks like a version; a digest or a floating tag is none. */
function imageTag(workload: AnalysedWorkload): Omit<LabelProposal, 'label'> | undefined {
  const tag = /:(v?\d+(?:\.\d+)+[\w.-]*)$/.exec(imageOf(workload).split('@')[0] ?? '')?.[1];
  return proposal(tag, 'medium', 'image tag');
}

function imageOf(workload: AnalysedWorkload): string {
  const spec = workload.template?.spec ?? workload.classes[0]?.spec;
  return spec?.containers.find((container) => container.role === 'container')?.image ?? '';
}

/** What well-known images are in an application. */
const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:postgres|postgresql|mysql|mariadb|mongo|mongodb|cockroach|cassandra)$/, 'database'],
  [/^(?:redis|valkey|memcached)$/, 'cache'],
  [/^(?:kafka|rabbitmq|nats|activemq)$/, 'message-broker'],
];

function componentOfImage(image: string): string | undefined {
  const name = /([^/:@]+)(?:[:@].*)?$/.exec(image)?.[1] ?? '';
  return COMPONENTS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Namespaces that hold one product are often called like it; the cluster's own hold many. */
function productNamespace(namespace: string): string | undefined {
  return namespace === 'default' || namespace.startsWith('kube-') ? undefined : namespace;
}

/** The tool among the object's field managers that wrote it last; controllers of the cluster are none. */
function lastTool(workload: AnalysedWorkload): string | undefined {
  const tools = (workload.object?.managers ?? []).flatMap(({ manager, time }) => {
    const tool = TOOLS.find(([pattern]) => pattern.test(manager))?.[1];
    return tool === undefined ? [] : [{ tool, time: time ?? 0 }];
  });
  return tools.toSorted((a, b) => b.time - a.time)[0]?.tool;
}

const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/^kubectl/, 'kubectl'],
  [/^[Tt]erraform/, 'Terraform'],
  [/^pulumi/, 'Pulumi'],
];

function isLabelValue(value: string): boolean {
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(value);
}
