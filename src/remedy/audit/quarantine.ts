/**
 * Cuts the pods concerned off the network: a policy that allows nothing selects a label, and the label is put on the
 * pods. NetworkPolicy only adds up: what another policy allows for such a pod stays allowed
 * (kubernetes.io/docs/concepts/services-networking/network-policies, "The two sorts of pod isolation").
 */
import { eventsOf } from '../../analyses/audit/audit-groups.ts';
import { QUARANTINE_LABEL } from '../../kube/generated-labels.ts';
import type { AuditGroup } from '../../model/audit-group.ts';
import type { PodObject } from '../../model/objects.ts';
import { matches } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { freePolicyName, policyDocument } from '../network/policy-document.ts';
import type { Remedy, RemedyDraft } from '../remedy.ts';
import { groupOf, SAVE_FIRST, saveFirst } from './audit-finding.ts';
import { kubectl } from '../kubectl.ts';

const MOST_PODS = 20;
const EXTRA_POD = 'authentication.kubernetes.io/pod-name';

export const quarantine: Remedy = {
  id: 'audit/quarantine',
  title: 'Cut the pods concerned off the network',
  safety: 'review',
  build(finding, view) {
    const group = groupOf(finding, view);
    if (group === undefined) return { refused: 'The log does not hold these requests any more.' };
    const pods = podsOf(group, view);
    const namespace = pods[0]?.namespace;
    if (namespace === undefined) return { refused: 'The events name no pod that is still there.' };
    return isolated(view, group, namespace, pods.filter((pod) => pod.namespace === namespace).slice(0, MOST_PODS));
  },
};

/** The pods that the actor's tokens belong to; where they belong to none, the pods that were entered. */
function podsOf(group: AuditGroup, view: ClusterView): readonly PodObject[] {
  const found = new Map<string, PodObject>();
  const add = (namespace: string, name: string): void => {
    const pod = name === '' ? undefined : view.get('Pod', namespace, name);
    if (pod !== undefined) found.set(`${namespace}/${name}`, pod);
  };
  const events = eventsOf(group);
  const home = /^system:serviceaccount:([^:]*):/.exec(group.actor.username)?.[1] ?? '';
  for (const event of events) add(home, event.user.extra[EXTRA_POD]?.[0] ?? '');
  if (found.size > 0) return [...found.values()];
  for (const { object } of events) if (object?.resource === 'pods') add(object.namespace, object.name);
  return [...found.values()];
}

function isolated(view: ClusterView, group: AuditGroup, namespace: string, pods: readonly PodObject[]): RemedyDraft {
  const name = freePolicyName(view, namespace, 'k8sec-quarantine');
  const policy = policyDocument(view, namespace, name, {
    podSelector: { matchLabels: { [QUARANTINE_LABEL]: 'true' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: null,
    egress: null,
  });
  const others = view
    .list('NetworkPolicy', namespace)
    .filter((one) => pods.some((pod) => matches(one.podSelector, pod.labels)));
  const patches = pods.map((pod) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace, labels: { [QUARANTINE_LABEL]: 'true' } },
  }));
  const onHost = pods.filter((pod) => pod.spec.hostNetwork);
  return {
    note:
      `${SAVE_FIRST} Open connections may stay open until they end. The pod keeps its other labels, so that its controller ` +
      'does not replace it and its Services still name it; take the labels of its selector away to have it replaced.',
    manifests: [policy.manifest, ...patches],
    comments: [
      ...policy.comments.map((one) => ({ ...one, document: 0 })),
      {
        document: 0,
        path: ['spec', 'policyTypes'],
        text: 'nothing is allowed in or out, unless another policy allows it',
      },
    ],
    use: {
      type: 'steps',
      commands: [
        ...saveFirst(
          group,
          pods.map((pod) => ({ resource: 'pods', namespace, name: pod.name })),
        ),
        'kubectl apply -f FILE  # the first document',
        ...pods.map((pod) => kubectl`-n ${namespace} label pod ${pod.name} ${QUARANTINE_LABEL}=true`),
      ],
    },
    changes: [
      policy.change,
      ...pods.map(
        (pod) =>
          ({ type: 'upsert', object: { ...pod, labels: { ...pod.labels, [QUARANTINE_LABEL]: 'true' } } }) as const,
      ),
    ],
    effects: [
      `isolates ${pods.map((pod) => pod.name).join(', ')}`,
      ...others.map((one) => `what NetworkPolicy ${one.name} allows stays allowed`),
      ...onHost.map((pod) => `${pod.name} is on the network of its node, where no NetworkPolicy holds`),
    ],
  };
}
