import { askedText } from '../../analyses/labels/selector-edits.ts';
import { selected } from '../../analyses/labels/selectable.ts';
import { namespacesSeen } from '../../analyses/labels/label-referrers.ts';
import { ownSelectors, type PolicyObject } from '../../analyses/labels/wider-selectors.ts';
import { withLabels } from '../../kube/calico-selector.ts';
import { withCiliumLabels } from '../../kube/cilium-policy.ts';
import { objectOf, selectorOf, stringOf, type JsonObject } from '../../kube/network-policy-json.ts';
import { selectorText } from '../../kube/selector.ts';
import { someOf } from '../../kube/some-of.ts';
import type { ObjectRef } from '../../model/finding.ts';
import { apiVersionOf, kindInfo, kindOf } from '../../model/kind.ts';
import type { LabelSelector, SelectorEdit } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { kubectl } from '../kubectl.ts';
import type { Manifest, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { mergePatch } from './selector-patch.ts';

/** The field that holds the selector of whom a policy applies to. */
const FIELDS = {
  CiliumNetworkPolicy: 'endpointSelector',
  CiliumClusterwideNetworkPolicy: 'endpointSelector',
  CalicoNetworkPolicy: 'selector',
  CalicoGlobalNetworkPolicy: 'selector',
} as const;

type PluginPolicy = PolicyObject & { readonly kind: keyof typeof FIELDS };

/** The policy of a network plugin that a finding is about; undefined for anything else. */
export function pluginPolicy(view: ClusterView, subject: ObjectRef): PluginPolicy | undefined {
  const kind = kindOf(subject.apiVersion, subject.kind);
  if (kind === undefined || !isPluginKind(kind)) return undefined;
  return view.get(kind, subject.namespace ?? '', subject.name);
}

function isPluginKind(kind: string): kind is PluginPolicy['kind'] {
  return kind in FIELDS;
}

/**
 * Writes the labels that are meant into the selector of a policy of Cilium or Calico, and leaves the rest as it is.
 *
 * @param edits what is asked for, and what is meant, by plain labels
 */
export function ofPluginPolicy(
  view: ClusterView,
  policy: PluginPolicy,
  edits: readonly SelectorEdit[],
): RemedyDraft | RemedyRefusal {
  const [own, more] = ownSelectors(policy);
  const [spec] = policy.specs.map(objectOf);
  if (own === undefined || more !== undefined || spec === undefined || policy.isListed === true) {
    return { refused: 'The policy has several specifications: correct the selector in the one that selects nothing.' };
  }
  const field = FIELDS[policy.kind];
  const changed = changedSelector(policy, spec, edits);
  const after: PluginPolicy = { ...policy, specs: [{ ...spec, [field]: changed?.value }] };
  const selects = changed === undefined ? [] : ownersOf(view, after);
  if (changed === undefined || selects.length === 0) {
    return { refused: 'The label does not stand in the selector in a way that could be changed alone.' };
  }
  return {
    note: 'Check that the label is what the policy was meant for: pods that it selects from now on are held to it. If the label of the pods is the one that is wrong, correct it there instead.',
    manifests: [
      {
        apiVersion: apiVersionIn(view, policy),
        kind: kindInfo(policy.kind).kind,
        metadata: { name: policy.name, ...(policy.namespace === '' ? {} : { namespace: policy.namespace }) },
        spec: { [field]: changed.patch },
      },
    ],
    comments: [
      {
        document: 0,
        path: ['spec', field],
        text: `asked for ${edits.map(({ from }) => askedText(from)).join(', ')}, which nothing has`,
      },
    ],
    use: { type: 'patch', commands: [command(view, policy)] },
    changes: [{ type: 'upsert', object: after }],
    effects: [
      `with ${edits.flatMap(({ to }) => (to === null ? [] : askedText(to))).join(', ')} it selects ${someOf(selects, 5)}`,
    ],
  };
}

interface Changed {
  /** The field as it then is. */
  readonly value: unknown;
  readonly patch: Manifest | string;
}

function changedSelector(
  { kind }: PluginPolicy,
  spec: JsonObject,
  edits: readonly SelectorEdit[],
): Changed | undefined {
  if (FIELDS[kind] === 'selector') {
    const text = withLabels(stringOf(spec['selector']) ?? '', edits);
    return text === undefined ? undefined : { value: text, patch: text };
  }
  const before = selectorOf(spec['endpointSelector']);
  if (before === undefined) return undefined;
  const value = withCiliumLabels(before, edits);
  return selectorText(value) === selectorText(before) ? undefined : { value, patch: smallestPatch(before, value) };
}

/** A merge patch of nothing but what differs; a list of expressions is replaced as a whole. */
function smallestPatch(before: LabelSelector, after: LabelSelector): Manifest {
  const labels = Object.entries(mergePatch(before.matchLabels ?? {}, after.matchLabels ?? {})).filter(
    ([key, value]) => before.matchLabels?.[key] !== value,
  );
  if (labels.length > 0) return { matchLabels: Object.fromEntries(labels) };
  const expressions = (after.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    values.length === 0 ? { key, operator } : { key, operator, values },
  );
  return { matchExpressions: expressions };
}

function ownersOf(view: ClusterView, policy: PluginPolicy): readonly string[] {
  const owners = ownSelectors(policy).flatMap((own) =>
    namespacesSeen(view, own, policy.namespace).flatMap((name) =>
      selected(view, own.selector, name).map(({ owner }) => owner),
    ),
  );
  return [...new Set(owners)].sort();
}

/** Calico's policies are also served by a group of their own kind, where its API server does not run. */
function apiVersionIn(view: ClusterView, policy: PluginPolicy): string {
  const read = view.coverage().find((one) => one.kind === policy.kind)?.apiVersion ?? '';
  return read === '' ? apiVersionOf(policy.kind) : read;
}

function command(view: ClusterView, policy: PluginPolicy): string {
  const [group = ''] = apiVersionIn(view, policy).split('/');
  // Kubernetes has a resource of the same name.
  const resource = `${kindInfo(policy.kind).resource}.${group}`;
  return policy.namespace === ''
    ? kubectl`patch ${resource} ${policy.name} --type=merge --patch-file FILE`
    : kubectl`patch ${resource} ${policy.name} -n ${policy.namespace} --type=merge --patch-file FILE`;
}
