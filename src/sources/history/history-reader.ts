/** The questions that a history answers: a few named queries over one schema. */
import { SERVICE_ACCOUNT_PREFIX } from '../../kube/rbac-user.ts';
import type { AccountUid, AuditEvent } from '../../model/audit-event.ts';
import type { AuditQuery } from '../../model/audit-query.ts';
import type { AuditNotes } from '../../model/change.ts';
import { PAST_KINDS, type Doubt, type Observation, type PastKind, type PastObject } from '../../model/observation.ts';
import type { PastRange } from '../../model/past.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { mergedRuns, sliceOf, type LogActivity } from './audit-windows.ts';
import type { HiddenTime } from './hidden-times.ts';
import type { HistoryDatabase, Row, TableName } from './history-database.ts';
import { clientOf, eventOf, whoOf } from './history-rows.ts';
import type { LogPosition } from './log-position.ts';

/** Which events are asked for, by time too: at or after, and before, in milliseconds since the epoch. */
export interface EventQuery extends AuditQuery {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** An object that other evidence tells of; `created` where that says when it was made. */
interface KnownObject {
  readonly kind: PastKind;
  readonly namespace: string;
  readonly name: string;
  readonly created?: number | null;
}

/** A log in a history. */
export interface ImportedSource {
  readonly id: number;
  /** The bytes that were read; null of a stream. */
  readonly position: LogPosition | null;
  /** Whether reading can go on behind them. */
  readonly isResumable: boolean;
  readonly notes: AuditNotes;
  /** In which lines that could not be used may have told of changes. */
  readonly hidden: readonly HiddenTime[];
  /** Whether all of it was read, here or as part of a later copy of it. */
  readonly isFinished: boolean;
}

/** Things of which an answer remembers a bounded number. */
const MOST_REMEMBERED = 50_000;
/**
 * Around the time that is asked about, observations this near in milliseconds are kept: writes that overlapped cast
 * doubt on each other, and a request takes a minute at most (kube-apiserver --request-timeout).
 */
const OVERLAP = 600_000;
/** Nearer in milliseconds to the time of creation that an object carries, a creation is its own. */
const CREATION = 2_000;

export class HistoryReader {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase) {
    this.#database = database;
  }

  /** The logs in it, in the order in which they were begun. */
  async sources(): Promise<readonly ImportedSource[]> {
    // A stream has no bytes by which it is known again: the whole of it begins with the same event.
    const rows = await this.#database.rows(
      `SELECT *, finished = 1 OR EXISTS (
         SELECT 1 FROM source AS other WHERE other.finished = 1 AND other.first = source.first AND other.last >= source.last
       ) AS done FROM source ORDER BY id`,
    );
    return rows.map((row) => ({
      id: Number(row['id']),
      position: row['sha256'] === null ? null : { bytes: Number(row['bytes']), sha256: String(row['sha256']) },
      isResumable: row['resumable'] === 1,
      hidden: JSON.parse(String(row['hidden'])) as HiddenTime[],
      isFinished: row['done'] === true,
      notes: {
        source: String(row['name']),
        lines: Number(row['lines']),
        broken: Number(row['broken']),
        truncated: Number(row['truncated']),
        duplicates: Number(row['duplicates']),
        legacy: Number(row['legacy']),
        skipped: Number(row['skipped']),
        cut: Number(row['cut']),
        unordered: Number(row['unordered']),
        first: row['first'] as number | null,
        last: row['last'] as number | null,
      },
    }));
  }

  /** Events in order of reading, a few thousand at a time; some more than asked for. */
  async *events(query: EventQuery = {}): AsyncGenerator<readonly AuditEvent[]> {
    const { since, until, resource, namespace, name, actor } = query;
    const conditions: string[] = [];
    const parameters: Record<string, string | number> = {};
    const where = (condition: string, key: string, value: string | number | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      parameters[key] = value;
    };
    where('time >= $since', 'since', since);
    where('time < $until', 'until', until);
    where('request IN (SELECT id FROM request WHERE resource = $resource)', 'resource', resource);
    where('request IN (SELECT id FROM request WHERE namespace = $namespace)', 'namespace', namespace);
    // The name of what is created may be in the body only.
    where("(name = $name OR name = '')", 'name', name);
    where('principal IN (SELECT id FROM principal WHERE $actor IN (username, caller))', 'actor', actor);
    const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const requests = new Named(this.#database, 'request', (row) => row);
    const principals = new Named(this.#database, 'principal', whoOf);
    const clients = new Named(this.#database, 'client', clientOf);
    for await (const rows of this.#database.stream(`SELECT * FROM event ${condition}`, parameters)) {
      const request = await requests.of(rows);
      const principal = await principals.of(rows);
      const client = await clients.of(rows);
      yield rows.map((row) => eventOf(row, request(row), principal(row), client(row)));
    }
  }

  /** When the logs were alive, and what they show being written. */
  async activity({ since = -Infinity, until = Infinity }: EventQuery): Promise<LogActivity> {
    const times = 'time >= $since AND time < $until';
    const [all] = await this.#database.rows(
      `SELECT count(*)::DOUBLE AS events, min(time) AS first, max(time) AS last FROM event WHERE ${times}`,
      { since, until },
    );
    const runs = await this.#database.rows('SELECT first, last FROM activity');
    const kinds = await this.#database.rows(
      `SELECT kind FROM observation WHERE begun >= $since AND begun < $until
       UNION SELECT kind FROM doubt WHERE ${times}`,
      { since, until },
    );
    const first = Number(all?.['first'] ?? 0);
    const last = Number(all?.['last'] ?? 0);
    return {
      events: Number(all?.['events'] ?? 0),
      first,
      last,
      runs: mergedRuns(
        runs.map((row) => ({ from: Number(row['first']), to: Number(row['last']) })),
        { from: sliceOf(first), to: sliceOf(last) },
      ),
      kinds: PAST_KINDS.filter((kind) => kinds.some((row) => row['kind'] === kind)),
    };
  }

  /**
   * What writes told of the objects that may have been there within a range, as far as it decides about that time: all
   * within it, and around it the nearest.
   *
   * @param known objects that other evidence tells of: these are never left out for having gone or not come yet
   */
  async observations(
    { from, to }: PastRange,
    known: readonly KnownObject[],
    { since = -Infinity, until = Infinity }: EventQuery,
  ): Promise<readonly Observation[]> {
    await this.#nameKnown(known);
    const span = { since, until, from, to };
    const rows = await this.#database.rows(
      `WITH own AS MATERIALIZED (
         SELECT rowid AS row, kind, namespace, name, time, begun, type, change
         FROM observation WHERE begun >= $since AND begun < $until
       ), object AS MATERIALIZED (
         SELECT kind, namespace, name,
           max(time) FILTER (time <= $from) AS before,
           min(time) FILTER (time > $to) AS after,
           max(time) FILTER (change = 'created' AND time <= $from) AS made,
           min(time) FILTER (change IN ('created', 'deleted') AND time > $to) AS ended
         FROM own GROUP BY kind, namespace, name
         HAVING (kind, namespace, name) IN (SELECT (kind, namespace, name) FROM temp.known)
           OR NOT (
             -- It had gone before, and never came back.
             (max(time) <= $from AND coalesce(max(time) FILTER (type <> 'gone') < max(time), true))
             -- It came later.
             OR (min(begun) > $to AND coalesce(min(time) FILTER (change <> 'created') > min(time), true))
           )
       ), wanted AS (
         SELECT own.row FROM own JOIN object USING (kind, namespace, name)
         WHERE time IN (made, ended) OR time BETWEEN
           coalesce(before - ${OVERLAP}, '-infinity'::DOUBLE) AND coalesce(after + ${OVERLAP}, 'infinity'::DOUBLE)
         UNION
         SELECT own.row FROM own JOIN temp.known AS known USING (kind, namespace, name)
         WHERE change = 'created' AND abs(time - known.created) < ${CREATION}
       )
       SELECT * FROM observation WHERE rowid IN (SELECT row FROM wanted) ORDER BY rowid`,
      span,
    );
    const specs = await new Named(this.#database, 'spec', specOf).of(rows);
    return rows.map((row) => observationOf(row, specs));
  }

  /** The uids of the service accounts that have several, by username. */
  async accountUids(): Promise<ReadonlyMap<string, readonly AccountUid[]>> {
    const rows = await this.#database.rows(
      `WITH account AS MATERIALIZED (
         SELECT id, caller, value->'user'->>'uid' AS uid FROM (SELECT id, caller, value::JSON AS value FROM principal)
         WHERE starts_with(caller, '${SERVICE_ACCOUNT_PREFIX}')
       ), several AS MATERIALIZED (
         SELECT id, caller, uid FROM account WHERE uid <> '' AND caller IN (
           SELECT caller FROM account WHERE uid <> '' GROUP BY caller HAVING count(DISTINCT uid) > 1)
       )
       SELECT several.caller, several.uid, min(time) AS first, max(time) AS last FROM event JOIN several ON event.principal = several.id
       GROUP BY several.caller, several.uid`,
    );
    const uids = rows.map((row) => ({
      username: String(row['caller']),
      uid: String(row['uid']),
      first: Number(row['first']),
      last: Number(row['last']),
    }));
    return Map.groupBy(uids, ({ username }) => username);
  }

  async doubts({ since = -Infinity, until = Infinity }: EventQuery): Promise<readonly Doubt[]> {
    const rows = await this.#database.rows('SELECT * FROM doubt WHERE time >= $since AND time < $until', {
      since,
      until,
    });
    return rows.map((row) => ({
      kind: row['kind'] as PastKind,
      namespace: String(row['namespace']),
      time: Number(row['time']),
      type: row['type'] as Doubt['type'],
      evidence: String(row['audit_id']),
    }));
  }

  async #nameKnown(known: readonly KnownObject[]): Promise<void> {
    await this.#database.rows(
      'CREATE OR REPLACE TEMP TABLE known (kind VARCHAR, namespace VARCHAR, name VARCHAR, created DOUBLE)',
    );
    const texts = new Set(
      known.map(({ kind, namespace, name, created }) => JSON.stringify({ kind, namespace, name, created })),
    );
    await this.#database.rows(
      `INSERT INTO temp.known
       SELECT one->>'kind', one->>'namespace', one->>'name', (one->>'created')::DOUBLE FROM (SELECT unnest($all::JSON::JSON[]) AS one)`,
      { all: `[${[...texts].join(',')}]` },
    );
  }
}

/** Looks up what rows name by number, and remembers some of it. */
class Named<T> {
  readonly #database: HistoryDatabase;
  readonly #table: TableName;
  readonly #read: (row: Row) => T;
  readonly #values = new Map<unknown, T>();

  constructor(database: HistoryDatabase, table: TableName, read: (row: Row) => T) {
    this.#database = database;
    this.#table = table;
    this.#read = read;
  }

  /** @returns a function from one of these rows to what it names */
  async of(rows: readonly Row[]): Promise<(row: Row) => T> {
    const column = this.#table;
    if (this.#values.size > MOST_REMEMBERED) this.#values.clear();
    const missing = new Set(rows.map((row) => row[column]).filter((id) => id !== null && !this.#values.has(id)));
    if (missing.size > 0) {
      const found = await this.#database.rows(`SELECT * FROM ${this.#table} WHERE id IN (${[...missing].join(', ')})`);
      for (const row of found) this.#values.set(row['id'], this.#read(row));
    }
    return (row) => this.#values.get(row[column]) as T;
  }
}

function specOf({ value }: Row): PodSpec {
  return JSON.parse(String(value)) as PodSpec;
}

function observationOf(row: Row, specs: (row: Row) => PodSpec): Observation {
  const parsed = row['object'] === null ? null : (JSON.parse(String(row['object'])) as PastObject);
  const object = row['spec'] === null || parsed === null ? parsed : ({ ...parsed, spec: specs(row) } as PastObject);
  return {
    kind: row['kind'] as PastKind,
    namespace: String(row['namespace']),
    name: String(row['name']),
    time: Number(row['time']),
    begun: Number(row['begun']),
    type: row['type'] as Observation['type'],
    change: row['change'] as Observation['change'],
    object,
    basis: 'audit',
    evidence: String(row['audit_id']),
  };
}
