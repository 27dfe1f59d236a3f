/**
 * Add-ons whose accounts hold much because their work takes it. An add-on is recognised by provenance, never by the name
 * of an account: everything that runs as the account runs the add-on's images, and the binding or its role carries the
 * labels of the add-on's manifests. Recognising one groups what is found; it lowers no severity.
 * Sources: the published manifests and charts of each project.
 */
import { isOfRepository, parseImage } from '../../kube/image-reference.ts';
import type { Category } from '../../kube/rbac-permissions.ts';
import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { BindingObject, RoleObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { accountPods } from './service-accounts.ts';

interface AddOn {
  readonly name: string;
  /** Repositories of its images end so, whatever registry mirrors them. */
  readonly images: readonly string[];
  /** Values of the labels app.kubernetes.io/name, part-of and instance in its manifests. */
  readonly labels: readonly string[];
  /** What its manifests ask for; anything else is a finding of its own. */
  readonly asksFor: readonly Category[];
}

/** What a binding is recognised by. */
export interface Recognised {
  readonly name: string;
  /** For a person: `looks like cert-manager: …`. */
  readonly evidence: string;
}

const ADD_ONS: readonly AddOn[] = [
  {
    name: 'Flux',
    images: [
      'fluxcd/source-controller',
      'fluxcd/kustomize-controller',
      'fluxcd/helm-controller',
      'fluxcd/notification-controller',
      'fluxcd/image-reflector-controller',
      'fluxcd/image-automation-controller',
    ],
    labels: ['flux', 'flux2', 'flux-system'],
    asksFor: [
      'cluster-admin',
      'creates-workloads',
      'reads-secrets',
      'wildcard',
      'tokens',
      'reads-widely',
      'alters-policy',
    ],
  },
  {
    name: 'Argo CD',
    images: ['argoproj/argocd'],
    labels: ['argocd', 'argo-cd'],
    asksFor: ['cluster-admin', 'wildcard', 'reads-secrets', 'creates-workloads', 'reads-widely', 'exec', 'tokens'],
  },
  {
    name: 'cert-manager',
    images: [
      'jetstack/cert-manager-controller',
      'jetstack/cert-manager-cainjector',
      'jetstack/cert-manager-webhook',
      'jetstack/cert-manager-startupapicheck',
    ],
    labels: ['cert-manager', 'cainjector', 'webhook', 'startupapicheck'],
    asksFor: [
      'reads-secrets',
      'tokens',
      'creates-workloads',
      'exposes-services',
      'webhooks',
      'certificates',
      'alters-policy',
      'reads-widely',
      'alters-nodes',
    ],
  },
  {
    name: 'ingress-nginx',
    images: ['ingress-nginx/controller', 'ingress-nginx/kube-webhook-certgen'],
    labels: ['ingress-nginx'],
    asksFor: ['reads-secrets', 'webhooks', 'tokens', 'alters-policy', 'reads-widely'],
  },
  {
    name: 'Prometheus operator',
    images: [
      'prometheus-operator/prometheus-operator',
      'prometheus-operator/admission-webhook',
      'prometheus/prometheus',
      'prometheus/alertmanager',
      'prometheus/node-exporter',
      'kube-state-metrics/kube-state-metrics',
    ],
    labels: ['prometheus-operator', 'kube-prometheus', 'kube-prometheus-stack', 'prometheus', 'kube-state-metrics'],
    asksFor: [
      'reads-secrets',
      'tokens',
      'creates-workloads',
      'exposes-services',
      'wildcard',
      'alters-policy',
      'reads-widely',
      'alters-nodes',
      'webhooks',
    ],
  },
];

const LABEL_VALUES: ReadonlySet<string> = new Set(ADD_ONS.flatMap((one) => one.labels));
const LABELS = ['app.kubernetes.io/part-of', 'app.kubernetes.io/name', 'app.kubernetes.io/instance'] as const;

/**
 * The add-on that a binding belongs to: each subject that something runs as runs it, at least one does, and the binding
 * or its role carries its labels.
 */
export function addOnOf(view: ClusterView, binding: BindingObject): Recognised | null {
  const { kind, name } = binding.roleRef;
  const role = kind === 'ClusterRole' ? view.get('ClusterRole', '', name) : view.get('Role', binding.namespace, name);
  // What runs is only looked for where a label speaks of an add-on, which few bindings have.
  const labelled = [binding, ...(role === undefined ? [] : [role])].filter(isLabelled);
  if (labelled.length === 0) return null;
  const found = new Map<AddOn, string>();
  for (const subject of binding.subjects) {
    if (subject.kind !== 'ServiceAccount') return null;
    const ran = addOnsIn(view, serviceAccountNamespace(subject, binding.namespace)).get(subject.name);
    if (ran === null) return null;
    if (ran !== undefined && !found.has(ran.addOn)) found.set(ran.addOn, ran.image);
  }
  const [[addOn, image] = [undefined, ''], ...others] = found;
  if (addOn === undefined || others.length > 0) return null;
  for (const object of labelled) {
    const label = LABELS.find((key) => addOn.labels.includes(object.labels[key] ?? ''));
    if (label === undefined) continue;
    const evidence = `looks like ${addOn.name}: its accounts run ${image}, and ${object.kind} ${object.name} is labelled ${label}=${object.labels[label] ?? ''}`;
    return { name: addOn.name, evidence };
  }
  return null;
}

function isLabelled({ labels }: BindingObject | RoleObject): boolean {
  return LABELS.some((key) => LABEL_VALUES.has(labels[key] ?? ''));
}

/** The same for what a binding gives: null for what the add-on's own manifests do not ask for. */
export function addOnAsking(view: ClusterView, binding: BindingObject, category: Category): Recognised | null {
  const recognised = addOnOf(view, binding);
  const addOn = ADD_ONS.find(({ name }) => name === recognised?.name);
  return addOn?.asksFor.includes(category) === true ? recognised : null;
}

/** What runs as an account: one add-on and nothing else, with one of its images. */
interface Ran {
  readonly addOn: AddOn;
  readonly image: string;
}

/** By account of a namespace: the add-on that alone runs as it; null where something else does; absent where nothing does. */
function addOnsIn(view: ClusterView, namespace: string): ReadonlyMap<string, Ran | null> {
  return view.derive(
    'rbac/add-ons',
    namespace,
    (inner) => {
      const found = new Map<string, Ran | null>();
      for (const { account, spec } of accountPods(inner, namespace)) {
        const ran = ranBy(spec.containers.map((one) => one.image));
        const there = found.get(account);
        found.set(account, there === undefined || there?.addOn === ran?.addOn ? (there ?? ran) : null);
      }
      return found;
    },
    (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]),
  );
}

/** The add-on of a pod's main images; sidecars of others (a mesh, a log shipper) do not matter beside one of its own. */
function ranBy(images: readonly string[]): Ran | null {
  for (const image of images) {
    const own = parseImage(image)?.repository ?? '';
    const addOn = ADD_ONS.find((one) => one.images.some((repository) => isOfRepository(own, repository)));
    if (addOn !== undefined) return { addOn, image: own };
  }
  return null;
}
