const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** An age as kubectl's AGE column writes it in one unit: `41d`, `3h`, `5m`, `12s`; `-` where it is not known. */
export function ageText(now: number, since: number | null): string {
  if (since === null) return '-';
  const age = Math.max(0, now - since);
  for (const [unit, length] of UNITS) {
    if (age >= length) return `${Math.floor(age / length)}${unit}`;
  }
  return '0s';
}

/** The day of a time in milliseconds since the epoch, in UTC: `2026-11-23`. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
