import type { Command } from '../src/commands/command.ts';
import type { ParsedArguments } from './arguments.ts';
import { load, loadConfig, type Loaded } from './load.ts';
import { loadAudit } from './load-audit.ts';
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
  const loadOnce = async (): Promise<Loaded> => (loaded ??= await load(world, settings));
  try {
    return await command.run({
      words: words.slice(1),
      output: typeof options['output'] === 'string' ? options['output'] : undefined,
      options,
      namespaces: settings.scope.namespaces,
      loadView: async () => (await loadOnce()).engine.view,
      loadEngine: async () => (await loadOnce()).engine,
      loadAudit:
        settings.auditLogs.length === 0
          ? undefined
          : async (onEvents) => {
              const { config } = await loadConfig(world, settings);
              return loadAudit(world, settings, config, settings.auditLogs, null, onEvents);
            },
      loadPast: async (range) => {
        const { loadPast } = await import('./load-past.ts');
        return loadPast(world, settings, range);
      },
      readStandardInput: world.readStandardInput,
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
