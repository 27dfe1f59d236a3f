import { countText } from '../kube/count-text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 pods`, `1 pod`: the unit is given in the plural. */
export function unitText(count: number, plural: string): string {
  return `${countText(count)} ${count === 1 ? singular(plural) : plural}`;
}

/** An age as kubectl writes it: `45s`, `12m`, `5h`, `41d`, `3y`. Milliseconds. */
export function ageText(milliseconds: number): string {
  const age = Math.max(0, milliseconds);
  if (age < 2 * MINUTE) return `${Math.floor(age / 1000)}s`;
  if (age < 3 * HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < 2 * DAY) return `${Math.floor(age / HOUR)}h`;
  if (age < 2 * 365 * DAY) return `${Math.floor(age / DAY)}d`;
  return `${Math.floor(age / (365 * DAY))}y`;
}

/** `10:14` in UTC, as audit logs, evidence and `as-of` tell times. */
export function clockText(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

function singular(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  return plural.endsWith('s') ? plural.slice(0, -1) : plural;
}
