import type { Options } from './arguments.ts';
import type { Flag } from './flags.ts';

/** What the surroundings of a start tell. */
export interface Surroundings {
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether any kubeconfig file exists, or in-cluster credentials do. */
  readonly hasCluster: boolean;
}

/** What a start without a command does. */
export interface Invocation {
  readonly mode: 'session' | 'report';
  readonly demo: boolean;
  /** Why a report is written where a session would have been expected; '' where nothing needs saying. */
  readonly note: string;
}

/**
 * Decides between session, report and demo (interface §1). The demo opens only for a person at a terminal without any
 * cluster in sight and without a flag that names one; a report never falls back to it.
 */
export function decideInvocation(options: Options, flags: readonly Flag[], around: Surroundings): Invocation {
  const demo = options['demo'] === true;
  if (options['session'] === true)
    return { mode: 'session', demo: demo || opensDemo(options, flags, around), note: '' };
  const implied = flags.find((flag) => flag.impliesReport === true && options[flag.name] !== undefined);
  if (implied !== undefined) return { mode: 'report', demo, note: '' };
  const reason = noTerminal(around);
  if (reason !== undefined) return { mode: 'report', demo, note: `${reason}: writing a report (--session insists)` };
  return { mode: 'session', demo: demo || opensDemo(options, flags, around), note: '' };
}

function noTerminal({ stdinIsTerminal, stdoutIsTerminal, env }: Surroundings): string | undefined {
  if (!stdoutIsTerminal) return 'standard output is no terminal';
  if (!stdinIsTerminal) return 'standard input is no terminal';
  if (env['TERM'] === 'dumb') return 'TERM=dumb cannot draw';
  if (env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false') return 'CI is set';
  return undefined;
}

function opensDemo(options: Options, flags: readonly Flag[], around: Surroundings): boolean {
  const names = flags.filter((flag) => flag.group === 'connection' || flag.group === 'input').map((flag) => flag.name);
  const isPointedSomewhere = names.some((name) => options[name] !== undefined);
  return !around.hasCluster && !isPointedSomewhere && (around.env['KUBECONFIG'] ?? '') === '';
}
