import type { AuditEvent, AuditUser } from '../../model/audit-event.ts';
import type { Observation } from '../../model/observation.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { KEEP_ACCESSES } from './access-requests.ts';
import type { AuditPast } from './audit-past.ts';
import { runsOf, sliceOf } from './audit-windows.ts';
import { TABLES, type HistoryDatabase, type TableAppender, type TableName } from './history-database.ts';
import type { ImportedSource } from './history-reader.ts';
import { clientValues, principalValues, requestValues, restText, stageNumber } from './history-rows.ts';

/** Values that are remembered to be named again; one that was forgotten gets another number. */
const MOST_REMEMBERED = 50_000;

/** What is known of the log that is read. */
export type SourceState = Omit<ImportedSource, 'id'>;

/** The tables that get only what is not there yet, each with the columns by which a row is known again. */
const STAGED = {
  event: ['audit_id', 'stage', 'time'],
  observation: ['audit_id', 'begun', 'kind', 'namespace', 'name', 'time'],
  doubt: ['audit_id', 'kind', 'namespace', 'time'],
} as const satisfies Partial<Record<TableName, readonly string[]>>;

/** The column by which rows are looked up: it grows from row to row, so that most of a table need not be read. */
const ORDERED = { event: 'time', observation: 'begun', doubt: 'time' } as const;

type Staged = keyof typeof STAGED;
type Named = 'request' | 'principal' | 'client' | 'spec';
const NAMED: readonly Named[] = ['request', 'principal', 'client', 'spec'];

/** Fills a history. An event that is there already, by its id, stage and time, is not written again. */
export class HistoryWriter {
  readonly #database: HistoryDatabase;
  readonly #source: number;
  readonly #names: Readonly<Record<Named, Names>>;
  /** Of the events that were added since the last save. */
  readonly #slices = new Set<number>();
  #appenders: Readonly<Record<Staged | Named, TableAppender>> | undefined;
  #staged = 0;
  #written = 0;

  private constructor(database: HistoryDatabase, source: number, names: Readonly<Record<Named, Names>>) {
    this.#database = database;
    this.#source = source;
    this.#names = names;
  }

  /** @param resumed the log in the history whose reading goes on; null for a new one */
  static async begin(database: HistoryDatabase, resumed: number | null = null): Promise<HistoryWriter> {
    const names = {} as Record<Named, Names>;
    for (const table of NAMED) {
      const [row] = await database.rows(`SELECT coalesce(max(id), 0)::INTEGER AS id FROM ${table}`);
      names[table] = new Names(Number(row?.['id'] ?? 0));
    }
    for (const table of Object.keys(STAGED)) {
      await database.rows(`CREATE TEMP TABLE IF NOT EXISTS staged_${table} AS SELECT * FROM ${table} LIMIT 0`);
    }
    const [last] = await database.rows('SELECT coalesce(max(id), 0)::INTEGER AS id FROM source');
    const writer = new HistoryWriter(database, resumed ?? Number(last?.['id'] ?? 0) + 1, names);
    await writer.#open();
    return writer;
  }

  /** Events that were not there. */
  get written(): number {
    return this.#written;
  }

  /** Events that were added since the last `save`. */
  get staged(): number {
    return this.#staged;
  }

  add(event: AuditEvent, { observations, doubt }: Pick<AuditPast, 'observations' | 'doubt'>): void {
    const to = this.#appenders;
    if (to === undefined) return;
    const { time, auditID, stage, object, requestURI } = event;
    const request = requestValues(event);
    this.#slices.add(sliceOf(time));
    to.event.add([
      time,
      auditID,
      stageNumber(stage),
      this.#names.request.of(request.join('\n'), (id) => to.request.add([id, ...request])),
      this.#principal(event, to.principal),
      this.#names.client.of(`${event.userAgent}\n${event.sourceIPs.join()}`, (id) =>
        to.client.add([id, ...clientValues(event)]),
      ),
      object?.name ?? '',
      object?.uid ?? '',
      requestURI,
      restText(event),
    ]);
    for (const one of observations) this.#observe(one, to);
    if (doubt !== null) to.doubt.add([doubt.kind, doubt.namespace, doubt.time, doubt.type, doubt.evidence]);
    this.#staged += 1;
  }

  /**
   * Puts what was added on the disk.
   *
   * @param state how far the log was read with it
   * @param replaced logs in the history of which this one is a later state
   */
  async save(state: SourceState, replaced: readonly number[] = []): Promise<void> {
    for (const appender of Object.values(this.#appenders ?? {})) appender.close();
    this.#appenders = undefined;
    for (const [table, keys] of Object.entries(STAGED) as [Staged, readonly string[]][]) {
      const count = await this.#insert(table, keys);
      if (table === 'event') this.#written += count;
    }
    const activity = await this.#database.appender('activity');
    for (const { from, to } of runsOf(this.#slices)) activity.add([from, to]);
    activity.close();
    this.#slices.clear();
    await this.#note(state, replaced);
    await this.#database.rows('COMMIT');
    this.#staged = 0;
    if (!state.isFinished) await this.#open();
  }

  async #open(): Promise<void> {
    await this.#database.rows('BEGIN');
    const appenders = {} as Record<Staged | Named, TableAppender>;
    for (const table of Object.keys(STAGED) as Staged[]) {
      appenders[table] = await this.#database.appender(table, true);
    }
    for (const table of NAMED) appenders[table] = await this.#database.appender(table);
    this.#appenders = appenders;
  }

  async #insert(table: Staged, keys: readonly string[]): Promise<number> {
    const order = ORDERED[table];
    const same = keys.map((key) => `there.${key} = new.${key}`).join(' AND ');
    const [span] = await this.#database.rows(
      `SELECT min(${order}) AS first, max(${order}) AS last FROM temp.staged_${table}`,
    );
    if (typeof span?.['first'] !== 'number' || typeof span['last'] !== 'number') return 0;
    await this.#database.rows(
      `DELETE FROM temp.staged_${table} AS new WHERE EXISTS (
         SELECT 1 FROM ${table} AS there WHERE there.${order} BETWEEN $first AND $last AND ${same})`,
      { first: span['first'], last: span['last'] },
    );
    if (table === 'event') for (const statement of KEEP_ACCESSES) await this.#database.rows(statement);
    const [inserted] = await this.#database.rows(`INSERT INTO ${table} SELECT * FROM temp.staged_${table}`);
    await this.#database.rows(`DELETE FROM temp.staged_${table}`);
    return Number(inserted?.['Count'] ?? 0);
  }

  async #note(state: SourceState, replaced: readonly number[]): Promise<void> {
    const { notes, position, hidden, isResumable, isFinished } = state;
    const { source: name, ...counts } = notes;
    const row: Readonly<Record<keyof typeof TABLES.source, string | number | null>> = {
      ...counts,
      id: this.#source,
      name,
      bytes: position?.bytes ?? null,
      sha256: position?.sha256 ?? null,
      resumable: isResumable ? 1 : 0,
      finished: isFinished ? 1 : 0,
      hidden: JSON.stringify(hidden),
    };
    await this.#database.rows(`DELETE FROM source WHERE id IN (${[this.#source, ...replaced].join(', ')})`);
    const columns = Object.keys(TABLES.source);
    await this.#database.rows(`INSERT INTO source VALUES (${columns.map((column) => `$${column}`).join(', ')})`, row);
  }

  #principal(event: AuditEvent, to: TableAppender): number {
    const { user, impersonated } = event;
    const add = (id: number): void => to.add([id, ...principalValues(event)]);
    // Equal users are one object where they follow each other.
    if (impersonated === null) return this.#names.principal.of(user, add);
    return this.#names.principal.of(textOf(user) + textOf(impersonated), add);
  }

  #observe(one: Observation, to: Readonly<Record<Staged | Named, TableAppender>>): void {
    const { kind, namespace, name, time, begun, type, change, object, evidence } = one;
    let spec: number | null = null;
    let text: string | null = null;
    if (object?.kind === 'Pod') {
      const { spec: own, ...rest } = object;
      spec = this.#spec(own, to.spec);
      text = JSON.stringify(rest);
    } else if (object !== null) text = JSON.stringify(object);
    to.observation.add([kind, namespace, name, time, begun, type, change, evidence, spec, text]);
  }

  #spec(spec: PodSpec, to: TableAppender): number {
    const text = JSON.stringify(spec);
    return this.#names.spec.of(text, (id) => to.add([id, text]));
  }
}

function textOf(user: AuditUser): string {
  return JSON.stringify(user);
}

/** Numbers for values that occur again and again. */
class Names {
  readonly #numbers = new Map<unknown, number>();
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  of(value: unknown, add: (number: number) => void): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    if (this.#numbers.size >= MOST_REMEMBERED) this.#numbers.clear();
    this.#last += 1;
    this.#numbers.set(value, this.#last);
    add(this.#last);
    return this.#last;
  }
}
