import { countText } from '../src/kube/count-text.ts';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AccountUids, severalAtOnce } from '../src/analyses/audit/account-uids.ts';
import { listingOf } from '../src/analyses/as-of/listing.ts';
import { intervalText } from '../src/analyses/as-of/past-view.ts';
import { Witnesses } from '../src/analyses/as-of/witness.ts';
import type { Doubt, Listing, Observation, Window, Witness } from '../src/model/observation.ts';
import type { Past, PastRange, PastSource } from '../src/model/past.ts';
import { auditLogFiles, MACHINE_FILES } from '../src/sources/audit/audit-files.ts';
import { fileDigest } from '../src/sources/audit/file-digest.ts';
import { readAuditLog } from '../src/sources/audit/read-audit-log.ts';
import { createSeenEvents } from '../src/sources/audit/seen-events.ts';
import { createAuditPastReader } from '../src/sources/history/audit-past.ts';
import {
  auditWindows,
  createActivityCounter,
  unseenKinds,
  withoutHidden,
  type LogActivity,
} from '../src/sources/history/audit-windows.ts';
import { openHistory } from '../src/sources/history/history-database.ts';
import { HiddenTimes, type HiddenTime } from '../src/sources/history/hidden-times.ts';
import { HistoryReader, type ImportedSource } from '../src/sources/history/history-reader.ts';
import { witnesses } from '../src/sources/history/history-witnesses.ts';
import { JournalError } from '../src/sources/journal/journal-error.ts';
import { readJournal, type JournalPart } from '../src/sources/journal/read-journal.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';
import { reasonOf } from '../src/sources/system-error.ts';
import { isSnapshot, readSnapshot } from '../src/sources/snapshot/snapshot.ts';
import { ClusterStore } from '../src/store/cluster-store.ts';
import { StoreView } from '../src/store/store-view.ts';
import { hasCluster, loadConfig } from './load.ts';
import { LoadError } from './load-error.ts';
import { loadLive } from './load-live.ts';
import { progress } from './progress.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

interface Draft {
  readonly observations: Observation[];
  readonly listings: Listing[];
  readonly windows: Window[];
  readonly doubts: Doubt[];
  readonly witnesses: Witness[];
  readonly notes: string[];
  readonly sources: PastSource[];
  clusterUID: string | null;
}

/** A log as far as it decides about times that are covered. */
type ReadLog = Pick<ImportedSource, 'notes' | 'hidden' | 'isFinished'>;

const CHUNK_BYTES = 1 << 20;

/** Times of one log that a note tells. */
const MOST_TOLD = 5;

/**
 * Reads what the flags name of a cluster's past: snapshots of `--from` (else the cluster itself), journals, audit logs,
 * a history.
 *
 * @param present the cluster as a session follows it, which is then not read again
 * @throws LoadError where nothing was named, or something named cannot be read
 */
export async function loadPast(world: World, settings: Settings, range: PastRange, present?: StoreView): Promise<Past> {
  const { config } = await loadConfig(world, settings);
  const draft: Draft = {
    observations: [],
    listings: [],
    windows: [],
    doubts: [],
    witnesses: [],
    notes: [],
    sources: [],
    clusterUID: null,
  };
  for (const path of settings.from) await addSnapshot(world, path, draft);
  let demoLogs: readonly string[] = [];
  let close = async (): Promise<void> => undefined;
  if (present !== undefined) {
    addPresent(world, present, draft);
  } else if (settings.from.length === 0 && (settings.demo || (await hasCluster(settings)))) {
    ({ demoLogs, close } = await addCluster(world, settings, draft));
  }
  try {
    // Of which cluster the question is says the cluster, where there is one.
    if (settings.journal !== undefined) await addJournal(settings.journal, draft);
    await addAuditLogs(world, settings, [...settings.auditLogs, ...demoLogs], range, draft);
  } finally {
    await close();
  }
  if (settings.history !== undefined) await addHistory(settings.history, settings, range, draft);
  if (draft.sources.length === 0) {
    throw new LoadError(
      'nothing tells of the past: name --audit-log, --history, --journal, --from SNAPSHOT, or a cluster',
    );
  }
  const { sources, clusterUID, ...evidence } = draft;
  return { evidence, sensitive: config.sensitive, clusterUID, sources };
}

async function addSnapshot(world: World, path: string, draft: Draft): Promise<void> {
  const text = await world.readFile(path);
  if (!isSnapshot(text)) throw new LoadError(`--from ${path} is no snapshot: as-of needs to know when it was so`);
  const { capturedAt, changes } = readSnapshot(text, path);
  const store = new ClusterStore();
  store.apply(changes);
  addView(new StoreView(store, capturedAt, false), { time: capturedAt, basis: 'snapshot', evidence: path }, draft);
  draft.sources.push({ type: 'snapshot', name: path, sha256: createHash('sha256').update(text).digest('hex') });
}

async function addJournal(folder: string, draft: Draft): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new LoadError(`--journal: cannot read ${folder}: ${reasonOf(error)}`);
  });
  const files = names.filter((name) => name.startsWith('journal-') && name.endsWith('.ndjson')).sort();
  if (files.length === 0) throw new LoadError(`--journal ${folder}: no journal is there (k8sec record writes one)`);
  const own = draft.clusterUID;
  const others: string[] = [];
  for (const name of files) {
    const path = join(folder, name);
    const { part, sha256 } = await readJournalFile(path);
    const { observations, listings, windows, clusterUID, damaged } = part;
    if (own !== null && clusterUID !== null && clusterUID !== own) {
      others.push(name);
      continue;
    }
    if (clusterUID !== null && draft.clusterUID !== null && clusterUID !== draft.clusterUID) {
      throw new LoadError(
        `--journal ${folder} holds journals of several clusters (${name} is of ${clusterUID}, one before it of ` +
          `${draft.clusterUID}): name the one that is meant by --context, or by a snapshot of it with --from`,
      );
    }
    draft.clusterUID ??= clusterUID;
    if (clusterUID === null && listings.length > 0) {
      draft.notes.push(`${path} does not say which cluster it is of: it is taken for the same one`);
    }
    for (const one of observations) draft.observations.push(one);
    draft.listings.push(...listings);
    draft.windows.push(...windows);
    if (damaged > 0) draft.notes.push(`${path}: ${damaged} lines are damaged: it is not watched from them on`);
    draft.sources.push({ type: 'journal', name: path, sha256 });
  }
  if (others.length > 0) draft.notes.push(`${folder}: of another cluster, and left out: ${others.join(', ')}`);
}

/** @throws LoadError where it cannot be read */
async function readJournalFile(path: string): Promise<{ readonly part: JournalPart; readonly sha256: string }> {
  const hash = createHash('sha256');
  async function* pieces(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    for await (const piece of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      const chunk = piece as Buffer;
      hash.update(chunk);
      yield decoder.decode(chunk, { stream: true });
    }
  }
  try {
    const part = await readJournal(pieces(), path);
    return { part, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw new LoadError(`--journal: cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Evidence of two clusters is never mixed. */
function addUID(clusterUID: string | null, evidence: string, draft: Draft): void {
  if (clusterUID !== null && draft.clusterUID !== null && clusterUID !== draft.clusterUID) {
    throw new LoadError(`${evidence} is of another cluster: its UID is ${clusterUID}, not ${draft.clusterUID}`);
  }
  draft.clusterUID ??= clusterUID;
}

async function addCluster(
  world: World,
  settings: Settings,
  draft: Draft,
): Promise<{ readonly demoLogs: readonly string[]; readonly close: () => Promise<void> }> {
  const { config } = await loadConfig(world, settings);
  const store = new ClusterStore();
  const { auditLogs, close } = await loadLive(world, settings, config, (changes) => void store.apply(changes));
  addPresent(world, new StoreView(store, world.now(), false), draft);
  return { demoLogs: auditLogs, close };
}

function addPresent(world: World, view: StoreView, draft: Draft): void {
  const name = view.facts().server ?? 'cluster';
  addView(view, { time: world.now(), basis: 'live', evidence: name }, draft);
  draft.sources.push({ type: 'cluster', name, sha256: null });
}

function addView(view: StoreView, source: Pick<Listing, 'time' | 'basis' | 'evidence'>, draft: Draft): void {
  addUID(view.facts().clusterUID, source.evidence, draft);
  draft.listings.push(listingOf(view, source));
}

async function addAuditLogs(
  world: World,
  settings: Settings,
  logs: readonly string[],
  range: PastRange,
  draft: Draft,
): Promise<void> {
  if (logs.length === 0) return;
  const pastOf = createAuditPastReader(createSlimmer());
  const counter = createActivityCounter();
  const witnesses = new Witnesses(range);
  const accounts = new AccountUids();
  const shown = progress(world, settings);
  const seen = createSeenEvents();
  const read: ReadLog[] = [];
  try {
    for (const path of await auditLogFiles(logs, MACHINE_FILES)) {
      const hidden = new HiddenTimes();
      let isCutShort = false;
      const [notes] = await readAuditLog([path], {
        stdin: process.stdin,
        seen,
        since: settings.auditFrom ?? null,
        until: settings.auditUntil ?? null,
        onRaw: (event, raw) => {
          hidden.event(event.time);
          const { observations, doubt, written } = pastOf(event, raw);
          counter.add(event.time, written);
          draft.observations.push(...observations);
          if (doubt !== null) draft.doubts.push(doubt);
        },
        onEvents: (events) => {
          for (const event of events) witnesses.add(event);
          accounts.add(events);
        },
        onUnusable: () => hidden.unusable(),
        onCutShort: () => void (isCutShort = true),
        onProgress: ({ source, events }) => shown.show(() => `reading ${source}: ${countText(events)} events`),
      });
      if (notes === undefined) continue;
      read.push({ notes, hidden: hidden.ofWhole(notes, isCutShort), isFinished: true });
      draft.sources.push({ type: 'audit log', name: path, sha256: path === '-' ? null : await fileDigest(path) });
    }
  } finally {
    shown.clear();
  }
  refuseMixed('the audit logs are', accounts.contradiction());
  for (const one of witnesses.all()) draft.witnesses.push(one);
  addWindows(counter.activity(), read, draft);
}

/** What was so in one cluster says nothing of another. */
function refuseMixed(what: string, contradiction: string | null): void {
  if (contradiction === null) return;
  throw new LoadError(`${what} of several clusters: ${contradiction}: ask about those of each cluster apart`);
}

/** The history comes last: what it need not tell depends on what is known otherwise. */
async function addHistory(path: string, settings: Settings, range: PastRange, draft: Draft): Promise<void> {
  const database = await openHistory(path, 'read');
  try {
    const reader = new HistoryReader(database);
    for (const [username, uids] of await reader.accountUids()) {
      refuseMixed(`${path} is`, severalAtOnce(username, uids));
    }
    const query = { since: settings.auditFrom, until: settings.auditUntil };
    const known = [...draft.observations, ...draft.listings.flatMap((one) => one.objects)];
    const fromLogs = new Set(draft.observations.map(keyOf));
    const told = await reader.observations(range, known, query);
    for (const one of told) if (!fromLogs.has(keyOf(one))) draft.observations.push(one);
    for (const one of await reader.doubts(query)) draft.doubts.push(one);
    for (const one of await witnesses(database, range, query)) draft.witnesses.push(one);
    const sources = await reader.sources();
    addWindows(await reader.activity(query), sources, draft);
    draft.sources.push({ type: 'history', name: path, sha256: null });
    for (const { notes, position, isFinished } of sources) {
      const sha256 = isFinished ? (position?.sha256 ?? null) : null;
      draft.sources.push({ type: 'audit log', name: notes.source, sha256 });
    }
  } finally {
    database.close();
  }
}

/** Of one observation, wherever it was read. */
function keyOf({ kind, namespace, name, time, evidence }: Observation): string {
  return JSON.stringify([kind, namespace, name, time, evidence]);
}

/** Adds the times that logs cover without a break. */
function addWindows(activity: LogActivity, sources: readonly ReadLog[], draft: Draft): void {
  const told = auditWindows(
    activity,
    draft.listings.map((one) => one.time),
  );
  const unfinished = sources.flatMap(({ notes, isFinished }) => (isFinished ? [] : [notes]));
  // Where an import ended is known, not how far the rest of the log goes.
  const open = unfinished.map(({ last }) => ({ from: last, to: null }));
  const hidden = sources.flatMap((one) => one.hidden);
  for (const window of withoutHidden(told, [...hidden, ...open])) draft.windows.push(window);
  const unseen = unseenKinds(activity);
  if (unseen.length > 0) {
    draft.notes.push(`the log shows no write of ${unseen.join(', ')}: its policy may leave them out`);
  }
  for (const { notes, hidden: times } of sources) {
    const lost = notes.broken + notes.truncated + notes.legacy;
    if (lost > 0) draft.notes.push(`${notes.source}: ${lost} could not be used: ${uncoveredText(times)}`);
  }
  for (const { source } of unfinished) {
    draft.notes.push(`${source}: its import was not finished: nothing after it is covered until it is imported again`);
  }
}

function uncoveredText(times: readonly HiddenTime[]): string {
  const most = times.slice(0, MOST_TOLD).map(({ from, to }) => intervalText(from, to));
  const more = times.length > MOST_TOLD ? ` and ${times.length - MOST_TOLD} times more` : '';
  return times.length === 0 ? 'it tells nothing' : `${most.join(', ')}${more} is not covered`;
}
