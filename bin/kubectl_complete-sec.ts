import { RULES } from '../src/rules/index.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { listContexts, loadConnection } from '../src/sources/live/kubeconfig.ts';
import { startLiveSource } from '../src/sources/live/live-source.ts';
import { parseArguments } from './arguments.ts';
import { complete, completionText } from './complete.ts';
import { FLAGS } from './flags.ts';
import { settingsOf } from './settings.ts';
import { commandLines } from './usage.ts';

/** A shell waits for this; a slow cluster gets no more time. */
const PATIENCE = 2_000;

const words = process.argv.slice(2);
const quietly = async <T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> => read().catch(() => []);

/** Connection flags that were typed already decide whose names are offered. */
function typedConnection(): ReturnType<typeof settingsOf>['connection'] {
  try {
    return settingsOf(parseArguments(words.slice(0, -2), FLAGS).options, Date.now()).connection;
  } catch {
    return {};
  }
}

async function namespaces(): Promise<readonly string[]> {
  const host = nodeHost({ stdin: () => 'in-use' });
  const names: string[] = [];
  const signal = AbortSignal.timeout(PATIENCE);
  const source = startLiveSource({
    connection: await loadConnection(typedConnection(), host),
    kinds: ['Namespace'],
    namespaces: [],
    secretsMode: 'off',
    mode: 'once',
    sink: {
      page: (_kind, objects) => {
        for (const object of objects) names.push(String((object['metadata'] as { readonly name?: unknown }).name));
      },
      replaceDone: () => undefined,
      upsert: () => undefined,
      remove: () => undefined,
      status: () => undefined,
      facts: () => undefined,
    },
    signal,
    clock: host.clock,
  });
  await source.initial;
  return names.sort();
}

const choices = await complete(words, {
  flags: FLAGS,
  commands: commandLines(),
  rules: RULES,
  contexts: () => quietly(async () => (await listContexts(typedConnection(), nodeHost())).map((row) => row.name)),
  namespaces: () => quietly(namespaces),
});
process.stdout.write(completionText(choices));
// A list that still runs must not keep the shell waiting.
process.exit(0);
