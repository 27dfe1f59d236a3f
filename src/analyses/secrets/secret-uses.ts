import { refOf } from '../../kube/object-ref.ts';
import { ALL_KINDS, kindInfo, REFERRER_KINDS, STORAGE_CLASSES, WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { SecretReference } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { runningSpecs } from '../workload/running-specs.ts';
import { topOwner } from '../workload/top-owner.ts';
import { workloadNamespaces } from '../workload/workloads.ts';

/** How an object uses a Secret. */
type UseKind =
  | 'env'
  | 'volume'
  | 'image-pull'
  | 'argument'
  | 'service-account'
  | 'ingress-tls'
  | 'ingress-auth'
  | 'gateway-tls'
  | 'ca-injection'
  | 'storage'
  | 'custom-resource';

export interface SecretUse {
  readonly by: ObjectRef;
  readonly how: UseKind;
  /** True for an env variable, envFrom or subPath mount: a running container keeps the old value. */
  readonly fixedAtStart: boolean;
}

/** Uses by the name of the Secret, for the Secrets of one namespace. */
export type SecretUses = ReadonlyMap<string, readonly SecretUse[]>;

/** Who refers to a Secret, each once. */
export function usersOf(uses: SecretUses, name: string): readonly ObjectRef[] {
  const own = uses.get(name) ?? [];
  return [...new Map(own.map(({ by }) => [`${by.kind}/${by.namespace ?? ''}/${by.name}`, by])).values()];
}

/** What names Secrets and is no pod, Ingress or volume. */
const REFERRERS = [
  'Certificate',
  'FluxKustomization',
  'FluxHelmRelease',
  'ServiceMonitor',
  'PodMonitor',
  'Prometheus',
  'PrometheusAgent',
  'VMServiceScrape',
  'VMPodScrape',
  'VMAgent',
  ...REFERRER_KINDS,
] as const;

/** What cert-manager copies a certificate authority into. */
const INJECTABLES = [
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'CustomResourceDefinition',
  'APIService',
] as const;

/** The kinds in which references are looked for: while one is unread, "no reference" is unknown. */
const USE_KINDS: readonly Kind[] = [
  'Pod',
  ...WORKLOAD_KINDS,
  'PodTemplate',
  'ServiceAccount',
  'Ingress',
  'Gateway',
  'PersistentVolume',
  ...INJECTABLES,
  ...REFERRERS,
];

/** Every reference to the Secrets of a namespace, from pods and from templates that run no pod now. */
export function secretUses(view: ClusterView, namespace: string): SecretUses {
  return view.derive('secret-uses', namespace, (inner) => collect(inner, namespace), sameUses);
}

/** Whether everything that may refer to the Secrets of a namespace was read; if not, what was not. */
export function unreadUseKinds(view: ClusterView, namespace: string): readonly Kind[] {
  return view.derive(
    'secret-uses-unread',
    namespace,
    (inner) => USE_KINDS.filter((kind) => !inner.readable(kind, isFromAnywhere(kind) ? undefined : namespace).ok),
    deepEqual,
  );
}

/** Whether objects of a kind in one namespace may name Secrets in another. */
function isFromAnywhere(kind: Kind): boolean {
  return kind === 'Gateway' || kind === 'IstioGateway' || !kindInfo(kind).namespaced;
}

/**
 * Custom resources that may name Secrets by their schema and that k8sec does not read, as `resource.group`: a Secret
 * without a known reference may be used by one of them.
 */
export function unlookedResources(view: ClusterView): readonly string[] {
  return view.derive(
    'secret-uses-unlooked',
    '',
    (inner) => {
      const read = new Set(ALL_KINDS.map((kind) => `${kindInfo(kind).resource}.${kindInfo(kind).group}`));
      return inner
        .list('CustomResourceDefinition')
        .filter((definition) => definition.namesSecrets === true)
        .map((definition) => `${definition.resource}.${definition.group}`)
        .filter((name) => !read.has(name));
    },
    deepEqual,
  );
}

function collect(view: ClusterView, namespace: string): SecretUses {
  const uses = new Map<string, Map<string, SecretUse>>();
  const add = (name: string, by: ObjectRef, how: UseKind, fixedAtStart = false): void => {
    let own = uses.get(name);
    if (own === undefined) uses.set(name, (own = new Map()));
    own.set(`${by.kind}/${by.namespace ?? ''}/${by.name}/${how}/${fixedAtStart}`, { by, how, fixedAtStart });
  };
  for (const { spec, by } of specsWithTemplates(view, namespace)) {
    for (const use of usesOfSpec(spec)) add(use.name, by, use.how, use.fixedAtStart);
    for (const one of spec.secretArguments ?? []) {
      if (one.namespace === '' || one.namespace === namespace) add(one.name, by, 'argument', true);
    }
  }
  for (const account of view.list('ServiceAccount', namespace)) {
    for (const name of account.secrets) add(name, refOf(account), 'service-account');
    for (const name of account.imagePullSecrets) add(name, refOf(account), 'image-pull');
  }
  for (const ingress of view.list('Ingress', namespace)) {
    for (const { secretName } of ingress.tls) if (secretName !== null) add(secretName, refOf(ingress), 'ingress-tls');
  }
  const across = referencesAcross(view);
  for (const use of [...(across.get(namespace) ?? []), ...(across.get(ANYWHERE) ?? [])]) {
    add(use.name, use.by, use.how);
  }
  return new Map([...uses].map(([name, own]) => [name, [...own.values()]]));
}

/** Every specification of a namespace, of templates that run no pod now as well. */
function* specsWithTemplates(view: ClusterView, namespace: string): Generator<SpecOwner> {
  yield* namespaceSpecs(view, namespace);
  for (const kind of WORKLOAD_KINDS) {
    for (const object of view.list(kind, namespace)) {
      if (object.template !== null) yield { spec: object.template.spec, by: topOwner(view, object) };
    }
  }
  for (const template of view.list('PodTemplate', namespace)) {
    yield { spec: template.template.spec, by: refOf(template) };
  }
}

interface SpecOwner {
  readonly spec: PodSpec;
  readonly by: ObjectRef;
}

/** Which workload runs which specification: unchanged while pods come and go, so that uses are not collected again. */
export function namespaceSpecs(view: ClusterView, namespace: string): readonly SpecOwner[] {
  return view.derive(
    'spec-owners',
    namespace,
    (inner) => {
      const owners = runningSpecs(inner, namespace);
      return owners.flatMap(({ ref, specs }) =>
        [...new Set(specs.map(({ spec }) => spec))].map((spec) => ({ spec, by: ref })),
      );
    },
    (a, b) => a.length === b.length && a.every(({ spec, by }, at) => spec === b[at]?.spec && deepEqual(by, b[at].by)),
  );
}

interface NamedUse {
  readonly name: string;
  readonly how: UseKind;
  readonly fixedAtStart: boolean;
}

const USES_OF_SPEC = new WeakMap<PodSpec, readonly NamedUse[]>();

/** The Secrets that a specification names; equal specifications are one object. */
export function usesOfSpec(spec: PodSpec): readonly NamedUse[] {
  const known = USES_OF_SPEC.get(spec);
  if (known !== undefined) return known;
  const viaSubPath = new Set(
    spec.containers.flatMap((container) =>
      container.volumeMounts.filter((mount) => mount.subPath).map((mount) => mount.name),
    ),
  );
  const found: NamedUse[] = [
    ...spec.containers.flatMap((container) =>
      container.envSources
        .filter((source) => source.kind === 'Secret')
        .map((source) => ({ name: source.name, how: 'env' as const, fixedAtStart: true })),
    ),
    ...spec.volumes.flatMap((volume) =>
      volume.sources
        .filter((source) => source.kind === 'Secret')
        .map((source) => ({ name: source.name, how: 'volume' as const, fixedAtStart: viaSubPath.has(volume.name) })),
    ),
    ...spec.imagePullSecrets.map((name) => ({ name, how: 'image-pull' as const, fixedAtStart: false })),
  ];
  USES_OF_SPEC.set(spec, found);
  return found;
}

interface CrossUse {
  readonly name: string;
  readonly by: ObjectRef;
  readonly how: UseKind;
}

/** The namespace of references that do not say theirs. */
const ANYWHERE = '';

/** References that may lead into another namespace, by the namespace of the Secret. */
function referencesAcross(view: ClusterView): ReadonlyMap<string, readonly CrossUse[]> {
  return view.derive(
    'secret-uses-across',
    '',
    (inner) => {
      const found = new Map<string, CrossUse[]>();
      const add = (namespace: string, use: CrossUse): void => {
        const there = found.get(namespace);
        if (there === undefined) found.set(namespace, [use]);
        else there.push(use);
      };
      for (const namespace of workloadNamespaces(inner)) {
        for (const { namespace: to, ...use } of argumentsAcross(inner, namespace)) add(to, use);
      }
      for (const ingress of inner.list('Ingress')) {
        for (const { namespace, name } of ingress.secretRefs ?? []) {
          add(namespace, { name, by: refOf(ingress), how: 'ingress-auth' });
        }
      }
      for (const kind of INJECTABLES) {
        for (const object of inner.list(kind)) {
          for (const { namespace, name } of injectedFrom(inner, object.annotations)) {
            add(namespace, { name, by: refOf(object), how: 'ca-injection' });
          }
        }
      }
      for (const gateway of inner.list('Gateway')) {
        for (const reference of gateway.listeners.flatMap((listener) => listener.certificateRefs)) {
          add(reference.namespace, { name: reference.name, by: refOf(gateway), how: 'gateway-tls' });
        }
      }
      for (const volume of inner.list('PersistentVolume')) {
        for (const reference of volume.secretRefs ?? []) {
          add(reference.namespace, { name: reference.name, by: refOf(volume), how: 'storage' });
        }
      }
      for (const kind of REFERRERS) {
        for (const referrer of inner.list(kind)) {
          for (const reference of referrer.secretRefs ?? []) {
            add(reference.namespace, { name: reference.name, by: refOf(referrer), how: howOf(kind) });
          }
        }
      }
      return found;
    },
    (a, b) => deepEqual([...a], [...b]),
  );
}

function howOf(kind: Kind): UseKind {
  return STORAGE_CLASSES.some((one) => one === kind) ? 'storage' : 'custom-resource';
}

/** Arguments and env variables of a namespace's pods that name Secrets elsewhere. */
function argumentsAcross(view: ClusterView, from: string): readonly (CrossUse & { readonly namespace: string })[] {
  return view.derive(
    'secret-arguments',
    from,
    (inner) =>
      [...specsWithTemplates(inner, from)].flatMap(({ spec, by }) =>
        (spec.secretArguments ?? [])
          .filter(({ namespace }) => namespace !== '' && namespace !== from)
          .map(({ namespace, name }) => ({ namespace, name, by, how: 'argument' as const })),
      ),
    deepEqual,
  );
}

/** Source: https://cert-manager.io/docs/concepts/ca-injector/ */
function injectedFrom(view: ClusterView, annotations: Labels): readonly SecretReference[] {
  const [direct, byCertificate] = ['inject-ca-from-secret', 'inject-ca-from'].map((name) => {
    const [namespace = '', object = ''] = (annotations[`cert-manager.io/${name}`] ?? '').split('/');
    return object === '' ? undefined : { namespace, name: object };
  });
  const certificate = byCertificate && view.get('Certificate', byCertificate.namespace, byCertificate.name);
  const filled = certificate?.secretName ?? null;
  return [
    ...(direct === undefined ? [] : [direct]),
    ...(certificate === undefined || filled === null ? [] : [{ namespace: certificate.namespace, name: filled }]),
  ];
}

function sameUses(a: SecretUses, b: SecretUses): boolean {
  return a.size === b.size && [...a].every(([name, uses]) => deepEqual(uses, b.get(name)));
}
