import type { Readable } from 'node:stream';
import { createFlowDecoder } from '../../kube/flow-record.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { FlowNotes, FlowState, ObservedFlow } from '../../model/observed-flow.ts';
import { auditLogFiles, AuditSourceError, MACHINE_FILES, type AuditFiles } from '../audit/audit-files.ts';
import { eachLine, LineSplitter } from '../audit/line-splitter.ts';
import { unpacked } from '../audit/unpacked.ts';

/** A record is a few kilobytes; a longer line is something else. */
const MOST_LINE_BYTES = 1 << 20;
const END_BYTES = 1 << 10;
/** Connections that are told apart, over all logs: at 400 bytes each, 40 MB. */
const MOST_CONNECTIONS = 100_000;

export interface ReadFlowsOptions {
  /** What `-` reads. */
  readonly stdin?: Readable;
  readonly files?: AuditFiles;
  readonly mostConnections?: number;
}

/**
 * Reads flow logs from beginning to end: files, folders, gzipped files, `-`. Equal connections are counted, so that
 * memory depends on how many there are and not on the length of the log; what cannot be used is counted and named.
 *
 * @throws AuditSourceError where a path is not there or cannot be opened
 */
export async function readFlows(paths: readonly string[], options: ReadFlowsOptions = {}): Promise<FlowState> {
  const files = options.files ?? MACHINE_FILES;
  const flows = new Map<string, Counted>();
  const notes: FlowNotes[] = [];
  for (const path of await auditLogFiles(paths, files)) notes.push(await readOne(path, files, flows, options));
  return { flows: [...flows.values()], notes };
}

type Counted = { -readonly [K in keyof ObservedFlow]: ObservedFlow[K] };
type Tally = { -readonly [K in keyof FlowNotes]: FlowNotes[K] };

async function readOne(
  path: string,
  files: AuditFiles,
  flows: Map<string, Counted>,
  { stdin, mostConnections = MOST_CONNECTIONS }: ReadFlowsOptions,
): Promise<FlowNotes> {
  const stream = path === '-' ? stdin : files.stream(path);
  if (stream === undefined) throw new AuditSourceError('-: there is no standard input to read');
  const source = path === '-' ? 'standard input' : sanitise(path);
  const tally: Tally = {
    source,
    lines: 0,
    used: 0,
    skipped: 0,
    undirected: 0,
    broken: 0,
    firstBroken: null,
    beyond: 0,
  };
  const decode = createFlowDecoder();
  const refuse = (reason: string): void => {
    tally.broken += 1;
    tally.firstBroken ??= { line: tally.lines, reason };
  };
  const line = (text: string): void => {
    tally.lines += 1;
    if (text.trim() === '') return;
    const record = decode(text);
    if (record.type === 'broken') refuse(record.reason);
    else if (record.type === 'flow') {
      if (addTo(flows, record.flow, record.time, mostConnections)) tally.used += 1;
      else tally.beyond += 1;
    } else if (record.type !== 'header') tally[record.type] += 1;
  };
  const splitter = new LineSplitter(
    {
      lines: (bytes) => eachLine(bytes, line),
      longLine: () => {
        tally.lines += 1;
        refuse('longer than a record can be');
      },
    },
    { mostBytes: MOST_LINE_BYTES, endBytes: END_BYTES },
  );
  let bytes = 0;
  try {
    for await (const chunk of unpacked(stream, (one) => void (bytes += one.length))) splitter.push(chunk);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (bytes === 0) throw new AuditSourceError(`${source}: ${message}`);
    refuse(`cut short: ${message}`);
  }
  splitter.end();
  return tally;
}

/** @returns false where the connection is a new one and no more are kept */
function addTo(
  flows: Map<string, Counted>,
  flow: Omit<ObservedFlow, 'count' | 'first' | 'last'>,
  time: number | null,
  most: number,
): boolean {
  const { source, destination, protocol, port, verdict } = flow;
  const key = JSON.stringify([endKey(source), endKey(destination), protocol, port, verdict]);
  const known = flows.get(key);
  if (known === undefined) {
    if (flows.size >= most) return false;
    flows.set(key, { ...flow, count: 1, first: time, last: time });
    return true;
  }
  known.count += 1;
  if (time !== null) {
    known.first = known.first === null || time < known.first ? time : known.first;
    known.last = known.last === null || time > known.last ? time : known.last;
  }
  return true;
}

/** Where a log names pods, their addresses tell nothing more. */
function endKey({ namespace, pod, workload, address }: ObservedFlow['source']): string {
  return namespace === null
    ? (address ?? '')
    : `${namespace}/${workload === null ? '' : `${workload.kind ?? ''}/${workload.name}`}/${workload === null ? (pod ?? '') : ''}`;
}
