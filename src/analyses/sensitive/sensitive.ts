/** What a finding has to do with what the config file calls sensitive. */
import { matches } from '../../kube/selector.ts';
import type { AuditObjectRef } from '../../model/audit-event.ts';
import type { AuditGroup, AuditHour } from '../../model/audit-group.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { isNamed, sensitivePods } from '../as-of/target.ts';
import { auditGroup, eventsOf } from '../audit/audit-groups.ts';
import { workloadNamespaces, workloads } from '../workload/workloads.ts';

/** Pods that the config file calls sensitive, by their workload. */
interface SensitiveWorkload {
  readonly kind: string;
  readonly name: string;
  /** Such as `StatefulSet data/pg holds Secret pg`. */
  readonly text: string;
  /** Of each class of its pods. */
  readonly labels: readonly Labels[];
}

const UP: Readonly<Record<Severity, Severity>> = {
  critical: 'critical',
  high: 'critical',
  medium: 'high',
  low: 'medium',
  info: 'low',
};

export function oneLevelUp(severity: Severity): Severity {
  return UP[severity];
}

/** Why a finding is about something sensitive, in words; null where it is not, or the config file names nothing. */
export function sensitiveReason(
  view: ClusterView,
  { subject, data }: Pick<Finding, 'subject' | 'data'>,
): string | null {
  const { sensitive } = view.facts();
  if (sensitive === undefined || sensitive === null) return null;
  const { kind, name } = subject;
  const namespace = subject.namespace ?? '';
  switch (kind) {
    case 'Actor': {
      const key = (data as { readonly group?: unknown } | undefined)?.group;
      const group = typeof key === 'string' ? auditGroup(view, key) : undefined;
      return group === undefined ? null : sensitiveRequests(view, group, group.hours);
    }
    case 'Secret':
      return isNamed(sensitive.secrets, namespace, name) ? `Secret ${namespace}/${name}` : null;
    case 'PersistentVolumeClaim':
      return isNamed(sensitive.volumes, namespace, name) ? `PersistentVolumeClaim ${namespace}/${name}` : null;
    case 'Namespace':
      return first(sensitiveWorkloads(view, name));
    case 'RoleBinding':
      return first(sensitiveWorkloads(view, namespace));
    case 'Service': {
      const selector = view.get('Service', namespace, name)?.selector ?? null;
      const hasAny = selector !== null && Object.keys(selector).length > 0;
      return hasAny ? selected(view, namespace, { matchLabels: selector }) : null;
    }
    case 'NetworkPolicy': {
      const policy = view.get('NetworkPolicy', namespace, name);
      return policy === undefined ? null : selected(view, namespace, policy.podSelector);
    }
    default:
      return sensitiveWorkloads(view, namespace).find((one) => one.kind === kind && one.name === name)?.text ?? null;
  }
}

/**
 * Which sensitive pod, Secret or claim one of some requests of an actor was for; null where none was, or where the
 * actor is expected to make them.
 */
export function sensitiveRequests(
  view: ClusterView,
  { actor }: Pick<AuditGroup, 'actor'>,
  hours: readonly Pick<AuditHour, 'events'>[],
): string | null {
  if ((view.facts().sensitive ?? null) === null || actor.deployer) return null;
  for (const { object } of eventsOf({ hours })) {
    const reason = object === null ? null : requested(view, object);
    if (reason !== null) return reason;
  }
  return null;
}

function requested(view: ClusterView, { resource, apiGroup, namespace, name }: AuditObjectRef): string | null {
  const { sensitive } = view.facts();
  if (apiGroup !== '' || sensitive === undefined || sensitive === null) return null;
  switch (resource) {
    case 'pods': {
      const pod = view.get('Pod', namespace, name);
      const reason = pod === undefined ? null : sensitivePods(sensitive)(pod);
      return reason === null ? null : `Pod ${namespace}/${name} ${reason}`;
    }
    case 'secrets':
      if (name !== '') return isNamed(sensitive.secrets, namespace, name) ? `Secret ${namespace}/${name}` : null;
      // A list holds those of the sensitive workloads too.
      return (
        (namespace === '' ? workloadNamespaces(view) : [namespace])
          .map((one) => first(sensitiveWorkloads(view, one)))
          .find((reason) => reason !== null) ?? null
      );
    case 'persistentvolumeclaims':
      return name !== '' && isNamed(sensitive.volumes, namespace, name)
        ? `PersistentVolumeClaim ${namespace}/${name}`
        : null;
    default:
      return null;
  }
}

/** The workloads of a namespace whose pods are sensitive. */
function sensitiveWorkloads(view: ClusterView, namespace: string): readonly SensitiveWorkload[] {
  return view.derive(
    'sensitive-workloads',
    namespace,
    (inner) => {
      const { sensitive } = inner.facts();
      if (sensitive === undefined || sensitive === null) return [];
      const reasonFor = sensitivePods(sensitive);
      return workloads(inner, namespace).flatMap(({ ref: { kind, name }, classes }): SensitiveWorkload[] => {
        const reason = classes.map(reasonFor).find((one) => one !== null);
        if (reason === undefined || reason === null) return [];
        return [
          { kind, name, text: `${kind} ${namespace}/${name} ${reason}`, labels: classes.map((one) => one.labels) },
        ];
      });
    },
    deepEqual,
  );
}

function selected(view: ClusterView, namespace: string, selector: LabelSelector): string | null {
  for (const { text, labels } of sensitiveWorkloads(view, namespace)) {
    if (labels.some((one) => matches(selector, one))) return text;
  }
  return null;
}

function first(found: readonly SensitiveWorkload[]): string | null {
  return found[0]?.text ?? null;
}
