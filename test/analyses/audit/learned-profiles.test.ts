import { expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { LearnedProfiles } from '../../../src/model/learned-profiles.ts';
import { learnedText, parseLearned } from '../../../src/sources/audit/learned-file.ts';
import { normalised, rawEvent } from '../../sources/audit/raw-events.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const LEARNED = ['new-user-agent-or-address', 'first-use', 'unusual-burst', 'unusual-path'];

function request(seconds: number, resource: string, parts: Record<string, unknown> = {}): AuditEvent {
  return normalised(
    rawEvent({
      verb: 'get',
      requestURI: `/api/v1/namespaces/shop/${resource}/x`,
      user: { username: 'alice', groups: [] },
      objectRef: { resource, namespace: 'shop', name: 'x' },
      requestReceivedTimestamp: new Date(START + seconds * 1000).toISOString(),
      ...parts,
    }),
  );
}

/** What a run over some requests learned, as the next one reads it from the file. */
function saved(events: readonly AuditEvent[], before: LearnedProfiles | null = null): LearnedProfiles {
  const intake = createAuditIntake({ learned: before });
  intake.push(events);
  return parseLearned(learnedText(intake.learned()), 'profiles.json');
}

function detected(events: readonly AuditEvent[], learned: LearnedProfiles | null): readonly string[] {
  const intake = createAuditIntake({ learned });
  intake.push(events);
  return [...intake.state().groups.values()].map(({ detection }) => detection).filter((one) => LEARNED.includes(one));
}

const BEFORE = [request(0, 'pods'), request(60, 'configmaps')];
const STRANGE = [
  request(7200, 'endpoints'),
  request(7201, 'pods', { userAgent: 'curl/8', sourceIPs: ['203.0.113.7'] }),
  request(7202, '', { requestURI: '/wp-login.php', objectRef: undefined }),
  ...Array.from({ length: 250 }, (_, at) => request(7300 + at, 'pods')),
];

it('shows what is new about a principal with a saved profile, and hides it without', () => {
  expect(detected(STRANGE, null)).toEqual([]);
  expect([...detected(STRANGE, saved(BEFORE))].sort()).toEqual([...LEARNED].sort());
});

it('says nothing of what a saved profile knows', () => {
  const known = [request(7200, 'pods'), request(7260, 'configmaps')];
  expect(detected(known, saved(BEFORE))).toEqual([]);
});

it('learns on from run to run', () => {
  const second = saved(STRANGE, saved(BEFORE));
  // A path that the API server does not have is nothing to get used to.
  expect(detected(STRANGE, second)).toEqual(['unusual-path']);
  expect(second['first-use']?.profiles.map(({ name, first }) => [name, first])).toEqual([['alice', START]]);
  expect(second['unusual-burst']?.profiles[0]?.edges['pods']).toBe(251);
});

it('counts who is still learned of: those with less than a week and no saved profile', () => {
  const intake = createAuditIntake({ learned: saved(BEFORE) });
  const other = { user: { username: 'bob', groups: [] } };
  intake.push([request(7200, 'pods'), request(7201, 'pods', other)]);
  expect(intake.state().learning).toEqual({ principals: 2, warmingUp: 1 });
  intake.push([request(7201 + 7 * 86_400, 'pods', other)]);
  expect(intake.state().learning).toEqual({ principals: 2, warmingUp: 0 });
});

it.each([
  ['{"apiVersion":"k8sec/v1"', 'it is no JSON object'],
  ['[]', 'it is no JSON object'],
  ['{"apiVersion":"v1","kind":"Pod"}', 'it has no profiles (kind LearnedProfiles of k8sec/v1)'],
  ['{"apiVersion":"k8sec/v1","kind":"LearnedProfiles"}', 'it has no detections'],
  ['{"apiVersion":"k8sec/v1","kind":"LearnedProfiles","detections":{"first-use":3}}', 'first-use is no object'],
])('refuses %s as saved profiles', (text, reason) => {
  expect(() => parseLearned(text, 'p.json')).toThrow(`--learned p.json: ${reason}; move it away to learn anew`);
});

it('leaves damaged profiles out', () => {
  const profile = { name: 'alice', first: START, novel: -1, edges: { a: 2, b: 'x' }, agents: [1, 'kubectl'] };
  const text = JSON.stringify({
    apiVersion: 'k8sec/v1',
    kind: 'LearnedProfiles',
    detections: { 'first-use': { first: 'never', profiles: [profile, { name: 'bob' }, 7] } },
  });
  expect(parseLearned(text, 'p.json')).toEqual({
    'first-use': {
      first: null,
      profiles: [{ name: 'alice', first: START, novel: 0, edges: { a: 2 }, agents: ['kubectl'], addresses: [] }],
    },
  });
});
