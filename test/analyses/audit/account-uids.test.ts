import { describe, expect, it } from 'vitest';
import { AccountUids } from '../../../src/analyses/audit/account-uids.ts';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { auditCoverageText } from '../../../src/analyses/audit/blind-spots.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { normalised, rawEvent } from '../../sources/audit/raw-events.ts';
import { auditNotes } from './audit-notes.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const ACCOUNT = 'system:serviceaccount:kube-system:replicaset-controller';

function by(uid: string, minute: number, username = ACCOUNT): AuditEvent {
  const requestReceivedTimestamp = new Date(START + minute * 60_000).toISOString();
  return normalised(rawEvent({ user: { username, uid, groups: [] }, requestReceivedTimestamp }));
}

const NO_UID = { user: { username: ACCOUNT, groups: [] } };

describe('the uids of service accounts', () => {
  it.each<readonly [string, readonly AuditEvent[], boolean]>([
    ['one account', [by('a', 0), by('a', 60)], false],
    ['an account that was made again', [by('a', 0), by('a', 5), by('b', 6), by('b', 60)], false],
    ['a token that outlives its account for a moment', [by('a', 0), by('b', 5), by('a', 5.1), by('b', 60)], false],
    ['two accounts in turns', [by('a', 0), by('b', 5), by('a', 10)], true],
    ['two logs one after the other', [by('a', 0), by('a', 60), by('b', 10), by('b', 70)], true],
    ['users that are no service accounts', [by('a', 0, 'ann'), by('b', 5, 'ann'), by('a', 10, 'ann')], false],
    ['requests without a uid', [by('a', 0), normalised(rawEvent(NO_UID)), by('a', 10)], false],
    ['an account of one cluster only', [by('a', 0), by('b', 5, `${ACCOUNT}-2`), by('a', 10)], false],
  ])('tell of %s', (_, events, isContradiction) => {
    const accounts = new AccountUids();
    for (const event of events) accounts.add([event]);
    expect(accounts.contradiction()).toBe(
      isContradiction ? `the user ${ACCOUNT} is two service accounts at once (UID a and b)` : null,
    );
  });

  it('are said with what the log covers', () => {
    const intake = createAuditIntake();
    intake.push([by('a', 0), by('b', 5), by('a', 10)]);
    intake.note(auditNotes({ source: 'audit.log', lines: 3, first: START, last: START }));
    expect(auditCoverageText(intake.state())).toMatch(/^log: of several clusters, Metadata/);
  });
});
