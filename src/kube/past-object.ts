import type { PastObject } from '../model/observation.ts';
import type { KubeObject } from '../model/objects.ts';
import type { PodSpec } from '../model/pod-spec.ts';

const NOTHING = Object.freeze({});

/**
 * What a journal or a history keeps of an object: who it is, labels, service account, volumes and references of pods;
 * rules, role and subjects of RBAC objects, and who last wrote them when: it proves that they did not change since. No annotation, no status, nothing about values of variables.
 *
 * @returns null for other kinds
 */
export function pastObject(object: KubeObject): PastObject | null {
  switch (object.kind) {
    case 'Pod':
      return {
        ...object,
        annotations: NOTHING,
        managers: [],
        location: null,
        spec: pastSpec(object.spec),
        nodeName: '',
        phase: '',
        podIPs: [],
        started: null,
      };
    case 'Role':
    case 'ClusterRole':
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return { ...object, annotations: NOTHING, location: null };
    default:
      return null;
  }
}

const SPECS = new WeakMap<PodSpec, PodSpec>();

/** Equal specifications stay one shared object. */
function pastSpec(spec: PodSpec): PodSpec {
  let kept = SPECS.get(spec);
  if (kept === undefined) {
    kept = {
      ...spec,
      placementTerms: [],
      references: [],
      credentials: [],
      securityAnnotations: NOTHING,
      containers: spec.containers.map((container) => ({ ...container, ports: [], handlerHosts: [], volumeMounts: [] })),
    };
    SPECS.set(spec, kept);
    SPECS.set(kept, kept);
  }
  return kept;
}

/**
 * Whether two states of an object say the same about what matters: which object it is, what it holds or grants. Bodies
 * of requests have no uid yet, and leave API groups to defaulting.
 */
export function samePast(a: PastObject, b: PastObject): boolean {
  return sameIdentity(a, b) && pastText(a) === pastText(b);
}

/** Whether two states can be of one object: no other of the same name came in between. */
export function sameIdentity(a: PastObject, b: PastObject): boolean {
  return a.uid === '' || b.uid === '' || a.uid === b.uid;
}

function pastText(object: PastObject): string {
  switch (object.kind) {
    case 'Pod': {
      const { serviceAccountName, volumes, containers, imagePullSecrets } = object.spec;
      return JSON.stringify([
        sorted(object.labels),
        serviceAccountName,
        imagePullSecrets,
        volumes.map((volume) => [
          volume.claimName,
          volume.hostPath,
          volume.sources.map(({ kind, name }) => [kind, name]),
        ]),
        containers.map(({ name, envSources }) => [name, envSources.map(({ kind, name: source }) => [kind, source])]),
      ]);
    }
    case 'Role':
    case 'ClusterRole':
      return JSON.stringify([object.rules, object.aggregation]);
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return JSON.stringify([
        object.roleRef.kind,
        object.roleRef.name,
        object.subjects.map(({ kind, namespace = '', name }) => [kind, namespace, name]),
      ]);
  }
}

/** Labels in order; those that binding to a node adds (PodTopologyLabels) are left out. */
function sorted(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels)
    .filter(([key]) => !key.startsWith('topology.kubernetes.io/'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
