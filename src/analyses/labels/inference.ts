import type { RecommendedLabel } from '../../kube/recommended-labels.ts';
import type { ManagerEntry } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { podLabels } from './label-health.ts';
import type { AroundObject } from './labelled-objects.ts';
import { ownersText, standsFor, type StandsFor } from './stands-for.ts';

/** A value for a missing label, and how it is known. */
export interface LabelProposal {
  readonly label: RecommendedLabel;
  readonly value: string;
  readonly confidence: 'high' | 'medium' | 'low';
  /** Such as `Helm release name`. */
  readonly from: string;
}

/** What the values of an object's labels may be told by. */
interface Described {
  readonly what: 'workload' | 'object';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Empty for what makes no pods. */
  readonly onPods: Labels;
  readonly annotations: Labels;
  readonly managers: readonly ManagerEntry[];
  /** Of its first container; '' for what makes no pods. */
  readonly image: string;
  /** The pods that it selects, scales, leads to or is read by. */
  readonly standsFor: StandsFor | undefined;
}

type Source = (described: Described) => Omit<LabelProposal, 'label'> | undefined;

/** Where each label's value may come from, the surest first. `managed-by` and `instance` belong to the tool that set them. */
const SOURCES: Readonly<Record<RecommendedLabel, readonly Source[]>> = {
  'app.kubernetes.io/name': [
    existing('app.kubernetes.io/name'),
    chartName,
    common('app.kubernetes.io/name'),
    label('app', 'medium'),
    label('k8s-app', 'medium'),
    ofOwner,
    ofName,
  ],
  'app.kubernetes.io/instance': [
    existing('app.kubernetes.io/instance'),
    ({ annotations }) => proposal(annotations['meta.helm.sh/release-name'], 'high', 'Helm release name'),
    ({ annotations }) => proposal(argoApplication(annotations), 'high', 'Argo CD tracking id'),
    common('app.kubernetes.io/instance'),
    ofOwner,
    ofName,
  ],
  'app.kubernetes.io/version': [existing('app.kubernetes.io/version'), imageTag, common('app.kubernetes.io/version')],
  'app.kubernetes.io/component': [
    existing('app.kubernetes.io/component'),
    common('app.kubernetes.io/component'),
    label('component', 'medium'),
    label('tier', 'low'),
    ({ image }) => proposal(componentOfImage(image), 'medium', 'the image'),
  ],
  'app.kubernetes.io/part-of': [
    existing('app.kubernetes.io/part-of'),
    common('app.kubernetes.io/part-of'),
    ({ namespace }) => proposal(productNamespace(namespace), 'low', 'the name of the namespace'),
  ],
  'app.kubernetes.io/managed-by': [
    existing('app.kubernetes.io/managed-by'),
    ({ managers }) => proposal(lastTool(managers), 'medium', 'who wrote the object last (managedFields)'),
  ],
};

/** Values for the labels that a workload lacks; labels for which nothing speaks are left out. */
export function proposeLabels(
  workload: AnalysedWorkload,
  missing: readonly RecommendedLabel[],
): readonly LabelProposal[] {
  const spec = workload.template?.spec ?? workload.classes[0]?.spec;
  return proposalsFor(
    {
      what: 'workload',
      namespace: workload.ref.namespace,
      name: workload.ref.name,
      labels: workload.labels,
      onPods: podLabels(workload),
      annotations: workload.object?.annotations ?? {},
      managers: workload.object?.managers ?? [],
      image: spec?.containers.find((container) => container.role === 'container')?.image ?? '',
      standsFor: undefined,
    },
    missing,
  );
}

/** The same for an object around workloads. */
export function proposeObjectLabels(
  view: ClusterView,
  object: AroundObject,
  missing: readonly RecommendedLabel[],
): readonly LabelProposal[] {
  const { namespace, name, labels, annotations, managers } = object;
  return proposalsFor(
    {
      what: 'object',
      namespace,
      name,
      labels,
      onPods: {},
      annotations,
      managers,
      image: '',
      standsFor: standsFor(view, object),
    },
    missing,
  );
}

function proposalsFor(described: Described, missing: readonly RecommendedLabel[]): readonly LabelProposal[] {
  return missing.flatMap((name) => {
    for (const source of SOURCES[name]) {
      const found = source(described);
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

/** The value that a workload has where its pods lack it, or the other way round. */
function existing(name: RecommendedLabel): Source {
  return ({ what, labels, onPods }) =>
    proposal(labels[name], 'high', `the ${what} itself`) ?? proposal(onPods[name], 'high', 'its pods');
}

/** The value that all pods have for which an object stands. */
function common(name: RecommendedLabel): Source {
  return ({ standsFor: there }) =>
    there === undefined
      ? undefined
      : proposal(there.labels[name], there.owners.length === 1 ? 'high' : 'medium', `the pods of ${ownersText(there)}`);
}

function label(name: string, confidence: LabelProposal['confidence']): Source {
  return ({ labels, onPods, standsFor: there }) =>
    proposal(onPods[name] ?? labels[name], confidence, `label ${name}`) ??
    (there === undefined
      ? undefined
      : proposal(there.labels[name], confidence, `label ${name} of the pods of ${ownersText(there)}`));
}

/** The name of the one workload for which an object stands. */
function ofOwner({ standsFor: there }: Described): Omit<LabelProposal, 'label'> | undefined {
  const [owner, ...others] = there?.owners ?? [];
  if (owner === undefined || others.length > 0) return undefined;
  return proposal(owner.slice(owner.indexOf('/') + 1), 'low', `the name of ${owner}`);
}

function ofName({ what, name }: Described): Omit<LabelProposal, 'label'> | undefined {
  return proposal(name, 'low', `the name of the ${what}`);
}

/** `helm.sh/chart` is `<name>-<version>`. */
function chartName({ labels }: Described): Omit<LabelProposal, 'label'> | undefined {
  const match = /^(.+)-v?\d+\.\d+.*$/.exec(labels['helm.sh/chart'] ?? '');
  return proposal(match?.[1], 'high', 'Helm chart name');
}

/** The tracking id is `<application>:<group>/<kind>:<namespace>/<name>`. */
function argoApplication(annotations: Labels): string | undefined {
  return annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
}

/** The tag of the first container's image where it looks like a version; a digest or a floating tag is none. */
function imageTag({ image }: Described): Omit<LabelProposal, 'label'> | undefined {
  const tag = /:(v?\d+(?:\.\d+)+[\w.-]*)$/.exec(image.split('@')[0] ?? '')?.[1];
  return proposal(tag, 'medium', 'image tag');
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
function lastTool(managers: readonly ManagerEntry[]): string | undefined {
  const tools = managers.flatMap(({ manager, time }) => {
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
