import type { FindingChanges } from '../engine/engine.ts';
import type { Finding } from '../model/finding.ts';
import { isAboutActor, shortTitle, subjectText } from './subject-text.ts';
import type { FeedEntry } from './session-model.ts';

const MAX_ENTRIES = 200;
/** More than this at once (a namespace deleted, a rule of many subjects) is told as one line. */
const MAX_AT_ONCE = 20;

/** What opened and closed while the session looked. */
export class ChangeFeed {
  #entries: readonly FeedEntry[] = [];
  #opened: ReadonlyMap<string, number> = new Map();

  /** Newest first. */
  get entries(): readonly FeedEntry[] {
    return this.#entries;
  }

  /** When the findings that are open and new opened. */
  get opened(): ReadonlyMap<string, number> {
    return this.#opened;
  }

  add(changes: Pick<FindingChanges, 'opened' | 'closed'>, now: number): void {
    if (changes.opened.length === 0 && changes.closed.length === 0) return;
    const opened = new Map(this.#opened);
    for (const finding of changes.closed) opened.delete(finding.id);
    for (const finding of changes.opened) opened.set(finding.id, now);
    this.#opened = opened;
    this.#push([...entriesOf('opened', changes.opened, now), ...entriesOf('closed', changes.closed, now)]);
  }

  note(text: string, now: number): void {
    this.#push([noteOf(text, now)]);
  }

  /**
   * Lines that are no findings; the newest first.
   *
   * @param what the rest, where there are too many: `subjects gained or lost rights`
   */
  tell(entries: readonly FeedEntry[], what: string, now: number): void {
    if (entries.length === 0) return;
    const more = entries.length - MAX_AT_ONCE;
    const rest = more <= 0 ? [] : [noteOf(`${more} more ${what}`, now)];
    this.#push([...entries.slice(0, MAX_AT_ONCE), ...rest]);
  }

  /** Puts other words for lines that are there; a line that left the feed is left out. */
  replace(pairs: readonly (readonly [FeedEntry, FeedEntry])[]): void {
    if (pairs.length === 0) return;
    const words = new Map(pairs);
    this.#entries = this.#entries.map((entry) => words.get(entry) ?? entry);
  }

  #push(entries: readonly FeedEntry[]): void {
    this.#entries = [...entries, ...this.#entries].slice(0, MAX_ENTRIES);
  }
}

function entriesOf(type: 'opened' | 'closed', findings: readonly Finding[], time: number): readonly FeedEntry[] {
  const shown = findings.slice(0, MAX_AT_ONCE).map((finding): FeedEntry => {
    const about = isAboutActor(finding) ? {} : { about: subjectText(finding.subject) };
    return { time, type, severity: finding.severity, text: shortTitle(finding), ...about, finding: finding.id };
  });
  const more = findings.length - MAX_AT_ONCE;
  if (more <= 0) return shown;
  return [...shown, noteOf(`${more} more findings ${type}`, time)];
}

function noteOf(text: string, time: number): FeedEntry {
  return { time, type: 'note', severity: null, text, finding: '' };
}
