import type { Command, CommandContext } from '../src/commands/command.ts';
import { ArgumentError, type ParsedArguments } from './arguments.ts';
import { load, loadConfig, type Loaded } from './load.ts';
import { loadAudit, loadAuditHistory } from './load-audit.ts';
import { connect } from './load-live.ts';
import { loadPast } from './load-past.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Answers one question of the command line. */
export async function runCommand(
  world: World,
  settings: Settings,
  command: Command,
  { words, options }: ParsedArguments,
): Promise<number> {
  let loaded: Loaded | undefined;
  const asking = askingSettings(command, settings);
  const loadOnce = async (): Promise<Loaded> => (loaded ??= await load(world, asking));
  try {
    return await command.run({
      words: words.slice(1),
      output: typeof options['output'] === 'string' ? options['output'] : undefined,
      options,
      namespaces: settings.scope.namespaces,
      loadView: async () => (await loadOnce()).engine.view,
      loadEngine: async () => (await loadOnce()).engine,
      loadAudit: auditLoader(world, settings),
      loadPast: (range) => loadPast(world, settings, range),
      readStandardInput: async () => Buffer.from(await world.readStandardInput()).toString('utf8'),
      readFile: world.readFile,
      print: world.print,
      warn: world.warn,
      columns: world.columns,
      now: world.now(),
    });
  } finally {
    await loaded?.close();
  }
}

/** Settings for the view: a log is read once, and groups of the subject of a question impersonate nobody. */
function askingSettings({ readsLog, asksAboutGroups }: Command, settings: Settings): Settings {
  const { connection } = settings;
  const isAboutGroups = asksAboutGroups === true && connection.as === undefined;
  return {
    ...settings,
    ...(readsLog === true ? { auditLogs: [], nodeProxy: false } : {}),
    ...(isAboutGroups ? { connection: { ...connection, asGroups: [] } } : {}),
  };
}

function auditLoader(world: World, settings: Settings): CommandContext['loadAudit'] {
  const { history, auditLogs } = settings;
  if (history !== undefined) {
    if (auditLogs.length > 0)
      throw new ArgumentError('--audit-log and --history: import the log into the history first');
    return async (onEvents, only = {}) => {
      const { config } = await loadConfig(world, settings);
      return loadAuditHistory(world, settings, config, history, { only, onEvents });
    };
  }
  const { nodeProxy, demo } = settings;
  if (auditLogs.length === 0 && !nodeProxy && !demo) return undefined;
  return async (onEvents) => {
    const { config } = await loadConfig(world, settings);
    if (!nodeProxy && !demo) return loadAudit(world, settings, config, auditLogs, null, onEvents);
    const { connection, auditLog, close } = await connect(settings);
    try {
      const logs = auditLog === null ? auditLogs : [...auditLogs, auditLog];
      return await loadAudit(world, settings, config, logs, null, onEvents, connection);
    } finally {
      await close();
    }
  };
}
