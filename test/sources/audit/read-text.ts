import { Readable } from 'node:stream';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditGroup } from '../../../src/model/audit-group.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';

/** What the text of a log holds, and what is detected in it. */
export interface ReadText {
  readonly events: readonly AuditEvent[];
  /** By group key. */
  readonly groups: ReadonlyMap<string, AuditGroup>;
}

export async function readText(text: string): Promise<ReadText> {
  const intake = createAuditIntake();
  const all: AuditEvent[] = [];
  await readAuditLog(['-'], {
    stdin: Readable.from([Buffer.from(text)]),
    onEvents: (events) => {
      all.push(...events);
      intake.push(events);
    },
  });
  return { events: all, groups: intake.state().groups };
}

/** What of the groups a person is told, without the events themselves. */
export function told({ groups }: ReadText): unknown {
  return Array.from(groups.values(), ({ key, severity, count, hours }) => [
    key,
    severity,
    count,
    hours.map(({ text, auditIDs, also }) => [text, auditIDs, also]),
  ]);
}
