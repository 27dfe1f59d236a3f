import type { Command, CommandContext } from '../../src/commands/command.ts';
import { Engine } from '../../src/engine/engine.ts';
import { RULES } from '../../src/rules/index.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { StoreView } from '../../src/store/store-view.ts';

export interface Run {
  readonly code: number;
  readonly output: string;
  /** Standard error. */
  readonly warned: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly output?: string;
  readonly options?: CommandContext['options'];
  readonly namespaces?: readonly string[];
  /** What the audit log holds; without it there is none. */
  readonly events?: readonly AuditEvent[];
  /** Texts of files by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs a command over a view, as `bin` would. */
export async function runCommand(
  command: Command,
  view: StoreView,
  words: readonly string[],
  { input = '', output, options = {}, namespaces = [], events, files = {} }: RunOptions = {},
): Promise<Run> {
  let printed = '';
  let warned = '';
  const code = await command.run({
    words,
    output,
    options,
    namespaces,
    loadView: async () => await Promise.resolve(view),
    loadEngine: async () => {
      const engine = new Engine(view, RULES);
      engine.settle();
      return await Promise.resolve(engine);
    },
    loadAudit:
      events === undefined
        ? undefined
        : async (onEvents) => {
            onEvents(events);
            return await Promise.resolve(view.audit());
          },
    readStandardInput: async () => await Promise.resolve(input),
    readFile: async (path) => {
      const text = files[path];
      return text === undefined ? await Promise.reject(new Error(path)) : await Promise.resolve(text);
    },
    print: (text) => {
      printed += text;
    },
    warn: (text) => {
      warned += text;
    },
    columns: undefined,
    now: view.now,
  });
  return { code, output: printed, warned };
}
