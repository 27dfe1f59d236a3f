import { auditGroup } from '../../analyses/audit/audit-groups.ts';
import type { AuditGroup } from '../../model/audit-group.ts';
import type { Finding } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { shellWord } from '../../kube/shell-word.ts';

const HOUR = 3_600_000;

/** The group of detections that a finding stands for; undefined where the log does not hold it any more. */
export function groupOf(finding: Finding, view: ClusterView): AuditGroup | undefined {
  const data = finding.data as { readonly group?: unknown } | undefined;
  return typeof data?.group === 'string' ? auditGroup(view, data.group) : undefined;
}

/** What the commands of `saveFirst` are there for, in one sentence. */
export const SAVE_FIRST = 'The first commands save what would be lost: logs and the state of a pod go with it.';

/** An object to save, by the name of its resource; '' for no namespace. */
interface Saved {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The evidence of a group of detections, as commands that write it to files before anything is changed. */
export function saveFirst({ actor, first, last }: AuditGroup, objects: readonly Saved[]): readonly string[] {
  const [from, to] = [first - HOUR, last + HOUR].map((time) => new Date(time).toISOString());
  const who = actor.username === '' ? '' : ` --actor ${shellWord(actor.username)}`;
  const events = `k8sec audit --events --audit-log LOG${who} --since-time ${from} --until-time ${to} -o json`;
  return [
    `${events} > evidence-events.ndjson`,
    ...objects.flatMap(({ resource, namespace, name }) => {
      const file = ['evidence', resource, namespace, name]
        .filter((part) => part !== '')
        .join('-')
        .replaceAll(/[^\w.-]+/g, '-');
      const scope = namespace === '' ? '' : ` -n ${shellWord(namespace)}`;
      const whole = `kubectl${scope} get ${resource} ${shellWord(name)} -o yaml > ${file}.yaml`;
      if (resource !== 'pods') return [whole];
      return [whole, `kubectl${scope} logs ${shellWord(name)} --all-containers --timestamps > ${file}.log`];
    }),
  ];
}
