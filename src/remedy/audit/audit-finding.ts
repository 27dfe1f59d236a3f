import { auditGroup } from '../../analyses/audit/audit-groups.ts';
import type { AuditGroup } from '../../model/audit-group.ts';
import type { Finding } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** The group of detections that a finding stands for; undefined where the log does not hold it any more. */
export function groupOf(finding: Finding, view: ClusterView): AuditGroup | undefined {
  const data = finding.data as { readonly group?: unknown } | undefined;
  return typeof data?.group === 'string' ? auditGroup(view, data.group) : undefined;
}

/** What to save before anything is changed, in one sentence. */
export const SAVE_FIRST =
  'Save first: the audit log of that time, the pod as YAML, its logs, and its node name; they go with the pod.';
