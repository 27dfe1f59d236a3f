import { isDryRun } from '../../kube/request-uri.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditWrite } from '../../model/audit-state.ts';
import { kindInfo } from '../../model/kind.ts';
import { WRITTEN_KINDS } from '../../model/written-kinds.ts';
import { isWriteVerb, outcomeOf } from './request.ts';

/** Writes that are kept of each API group, so that many of workloads don't drive those of policies out: 0.2 KB each. */
const MOST = 1_000;

const WRITTEN: ReadonlySet<string> = new Set(
  WRITTEN_KINDS.map((kind) => `${kindInfo(kind).group}/${kindInfo(kind).resource}`),
);

/** The newest writes of what people write, by API group. */
export class RecentWrites {
  readonly #byGroup = new Map<string, AuditWrite[]>();

  add(events: readonly AuditEvent[]): void {
    for (const event of events) {
      const write = writeOf(event);
      if (write === undefined) continue;
      let own = this.#byGroup.get(write.apiGroup);
      if (own === undefined) this.#byGroup.set(write.apiGroup, (own = []));
      own.push(write);
      // Trimmed now and then only: moving them for every event would cost more than it saves.
      if (own.length > 2 * MOST) own.splice(0, own.length - MOST);
    }
  }

  /** Those of a group in the order in which they came. */
  writes(): readonly AuditWrite[] {
    return [...this.#byGroup.values()].flatMap((own) => own.slice(-MOST));
  }
}

/** undefined for what was refused, was only tried (`dryRun`), or is about a part such as the status. */
function writeOf(event: AuditEvent): AuditWrite | undefined {
  const { object, verb, stage, time, user, requestURI } = event;
  if (object === null || object.subresource !== '' || !isWriteVerb(verb)) return undefined;
  if (stage === 'RequestReceived' || outcomeOf(event) !== 'done') return undefined;
  const { resource, namespace, name } = object;
  const apiGroup = object.apiGroup === 'crd.projectcalico.org' ? 'projectcalico.org' : object.apiGroup;
  if (!WRITTEN.has(`${apiGroup}/${resource}`) || isDryRun(requestURI)) return undefined;
  return { time, verb, username: user.username, apiGroup, resource, namespace, name };
}
