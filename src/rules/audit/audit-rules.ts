/**
 * One rule per detection of the table (`analyses/audit/detections/table.ts`): a group of detections of one actor becomes
 * one finding, whose key holds no hour, so that waivers and baselines outlive the day. What the cluster says about the
 * pods concerned and about the binding that allowed it is joined here.
 * Event fields: kubernetes/apiserver pkg/apis/audit/v1/types.go.
 */
import { eventsOf } from '../../analyses/audit/audit-groups.ts';
import { DETECTIONS } from '../../analyses/audit/detections/table.ts';
import type { Detection } from '../../analyses/audit/detections/detection.ts';
import { parseGrantReason } from '../../kube/audit-reason.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditGroup, AuditHour } from '../../model/audit-group.ts';
import { severityRank, type Evidence, type FindingDraft, type ObjectRef } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule, type Rule } from '../rule.ts';

/** Hours told one by one; the newest. */
const MOST_HOURS = 5;
const MOST_PODS = 10;
/** The shared benchmark of all detections: MITRE ATT&CK for Containers. */
const ATTACK_VERSION = '17';
const RBAC_API = 'rbac.authorization.k8s.io/v1';

/** A rule for each detection, in the order of the table. */
export const AUDIT_RULES: readonly Rule[] = DETECTIONS.map((detection) =>
  rule({
    id: `audit/${detection.name}`,
    subject: 'AuditGroup',
    summary: detection.summary,
    help: `${detection.advice}${detection.blind === '' ? '' : ` A log of level Metadata does not show ${detection.blind}.`}`,
    references: [{ benchmark: 'mitre-attack', version: ATTACK_VERSION, id: detection.technique }],
    needs: [],
    check: (group, view) => (group.detection === detection.name ? [finding(detection, group, view)] : []),
  }),
);

function finding(detection: Detection, group: AuditGroup, view: ClusterView): FindingDraft {
  const told = group.hours.slice(-MOST_HOURS);
  const worst = worstHour(group);
  const rest = group.hours.length - told.length;
  return {
    severity: group.severity,
    title: worst.title,
    why: `${worst.text}. ${detection.advice}`,
    evidence: [
      ...told.map((hour) => ({ text: `${new Date(hour.hour).toISOString().slice(0, 13)}h: ${hour.text}` })),
      ...(rest > 0 ? [{ text: `and ${rest} earlier hours` }] : []),
      ...alsoEvidence(group),
      ...bindingEvidence(worst, view),
      ...podEvidence(group, view),
      { text: `auditID ${worst.auditIDs.slice(0, 5).join(', ')}` },
    ],
    remedies: remediesOf(group),
    data: { detection: group.detection, group: group.key },
  };
}

/** Only those that have something to work on: a binding that was named, a pod or a certificate request that was. */
function remediesOf(group: AuditGroup): readonly string[] {
  const events = eventsOf(group);
  const hasGrant = group.hours.some((hour) => parseGrantReason(hour.reason) !== null);
  const hasPod = events.some(
    ({ object, user }) =>
      object?.resource === 'pods' || user.extra['authentication.kubernetes.io/pod-name'] !== undefined,
  );
  const hasRequest = group.detection === 'csr-created-or-approved';
  // What is no more than routine is no reason to change every credential.
  const isSuspect = severityRank(group.severity) <= severityRank('medium') && group.actor.username !== '';
  return [
    ...(hasGrant ? ['audit/remove-subject-from-binding'] : []),
    ...(hasPod ? ['audit/quarantine'] : []),
    ...(hasRequest ? ['audit/deny-certificate-request'] : []),
    ...(isSuspect ? ['audit/rotation-list'] : []),
  ];
}

/** The first of the severest hours. */
function worstHour(group: AuditGroup): AuditHour {
  return group.hours.reduce((worst, hour) =>
    severityRank(hour.severity) < severityRank(worst.severity) ? hour : worst,
  );
}

function alsoEvidence(group: AuditGroup): readonly Evidence[] {
  const names = [...new Set(group.hours.flatMap((hour) => hour.also))];
  return names.length === 0 ? [] : [{ text: `the same requests are also ${names.join(', ')}` }];
}

/** The grant that the API server named: the first that it found. */
function bindingEvidence(hour: AuditHour, view: ClusterView): readonly Evidence[] {
  const grant = parseGrantReason(hour.reason);
  if (grant === null) return [];
  const object: ObjectRef = {
    apiVersion: RBAC_API,
    kind: grant.bindingKind,
    namespace: grant.bindingKind === 'RoleBinding' ? grant.namespace : null,
    name: grant.binding,
  };
  const readable = view.readable(grant.bindingKind, grant.namespace);
  const isThere = view.get(grant.bindingKind, grant.namespace, grant.binding) !== undefined;
  const now = isThere ? 'still there' : readable.ok ? 'gone since' : `not readable now (${readable.reason})`;
  return [
    { text: `allowed by ${grant.bindingKind} ${grant.binding} of ${grant.roleKind} ${grant.role} (${now})`, object },
  ];
}

/** What the pods that were entered are now, as far as they are there. */
function podEvidence(group: AuditGroup, view: ClusterView): readonly Evidence[] {
  const pods = new Map<string, AuditEvent>();
  for (const event of eventsOf(group)) {
    if (event.object?.resource === 'pods' && event.object.name !== '') {
      pods.set(`${event.object.namespace}/${event.object.name}`, event);
    }
  }
  return [...pods.values()].slice(0, MOST_PODS).flatMap((event): Evidence[] => {
    const { namespace = '', name = '' } = event.object ?? {};
    const pod = view.get('Pod', namespace, name);
    if (pod === undefined) return [];
    const marks = [
      ...(pod.spec.containers.some((one) => one.securityContext.privileged === true) ? ['is privileged'] : []),
      ...(pod.spec.hostNetwork || pod.spec.hostPID || pod.spec.hostIPC ? ['shares namespaces of its node'] : []),
      `runs as ${namespace}/${pod.spec.serviceAccountName || 'default'}`,
    ];
    const secrets = pod.spec.volumes.flatMap((volume) => volume.sources.filter((one) => one.kind === 'Secret'));
    if (secrets.length > 0)
      marks.push(
        `mounts ${secrets
          .map((one) => `Secret ${one.name}`)
          .slice(0, 3)
          .join(', ')}`,
      );
    return [
      {
        text: `pod ${namespace}/${name} ${marks.join(', ')}`,
        object: { apiVersion: 'v1', kind: 'Pod', namespace, name },
      },
    ];
  });
}
