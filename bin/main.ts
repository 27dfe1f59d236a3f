import { COMMANDS } from '../src/commands/index.ts';
import { UsageError, type Command } from '../src/commands/command.ts';
import { ConfigError } from '../src/config/config.ts';
import { nearestName } from '../src/kube/nearest-name.ts';
import { sanitise } from '../src/kube/sanitise.ts';
import { LearnedFileError } from '../src/sources/audit/learned-file.ts';
import { DirectoryError } from '../src/sources/directory/parse-directory.ts';
import { AuditSourceError } from '../src/sources/audit/audit-files.ts';
import { TOOL } from '../src/model/tool.ts';
import { BaselineError } from '../src/report/baseline.ts';
import { HistoryError } from '../src/sources/history/history-error.ts';
import { SnapshotError } from '../src/sources/snapshot/snapshot.ts';
import { JournalError } from '../src/sources/journal/journal-error.ts';
import { reasonOf } from '../src/sources/system-error.ts';
import { ArgumentError, parseArguments, type ParsedArguments } from './arguments.ts';
import { FLAGS, type Flag } from './flags.ts';
import { decideInvocation } from './invocation.ts';
import { LoadError } from './load-error.ts';
import { hasCluster, load } from './load.ts';
import { reportFormat, runReport } from './report-run.ts';
import { settingsOf, type Settings } from './settings.ts';
import { tellWhatWasRead } from './tell-what-was-read.ts';
import { commandLines, usage } from './usage.ts';
import { processWorld, type World } from './world.ts';

/**
 * The program: reads the command line and runs a session, a report or a question. Of what the others need a start loads
 * nothing.
 *
 * @returns the exit code; errors for people are written to standard error, without a stack
 */
export async function main(world: World = processWorld()): Promise<number> {
  try {
    return await run(world);
  } catch (error) {
    if (isClosedPipe(error)) return CLOSED_PIPE;
    world.warn(`${world.program}: ${messageOf(error)}\n`);
    if (error instanceof ArgumentError) world.warn(`Run ${world.program} --help for what it takes.\n`);
    // 1 would say that the two differ.
    return world.argv[0] === 'diff' ? 2 : 1;
  }
}

/** What a shell reports for a program whose reader went away (128 + SIGPIPE), as of `k8sec --report | head`. */
export const CLOSED_PIPE = 141;

/** Whether a write failed because nobody reads any more: no error that anybody wants to read about. */
export function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'EPIPE';
}

async function run(world: World): Promise<number> {
  const parsed = parseArguments(world.argv, ALL_FLAGS);
  const { words, options } = parsed;
  const command = COMMANDS.find((one) => one.name === words[0]);
  refuseFlagsOfOthers(parsed, command);
  if (options['version'] === true) {
    world.print(`${TOOL.name} ${TOOL.version}\n`);
    return 0;
  }
  if (options['help'] === true || words[0] === 'help') {
    world.print(usage(world.program));
    return 0;
  }
  if (words[0] === 'completion') {
    const { completionScript } = await import('./shell-completion.ts');
    world.print(completionScript(words.slice(1)));
    return 0;
  }
  const settings = settingsOf(options, world.now());
  if (settings.journal !== undefined && ![undefined, 'as-of', 'record'].includes(words[0])) throw noJournalHere();
  if (settings.history !== undefined && ![undefined, 'audit', 'as-of', 'role'].includes(words[0]))
    throw noHistoryHere();
  if (settings.contexts.length > 0) {
    if (words.length > 0 || options['session'] === true) {
      throw new ArgumentError('several contexts are for reports: choose one with --context');
    }
    if (settings.journal !== undefined) throw noJournalHere();
    const { runFleet } = await import('./fleet-run.ts');
    return runFleet(world, settings);
  }
  if (words[0] === 'audit' && words[1] === 'import') {
    const { runImport } = await import('./import-run.ts');
    return runImport(world, settings, words.slice(2));
  }
  if (command !== undefined) {
    const { runCommand } = await import('./command-run.ts');
    return runCommand(world, settings, command, parsed);
  }
  if (words[0] === 'snapshot' || words[0] === 'own-access') {
    const { runOwnAccess, runSnapshot } = await import('./own-commands.ts');
    return words[0] === 'snapshot' ? runSnapshot(world, settings, words.slice(1)) : runOwnAccess(world, settings);
  }
  if (words[0] === 'record') {
    const { runRecord } = await import('./record-run.ts');
    return runRecord(world, settings, words.slice(1));
  }
  if (words[0] === 'diff') {
    const { runDiff } = await import('./diff-run.ts');
    return runDiff(world, settings, words.slice(1));
  }
  refuseWords(parsed, world.program);
  refuseTwoLogs(settings);
  const invocation = decideInvocation(options, FLAGS, { ...world, hasCluster: await hasCluster(settings) });
  if (invocation.mode === 'session') {
    const { runSession } = await import('./session-run.ts');
    return runSession(world, { ...settings, demo: invocation.demo }, options);
  }
  if (settings.journal !== undefined) throw noJournalHere();
  if (invocation.note !== '' && !settings.quiet) world.warn(`${invocation.note}\n`);
  // A format that there isn't must not cost the time of reading a cluster.
  reportFormat(settings.output);
  const mayChange = settings.withRemedies || settings.remediate !== undefined;
  const loaded = await load(world, { ...settings, demo: invocation.demo }, mayChange);
  try {
    tellWhatWasRead(world, settings, loaded);
    return await runReport(world, settings, loaded);
  } finally {
    await loaded.close();
  }
}

/** The flags of all commands are known at once, so that a value is never taken for a command. */
const ALL_FLAGS: readonly Flag[] = [
  ...FLAGS,
  ...COMMANDS.flatMap((command) => command.options)
    .filter((option, index, all) => all.findIndex((other) => other.name === option.name) === index)
    .filter((option) => !FLAGS.some((flag) => flag.name === option.name))
    .map((option): Flag => ({ name: option.name, value: option.value, group: 'command', help: option.help })),
];

function refuseFlagsOfOthers({ options }: ParsedArguments, command: Command | undefined): void {
  for (const flag of ALL_FLAGS) {
    if (flag.group !== 'command' || options[flag.name] === undefined) continue;
    if (command?.options.some((option) => option.name === flag.name) === true) continue;
    const owners = COMMANDS.filter((one) => one.options.some((option) => option.name === flag.name));
    throw new ArgumentError(`--${flag.name} is a flag of ${owners.map((one) => one.name).join(' and ')}`);
  }
}

function noJournalHere(): ArgumentError {
  return new ArgumentError('--journal is for the session and record, which write it, and as-of, which reads it');
}

function noHistoryHere(): ArgumentError {
  return new ArgumentError(
    '--history is for audit import, which fills it, and the session, reports, audit, as-of and role, which read it',
  );
}

/** What is in both would count twice. */
function refuseTwoLogs({ history, auditLogs, nodeProxy, demo }: Settings): void {
  if (history === undefined) return;
  if (nodeProxy) throw new ArgumentError('--audit-source and --history: choose one');
  if (auditLogs.length > 0) throw new ArgumentError('--audit-log and --history: import the log into the history first');
  if (demo) throw new ArgumentError('--history and --demo: the demo has an audit log of its own');
}

function refuseWords({ words }: ParsedArguments, program: string): void {
  const [word] = words;
  if (word === undefined) return;
  const names = commandLines().map((command) => command.name);
  const flags = FLAGS.map((flag) => flag.name);
  const flag = flags.includes(word) ? word : undefined;
  const near = flag === undefined ? nearestName(word, names) : undefined;
  const nearFlag = flag ?? (near === undefined ? nearestName(word, flags) : undefined);
  const nearest = nearFlag === undefined ? near : `--${nearFlag}`;
  throw new ArgumentError(
    `unknown command "${word}" for ${program}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
  );
}

/** Errors that are for people as they are; anything else is a defect, and says so. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return sanitise(String(error));
  const known = [
    ArgumentError,
    UsageError,
    JournalError,
    HistoryError,
    ConfigError,
    BaselineError,
    LoadError,
    AuditSourceError,
    DirectoryError,
    LearnedFileError,
    SnapshotError,
  ].some((one) => error instanceof one);
  if (known) return sanitise(error.message);
  const { code, path } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return `${path === undefined ? '' : `${sanitise(path)}: `}${reasonOf(error)}`;
  return `unexpected error: ${sanitise(error.message)}`;
}
