/**
 * What a patch of a workload is in the values of a Helm chart, as `helm create` names them (Helm docs, "Charts"): charts
 * are free to name them otherwise, so that this is a hint.
 */
import type { Manifest, YamlComment } from '../../remedy/remedy.ts';
import { toYaml } from '../../remedy/to-yaml.ts';

type Json = Readonly<Record<string, unknown>>;

/** Values for one workload of a release, as YAML; undefined where nothing of the patches is a usual value. */
export function valuesHint(patches: readonly Manifest[]): string | undefined {
  const values = Object.assign({}, ...patches.map(valuesOf)) as Json;
  if (Object.keys(values).length === 0) return undefined;
  const missing = [...new Set(patches.flatMap(withoutValue))];
  const head = [
    'Values as `helm create` names them; this chart may call them otherwise or put them under a component: helm show values CHART.',
    ...(missing.length === 0
      ? []
      : [
          `No usual value: ${missing.join(', ')}. Change the chart's template, or use the component as a post-renderer.`,
        ]),
  ];
  return toYaml(
    [values],
    head.map((text): YamlComment => ({ document: 0, path: [], text })),
  );
}

function valuesOf(patch: Manifest): Json {
  const { spec, labels, podLabels } = partsOf(patch);
  const contexts = containersOf(spec).flatMap((one) => one['securityContext'] ?? []);
  const [context] = contexts;
  const isSame = contexts.every((one) => JSON.stringify(one) === JSON.stringify(context));
  return {
    ...(labels === undefined ? {} : { commonLabels: labels }),
    ...(podLabels === undefined ? {} : { podLabels }),
    ...(spec['securityContext'] === undefined ? {} : { podSecurityContext: spec['securityContext'] }),
    ...(context === undefined || !isSame ? {} : { securityContext: context }),
    ...(spec['automountServiceAccountToken'] === false ? { serviceAccount: { automount: false } } : {}),
  };
}

/** Fields of a patch that no usual value stands for. */
function withoutValue(patch: Manifest): readonly string[] {
  const { spec } = partsOf(patch);
  const own = Object.keys(spec).filter(
    (key) => !['securityContext', 'automountServiceAccountToken', 'containers', 'initContainers'].includes(key),
  );
  const inner = containersOf(spec).flatMap((one) =>
    Object.keys(one).filter((key) => key !== 'name' && key !== 'securityContext'),
  );
  const contexts = new Set(containersOf(spec).flatMap((one) => JSON.stringify(one['securityContext']) ?? []));
  return [...own, ...inner, ...(contexts.size > 1 ? ['a securityContext of each container'] : [])];
}

function partsOf(patch: Manifest): { readonly spec: Json; readonly labels: unknown; readonly podLabels: unknown } {
  const jobTemplate = at(patch, 'spec', 'jobTemplate');
  const template = (jobTemplate === undefined ? at(patch, 'spec') : at(jobTemplate, 'spec')) as Json | undefined;
  return {
    spec: (at(template, 'template', 'spec') ?? {}) as Json,
    labels: at(patch, 'metadata', 'labels'),
    podLabels: at(template, 'template', 'metadata', 'labels'),
  };
}

function containersOf(spec: Json): readonly Json[] {
  return [spec['containers'], spec['initContainers']].flatMap((list) => (Array.isArray(list) ? (list as Json[]) : []));
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Json)[key] : undefined),
    value,
  );
}
