import { resolve } from 'node:path';
import type { CommandPlan, CommandResult, Host } from '../../../src/sources/live/host.ts';
import { noClock } from './quick-clock.ts';

/** A machine that exists only in a test. */
export interface FakeHost extends Host {
  readonly files: Map<string, string>;
  readonly commands: CommandPlan[];
  /** Moves time on. */
  pass(milliseconds: number): void;
}

function missing(what: string): Error {
  return Object.assign(new Error(`ENOENT: ${what}`), { code: 'ENOENT' });
}

/**
 * @param files absolute path → content
 * @param run answers for programs; without it there are none
 */
export function fakeHost(options: {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: ReturnType<Host['stdin']>;
  readonly run?: (plan: CommandPlan) => CommandResult;
}): FakeHost {
  const files = new Map(Object.entries(options.files ?? {}));
  const commands: CommandPlan[] = [];
  const clock = noClock();
  let later = 0;
  return {
    files,
    commands,
    pass: (milliseconds) => {
      later += milliseconds;
    },
    env: { HOME: '/home/me', ...options.env },
    cwd: '/project',
    platform: 'linux',
    readFile: async (path) => {
      const content = files.get(resolve('/project', path));
      if (content === undefined) throw missing(path);
      return Buffer.from(content);
    },
    rewriteFile: async (path, change) => {
      files.set(path, change(files.get(path) ?? ''));
    },
    run: async (plan) => {
      commands.push(plan);
      if (options.run === undefined) throw missing(plan.command);
      return options.run(plan);
    },
    stdin: () => options.stdin ?? 'no-terminal',
    clock: { ...clock, now: () => clock.now() + later },
  };
}
