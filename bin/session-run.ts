import { machineOf } from '../hooks/session-machine.ts';
import { LiveModel } from '../src/app/live-model.ts';
import type { RowsBeside } from '../src/app/session-world.ts';
import { SYSTEM_CLOCK, type SessionSource } from '../src/app/session-source.ts';
import type { ContextName } from '../src/app/session-model.ts';
import type { ThemeName } from '../src/app/state.ts';
import { COMMANDS } from '../src/commands/index.ts';
import { UsageError, type Command } from '../src/commands/command.ts';
import type { RunConfig } from '../src/config/config-value.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { PaneName } from '../src/model/finding.ts';
import type { Past, PastRange } from '../src/model/past.ts';
import { PANE_LIST } from '../src/panes/index.ts';
import { editedRemedy } from '../src/remedy/edited-remedy.ts';
import { readManifests } from '../src/sources/manifests/read-manifests.ts';
import { manifestChanges } from '../src/sources/manifest-changes.ts';
import type { Change } from '../src/model/change.ts';
import { jointRemedy } from '../src/remedy/joint-remedy.ts';
import { buildRemedies, refusalsOf } from '../src/remedy/build.ts';
import type { Baseline } from '../src/report/baseline.ts';
import { complianceLines } from '../src/report/compliance-text.ts';
import { driftRow, driftSince, driftText } from '../src/report/drift.ts';
import { findingInScope } from '../src/report/scope.ts';
import { RULES } from '../src/rules/index.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { openJournal, type JournalWriter } from '../src/sources/journal/journal-writer.ts';
import { listContexts } from '../src/sources/live/kubeconfig.ts';
import { isAskedFor, sessionScope } from './session-scope.ts';
import { ArgumentError, parseArguments, type Options } from './arguments.ts';
import { ClusterSource } from './cluster-source.ts';
import { FileSource } from './file-source.ts';
import { FLAGS, type Flag } from './flags.ts';
import { openKeyboard, type Keyboard } from './keyboard.ts';
import { loadConfig } from './load.ts';
import { LoadError } from './load-error.ts';
import { loadPast } from './load-past.ts';
import { readBaseline } from './read-baseline.ts';
import { prepareJournal, RecordedSource } from './recorded-source.ts';
import { reportOf } from './report-run.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Runs the interactive session. What there is to say beside it waits until the terminal is the shell's again. */
export async function runSession(world: World, settings: Settings, options: Options): Promise<number> {
  const notes = new Set<string>();
  try {
    return await session({ ...world, warn: (text) => void notes.add(text) }, settings, options);
  } finally {
    for (const note of notes) world.warn(note);
  }
}

async function session(world: World, settings: Settings, options: Options): Promise<number> {
  const loaded = await loadConfig(world, settings);
  if (settings.journal !== undefined) {
    if (settings.from.length > 0)
      throw new ArgumentError('--journal records a cluster; files have no changes to record');
    prepareJournal(settings.journal);
  }
  applyColourSettings(world, options);
  const keyboard = openKeyboard();
  try {
    return await interactive(world, settings, options, loaded, keyboard);
  } finally {
    keyboard.close();
  }
}

async function interactive(
  world: World,
  settings: Settings,
  options: Options,
  loaded: Awaited<ReturnType<typeof loadConfig>>,
  keyboard: Keyboard,
): Promise<number> {
  const { config } = loaded;
  const baseline = await readBaseline(world, settings);
  const first = settings.journal === undefined ? null : await startContext(settings);
  const model = new LiveModel({
    open: (context) => {
      const source = openSource(world, withContext(settings, context), config);
      if (settings.journal === undefined) return source;
      return recorded(source, settings.journal, context === first ? null : context);
    },
    rules: RULES.filter((rule) => isAskedFor(rule, settings.scope)),
    panes: PANE_LIST,
    scope: sessionScope(settings.scope),
    ...(baseline === null ? {} : { rowsBeside: driftRows(baseline, settings), firstSeen: baseline.firstSeen }),
    buildRemedies,
    refusalsOf,
    joinRemedies: jointRemedy,
    evaluate: async (engine, remedy, yaml) => editedRemedy(engine, remedy, yaml, await changesOf(world, yaml)),
    ask: (words, engine) => answer(world, settings, loaded, words, engine, baseline),
    listContexts: () => contexts(settings),
    clock: SYSTEM_CLOCK,
  });
  // Ink reads the colour settings when it is loaded, so that comes after they are set.
  const { startSession } = await import('../views/session.tsx');
  // One namespace is a view that can be left with a key; anything narrower is what the session is about.
  const [namespace] = settings.scope.namespaces.length === 1 ? settings.scope.namespaces : [];
  const pane = options['start-pane'];
  return startSession({
    model,
    stdin: keyboard.stream,
    machine: machineOf(process.stdout, keyboard.fd),
    stdout: process.stdout,
    stderr: process.stderr,
    theme: themeOf(world, config, options),
    ascii: options['ascii'] === true,
    screenReader: options['screen-reader'] === true,
    startPane: typeof pane === 'string' ? (pane as PaneName) : null,
    namespace: namespace ?? null,
  });
}

/** What the manifests of a text hold, and what of them an API server would refuse. */
async function changesOf(world: World, yaml: string): Promise<readonly Change[]> {
  const result = await readManifests(['-'], { stdin: async () => Promise.resolve(Buffer.from(yaml)) });
  return manifestChanges(result, { complete: false, serverVersion: null, now: world.now() });
}

function openSource(world: World, settings: Settings, config: RunConfig): SessionSource {
  return settings.from.length > 0 ? new FileSource(world, settings, config) : new ClusterSource(settings, config);
}

/** The context that the command line means; null where the kubeconfig has none or cannot be read. */
async function startContext(settings: Settings): Promise<string | null> {
  const all = await contexts(settings).catch(() => []);
  return settings.connection.context ?? all.find((one) => one.current)?.name ?? null;
}

/**
 * A journal holds one cluster: that of the command line. With another one the recording stops, and says so; it goes on
 * when the session comes back.
 *
 * @param context another context than that of the start; null for that one
 */
function recorded(source: SessionSource, folder: string, context: string | null): SessionSource {
  const open = (): JournalWriter => {
    if (context === null) return openJournal(folder, SYSTEM_CLOCK.now());
    throw new LoadError(
      `${folder} holds one cluster, that of the start; context ${context} is not recorded (back there it goes on)`,
    );
  };
  return new RecordedSource(source, open, SYSTEM_CLOCK);
}

const DEMO_CONTEXT = 'demo';

function withContext(settings: Settings, context: string | null): Settings {
  if (context === null || (settings.demo && context === DEMO_CONTEXT)) return settings;
  return { ...settings, demo: false, connection: { ...settings.connection, context } };
}

async function contexts(settings: Settings): Promise<readonly ContextName[]> {
  if (settings.demo) return [{ name: DEMO_CONTEXT, cluster: 'demo', user: 'demo', current: true }];
  return listContexts(settings.connection, nodeHost());
}

/** Flags of the program that a question in the session takes besides its own. */
const ASKED_WITH: ReadonlySet<string> = new Set(['output', 'namespace']);

/** A question typed in the session, answered over what the session knows. */
async function answer(
  world: World,
  settings: Settings,
  config: Awaited<ReturnType<typeof loadConfig>>,
  [name, ...words]: readonly string[],
  engine: Engine,
  baseline: Baseline | null,
): Promise<string> {
  if (name === 'drift') return driftAnswer(settings, words, engine, baseline);
  if (name === 'compliance') return complianceText(world, settings, config, words, engine);
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) throw new UsageError(`there is no question ${String(name)}`);
  const pieces: string[] = [];
  const parsed = parseArguments(words, [...FLAGS.filter((flag) => ASKED_WITH.has(flag.name)), ...flagsOf(command)]);
  const { output, namespace } = parsed.options;
  await command.run({
    words: parsed.words,
    output: typeof output === 'string' ? output : undefined,
    options: parsed.options,
    namespaces: Array.isArray(namespace) ? namespace : settings.scope.namespaces,
    loadView: async () => engine.view,
    loadEngine: async () => engine,
    loadPast: (range) => sessionPast(world, settings, range, engine),
    readStandardInput: () => Promise.reject(new UsageError('the session owns the keyboard')),
    readFile: world.readFile,
    print: (text) => void pieces.push(text),
    warn: (text) => void pieces.push(text),
    columns: world.columns,
    now: world.now(),
  });
  return pieces.join('');
}

/** The drift since the baseline, as a row of the vigilance pane. */
function driftRows(baseline: Baseline, { scope }: Settings): RowsBeside {
  return (pane, findings, view, isWhole) =>
    pane === 'vigilance'
      ? [
          driftRow(
            baseline,
            isWhole ? driftSince(baseline, [...findings.values()], { view, scope, rules: RULES }) : null,
            view,
          ),
        ]
      : [];
}

function driftAnswer(
  { scope }: Settings,
  words: readonly string[],
  { findings, view }: Engine,
  baseline: Baseline | null,
): string {
  if (words.length > 0) throw new UsageError('drift takes no words');
  if (baseline === null) throw new UsageError('drift compares with an earlier JSON report: --session --baseline FILE');
  const own = [...findings.values()].filter((finding) => findingInScope(finding, scope, view));
  return driftText(baseline, driftSince(baseline, own, { view, scope, rules: RULES }));
}

/** What the report says of each benchmark, item by item. */
async function complianceText(
  world: World,
  settings: Settings,
  { config, text }: Awaited<ReturnType<typeof loadConfig>>,
  words: readonly string[],
  engine: Engine,
): Promise<string> {
  if (words.length > 0) throw new UsageError('compliance takes no words');
  const report = reportOf(world, settings, { engine, config, configText: text, base: null }, null);
  return `${complianceLines(report, true).join('\n')}\n`;
}

/** The past that the session's sources tell of: its journal, its audit logs, and what it shows now. */
async function sessionPast(world: World, settings: Settings, range: PastRange, engine: Engine): Promise<Past> {
  if (settings.auditLogs.includes('-')) throw new UsageError('as-of reads the audit log again, and - can be read once');
  // Snapshots know when they were made, and the log of the demo comes with its cluster.
  const present = settings.from.length > 0 || settings.demo ? undefined : engine.view;
  return loadPast(world, { ...settings, showProgress: false }, range, present);
}

/** A question's own flags, as on the command line. */
function flagsOf(command: Command): readonly Flag[] {
  return command.options.map((option) => ({ ...option, group: 'command' }));
}

function themeOf(world: World, config: RunConfig, options: Options): ThemeName {
  const isPlain = options['no-color'] === true || (world.env['NO_COLOR'] ?? '') !== '' || world.env['CLICOLOR'] === '0';
  if (isPlain) return 'mono';
  return (typeof options['theme'] === 'string' ? options['theme'] : (config.theme ?? 'default')) as ThemeName;
}

/** chalk knows FORCE_COLOR only; the other conventions are translated (no-color.org, bixense.com/clicolors). */
function applyColourSettings({ env }: World, options: Options): void {
  if ((env['FORCE_COLOR'] ?? '') !== '') return;
  const isOff = options['no-color'] === true || (env['NO_COLOR'] ?? '') !== '' || env['CLICOLOR'] === '0';
  if (isOff) process.env['FORCE_COLOR'] = '0';
  else if ((env['CLICOLOR_FORCE'] ?? '0') !== '0') process.env['FORCE_COLOR'] = '1';
}
