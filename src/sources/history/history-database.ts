import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ACCESS_REQUESTS } from '../../kube/accesses.ts';
import { TOOL } from '../../model/tool.ts';
import { HistoryError } from './history-error.ts';

const FORMAT = 'k8sec-history';
const VERSION = 4;
const ACCESSES = JSON.stringify(ACCESS_REQUESTS);

/** For both together with Node's own memory a question stays under 500 MB. */
const SETTINGS = {
  memory_limit: '256MB',
  // Nothing is fetched from elsewhere: all that is used is built in.
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

type ColumnType = 'VARCHAR' | 'DOUBLE' | 'INTEGER';

/**
 * The schema. Times are milliseconds since the epoch; what many events have in common is kept once and named by number.
 * `event` is in order of reading. No body is kept, only the facts that detections read; no value of a Secret.
 */
export const TABLES = {
  /** `accesses` is JSON of the requests that counted as an access when the history was made. */
  history: { format: 'VARCHAR', version: 'INTEGER', tool: 'VARCHAR', accesses: 'VARCHAR' },
  /**
   * Logs in the order in which they were begun. `sha256` is that of the first `bytes` bytes, which were read (both null
   * of a stream); `resumable` is 1 where reading can go on behind them; `finished` is 0 until all of a log was read.
   * `hidden` is JSON of the times in which lines that could not be used may have told of changes.
   */
  source: {
    id: 'INTEGER',
    name: 'VARCHAR',
    bytes: 'DOUBLE',
    sha256: 'VARCHAR',
    resumable: 'INTEGER',
    finished: 'INTEGER',
    hidden: 'VARCHAR',
    lines: 'DOUBLE',
    broken: 'DOUBLE',
    truncated: 'DOUBLE',
    duplicates: 'DOUBLE',
    legacy: 'DOUBLE',
    skipped: 'DOUBLE',
    cut: 'DOUBLE',
    unordered: 'DOUBLE',
    first: 'DOUBLE',
    last: 'DOUBLE',
  },
  event: {
    time: 'DOUBLE',
    audit_id: 'VARCHAR',
    stage: 'INTEGER',
    request: 'INTEGER',
    principal: 'INTEGER',
    client: 'INTEGER',
    name: 'VARCHAR',
    uid: 'VARCHAR',
    uri: 'VARCHAR',
    /** JSON of what few events have; null for the others. */
    rest: 'VARCHAR',
  },
  /**
   * When requests that are an access (`access-requests.ts`) were last made on each day, by what they have in common; days
   * are those of UTC, counted from the epoch, and may have several rows.
   */
  access_day: { day: 'INTEGER', request: 'INTEGER', principal: 'INTEGER', name: 'VARCHAR', last: 'DOUBLE' },
  /** The first such events of the whole history: at least as many as are cited. */
  first_access: { request: 'INTEGER', principal: 'INTEGER', name: 'VARCHAR', time: 'DOUBLE', audit_id: 'VARCHAR' },
  /** `resource` is null for requests that name none. */
  request: {
    id: 'INTEGER',
    level: 'VARCHAR',
    verb: 'VARCHAR',
    api_group: 'VARCHAR',
    resource: 'VARCHAR',
    subresource: 'VARCHAR',
    namespace: 'VARCHAR',
    code: 'INTEGER',
    decision: 'VARCHAR',
    reason: 'VARCHAR',
    status_reason: 'VARCHAR',
  },
  /** `username` and `groups` (JSON) are those that the authorizer was asked about, `caller` is who made the request. */
  principal: { id: 'INTEGER', username: 'VARCHAR', groups: 'VARCHAR', caller: 'VARCHAR', value: 'VARCHAR' },
  client: { id: 'INTEGER', value: 'VARCHAR' },
  /** What a write told of an object (JSON without the pod's specification, which `spec` names). */
  observation: {
    kind: 'VARCHAR',
    namespace: 'VARCHAR',
    name: 'VARCHAR',
    time: 'DOUBLE',
    begun: 'DOUBLE',
    type: 'VARCHAR',
    change: 'VARCHAR',
    audit_id: 'VARCHAR',
    spec: 'INTEGER',
    object: 'VARCHAR',
  },
  spec: { id: 'INTEGER', value: 'VARCHAR' },
  /** Runs of slices of time that hold events (`audit-windows.ts`), those of each batch by themselves. */
  activity: { first: 'INTEGER', last: 'INTEGER' },
  doubt: { kind: 'VARCHAR', namespace: 'VARCHAR', time: 'DOUBLE', type: 'VARCHAR', audit_id: 'VARCHAR' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;

export type TableName = keyof typeof TABLES;

export type Row = Readonly<Record<string, DuckDBValue>>;

/** An open history; close it. */
export interface HistoryDatabase {
  /** Runs a statement, and returns all its rows. */
  rows(sql: string, parameters?: Readonly<Record<string, DuckDBValue>>): Promise<readonly Row[]>;
  /** The same, a few thousand rows at a time; other statements may run in between. */
  stream(sql: string, parameters?: Readonly<Record<string, DuckDBValue>>): AsyncGenerator<readonly Row[]>;
  /** Writes rows to a table, or to `temp.staged_TABLE`. */
  appender(table: TableName, isStaged?: boolean): Promise<TableAppender>;
  close(): void;
}

/** Rows on their way into a table. */
export interface TableAppender {
  /** @param values in the order of the table's columns */
  add(values: readonly DuckDBValue[]): void;
  close(): void;
}

type Driver = typeof import('@duckdb/node-api');

/**
 * Opens a history; for writing it is made where it is not there.
 *
 * @throws HistoryError where it is none, is in use, was written by another version, or the driver is missing
 */
export async function openHistory(path: string, mode: 'read' | 'write'): Promise<HistoryDatabase> {
  const driver = await loadDriver();
  if (mode === 'read' && !(await exists(path))) {
    throw new HistoryError(`--history ${path}: no such file (k8sec audit import LOG --history ${path} makes it)`);
  }
  if (!(await exists(path))) await makeHistory(driver, path);
  return openFile(driver, path, path, mode);
}

/** Under another name until it is one, so that a process killed meanwhile leaves no file that is no history. */
async function makeHistory(driver: Driver, path: string): Promise<void> {
  const making = `${path}.new`;
  for (const left of [making, `${making}.wal`]) await rm(left, { force: true });
  const database = await openFile(driver, making, path, 'write');
  try {
    await database.rows('CHECKPOINT');
  } finally {
    database.close();
  }
  await rename(making, path);
}

async function openFile(driver: Driver, file: string, path: string, mode: 'read' | 'write'): Promise<Database> {
  let instance: DuckDBInstance;
  try {
    // The prefix keeps the driver from guessing by the file's name or content that it is of another format.
    instance = await driver.DuckDBInstance.create(`duckdb:${resolve(file)}`, {
      ...SETTINGS,
      access_mode: mode === 'read' ? 'READ_ONLY' : 'READ_WRITE',
    });
  } catch (error) {
    throw new HistoryError(`--history ${path}: ${openingText(error)}`);
  }
  const database = new Database(driver, instance, await instance.connect());
  try {
    await database.check(path, mode);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

async function loadDriver(): Promise<Driver> {
  try {
    return await import('@duckdb/node-api');
  } catch {
    throw new HistoryError(
      '--history needs the package @duckdb/node-api, which is not here: npm installs it with k8sec, except with ' +
        '--omit=optional and on systems without a build of DuckDB. --audit-log, --journal and --from work without it',
    );
  }
}

function openingText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('not a valid DuckDB database')) return 'is no history of k8sec';
  if (text.includes('lock on file')) return 'is in use: an import or a question is under way in another process';
  return text.split('\n')[0] ?? text;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

class Database implements HistoryDatabase {
  readonly #driver: Driver;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(driver: Driver, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#driver = driver;
    this.#instance = instance;
    this.#connection = connection;
  }

  async check(path: string, mode: 'read' | 'write'): Promise<void> {
    const tables = await this.rows('SELECT table_name FROM duckdb_tables() WHERE NOT internal');
    if (tables.length === 0 && mode === 'write') {
      // At once, so that a history that was being made when the process was killed is none.
      await this.rows('BEGIN');
      for (const [name, columns] of Object.entries(TABLES)) await this.rows(`CREATE TABLE ${name} (${ddl(columns)})`);
      await this.rows(`INSERT INTO history VALUES ($format, $version, $tool, $accesses)`, {
        format: FORMAT,
        version: VERSION,
        tool: `${TOOL.name} ${TOOL.version}`,
        accesses: ACCESSES,
      });
      await this.rows('COMMIT');
      return;
    }
    if (!tables.some((one) => one['table_name'] === 'history')) {
      throw new HistoryError(`--history ${path}: is no history of k8sec`);
    }
    const [head] = await this.rows('SELECT * FROM history');
    if (head?.['format'] !== FORMAT || head['version'] !== VERSION) {
      throw new HistoryError(
        `--history ${path}: is of format ${String(head?.['version'])}, not ${VERSION}: import the logs into a new file`,
      );
    }
    if (head['accesses'] !== ACCESSES) {
      const tool = String(head['tool']);
      throw new HistoryError(
        `--history ${path}: was made by ${tool}, which counts other requests as an access: import the logs into a new file`,
      );
    }
  }

  async rows(sql: string, parameters?: Readonly<Record<string, DuckDBValue>>): Promise<readonly Row[]> {
    return (await this.#connection.run(sql, parameters)).getRowObjects();
  }

  async *stream(sql: string, parameters?: Readonly<Record<string, DuckDBValue>>): AsyncGenerator<readonly Row[]> {
    // A connection has one result under way.
    const connection = await this.#instance.connect();
    try {
      const result = await connection.stream(sql, parameters);
      yield* result.yieldRowObjects();
    } finally {
      connection.closeSync();
    }
  }

  async appender(table: TableName, isStaged = false): Promise<TableAppender> {
    const appender = isStaged
      ? await this.#connection.createAppender(`staged_${table}`, null, 'temp')
      : await this.#connection.createAppender(table);
    const { DuckDBDataChunk: Chunk, VARCHAR, DOUBLE, INTEGER } = this.#driver;
    const byName: Readonly<Record<ColumnType, DuckDBType>> = { VARCHAR, DOUBLE, INTEGER };
    const types = Object.values(TABLES[table]).map((type) => byName[type]);
    return new ChunkAppender(types.length, {
      append: (columns) => {
        const chunk: DuckDBDataChunk = Chunk.create(types);
        chunk.setColumns(columns);
        appender.appendDataChunk(chunk);
      },
      close: () => appender.closeSync(),
    });
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Rows of a chunk of DuckDB. */
const CHUNK = 2048;

class ChunkAppender implements TableAppender {
  readonly #columns: DuckDBValue[][];
  readonly #to: { append(columns: DuckDBValue[][]): void; close(): void };
  #rows = 0;

  constructor(columns: number, to: { append(columns: DuckDBValue[][]): void; close(): void }) {
    this.#columns = Array.from({ length: columns }, () => []);
    this.#to = to;
  }

  add(values: readonly DuckDBValue[]): void {
    for (let at = 0; at < values.length; at += 1) this.#columns[at]?.push(values[at] ?? null);
    this.#rows += 1;
    if (this.#rows === CHUNK) this.#flush();
  }

  close(): void {
    if (this.#rows > 0) this.#flush();
    this.#to.close();
  }

  #flush(): void {
    this.#to.append(this.#columns);
    for (const column of this.#columns) column.length = 0;
    this.#rows = 0;
  }
}

function ddl(columns: Readonly<Record<string, ColumnType>>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}
