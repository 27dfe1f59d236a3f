import { isObject, objectAt, objectsAt, parseObject, textAt, textsAt, type JsonObject } from '../../kube/audit-json.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { LearnedBook, LearnedProfile, LearnedProfiles } from '../../model/learned-profiles.ts';

const API_VERSION = 'k8sec/v1';
const KIND = 'LearnedProfiles';

/** Saved profiles that cannot be used; the message names the file and what is wrong with it. */
export class LearnedFileError extends Error {}

/** The text of a file of saved profiles. */
export function learnedText(learned: LearnedProfiles): string {
  return `${JSON.stringify({ apiVersion: API_VERSION, kind: KIND, detections: learned })}\n`;
}

/**
 * Reads saved profiles.
 *
 * @param source for messages
 * @throws LearnedFileError where the text is none, or only a part of one: what was learned would seem new
 */
export function parseLearned(text: string, source: string): LearnedProfiles {
  const fail = (reason: string): never => {
    throw new LearnedFileError(`--learned ${source}: ${reason}; move it away to learn anew`);
  };
  const raw = parseObject(text) ?? fail('it is no JSON object');
  if (raw['apiVersion'] !== API_VERSION || raw['kind'] !== KIND)
    fail(`it has no profiles (kind ${KIND} of ${API_VERSION})`);
  const detections = objectAt(raw, 'detections') ?? fail('it has no detections');
  return Object.fromEntries(
    Object.entries(detections).map(([name, book]) => [
      name,
      bookOf(isObject(book) ? book : fail(`${sanitise(name)} is no object`)),
    ]),
  );
}

function bookOf(raw: JsonObject): LearnedBook {
  return { first: numberAt(raw, 'first'), profiles: objectsAt(raw, 'profiles').flatMap(profileOf) };
}

function profileOf(raw: JsonObject): LearnedProfile[] {
  const name = textAt(raw, 'name');
  const first = numberAt(raw, 'first');
  if (name === '' || first === null) return [];
  const edges = Object.entries(objectAt(raw, 'edges') ?? {}).filter(
    (edge): edge is [string, number] => typeof edge[1] === 'number' && edge[1] >= 0,
  );
  return [
    {
      name,
      first,
      novel: Math.max(0, numberAt(raw, 'novel') ?? 0),
      edges: Object.fromEntries(edges),
      agents: textsAt(raw, 'agents'),
      addresses: textsAt(raw, 'addresses'),
    },
  ];
}

function numberAt(raw: JsonObject, key: string): number | null {
  const value = raw[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
