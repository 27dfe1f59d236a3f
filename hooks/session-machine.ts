import type { SessionMachine } from '../src/app/session-model.ts';
import { copyText } from './clipboard.ts';
import { handOver } from './hand-over.ts';
import { saveNew } from './save-new.ts';

/**
 * The machine that the session runs on.
 *
 * @param keys the file descriptor of the terminal that keys come from
 */
export function machineOf(stdout: NodeJS.WriteStream, keys: number): SessionMachine {
  return {
    save: (fileName, text) => saveNew(fileName, text),
    copy: (text) => copyText(text, stdout),
    suspend: suspendProcess,
    handOver: (to, fileName, text) => handOver(to, fileName, text, keys),
  };
}

/** Stops this process as a shell's ctrl-z does; resolves once `fg` continues it. */
function suspendProcess(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    // The whole group, so that the shell sees its job stop.
    process.kill(0, 'SIGTSTP');
  });
}
