import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { KubeObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { RemedyTarget } from '../built-remedy.ts';
import type { Manifest, RemedyDraft } from '../remedy.ts';
import { toYaml } from '../to-yaml.ts';
import type { LabelEdit } from './label-changes.ts';

/** Labels that all objects of an application share; the others are each object's own. */
const SHARED: ReadonlySet<string> = new Set(['app.kubernetes.io/part-of']);

type RepositoryFile = Pick<RemedyDraft, 'manifests' | 'comments' | 'use' | 'fileName'>;

/**
 * The same labels as a file for the repository that an object comes from: a Kustomize component for Argo CD and Flux, or
 * chart values for Helm. undefined where nobody owns the object.
 *
 * Sources: kustomize docs, "labels" (includeSelectors false leaves selectors alone, includeTemplates labels templates)
 * and "components"; Helm docs, "Values Files".
 */
export function repositoryFile(object: KubeObject, target: RemedyTarget, edit: LabelEdit): RepositoryFile | undefined {
  switch (target.manager) {
    case 'argocd':
    case 'flux':
      return component(object, target, edit);
    case 'helm':
      return values(object, target, edit);
    case 'none':
    case 'operator':
      return undefined;
  }
}

function component(object: KubeObject, target: RemedyTarget, edit: LabelEdit): RepositoryFile {
  const isPods = Object.keys(edit.pods).length > 0;
  const shared = pick({ ...edit.own, ...edit.pods }, (key) => SHARED.has(key));
  const patch = patchText(object, {
    own: pick(edit.own, (key) => !SHARED.has(key)),
    pods: pick(edit.pods, (key) => !SHARED.has(key)),
  });
  const { group, versions, kind } = kindInfo(object.kind);
  const folder = `labels-${object.name}`;
  const path = target.path ?? 'PATH';
  return {
    manifests: [
      {
        apiVersion: 'kustomize.config.k8s.io/v1alpha1',
        kind: 'Component',
        ...(Object.keys(shared).length > 0
          ? { labels: [{ pairs: shared, includeSelectors: false, includeTemplates: isPods }] }
          : {}),
        ...(patch === undefined
          ? {}
          : {
              patches: [
                {
                  target: {
                    ...(group === '' ? {} : { group }),
                    version: versions[0],
                    kind,
                    name: object.name,
                    namespace: object.namespace,
                  },
                  patch,
                },
              ],
            }),
      },
    ],
    comments: [],
    use: {
      type: 'steps',
      commands: [
        `mkdir -p ${path}/${folder} && cp FILE ${path}/${folder}/kustomization.yaml`,
        `cd ${path} && kustomize edit add component ${folder}`,
      ],
    },
    fileName: `kustomize-${object.namespace}-${folder}.yaml`,
  };
}

function patchText(object: KubeObject, edit: LabelEdit): string | undefined {
  const hasOwn = Object.keys(edit.own).length > 0;
  const hasPods = Object.keys(edit.pods).length > 0;
  if (!hasOwn && !hasPods) return undefined;
  const template = { metadata: { labels: edit.pods } };
  const spec = object.kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  const manifest: Manifest = {
    apiVersion: apiVersionOf(object.kind),
    kind: kindInfo(object.kind).kind,
    metadata: { name: object.name, ...(hasOwn ? { labels: edit.own } : {}) },
    ...(hasPods ? { spec } : {}),
  };
  return toYaml([manifest], []);
}

/** Most charts take labels for all objects as `commonLabels` and for pods as `podLabels`. */
function values(object: KubeObject, target: RemedyTarget, edit: LabelEdit): RepositoryFile {
  const hasPods = Object.keys(edit.pods).length > 0;
  return {
    manifests: [
      {
        ...(Object.keys(edit.own).length > 0 ? { commonLabels: edit.own } : {}),
        ...(hasPods ? { podLabels: edit.pods } : {}),
      },
    ],
    comments: [
      {
        document: 0,
        path: [],
        text: 'Values for the chart: many charts know commonLabels (they go to every object of the release: keep what all of them share) and podLabels, others call them otherwise; see its values.yaml.',
      },
    ],
    use: {
      type: 'steps',
      commands: [`helm upgrade ${target.app ?? 'RELEASE'} CHART -n ${object.namespace} --reuse-values -f FILE`],
    },
    fileName: `values-${object.namespace}-${object.name}.yaml`,
  };
}

function pick(labels: Labels, wanted: (key: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => wanted(key)));
}
