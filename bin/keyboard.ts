import { openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { LoadError } from './load-error.ts';

/** Where keys come from; `fd` is for programs that the session hands the terminal to. */
export interface Keyboard {
  readonly stream: NodeJS.ReadStream;
  readonly fd: number;
  /** Lets the process end. */
  close(): void;
}

/**
 * Standard input where that is the terminal, else the terminal itself: `--audit-log -` reads a log from standard input.
 *
 * @throws LoadError where this process has no terminal
 */
export function openKeyboard(): Keyboard {
  if (isatty(0)) return { stream: process.stdin, fd: 0, close: () => undefined };
  try {
    const fd = openSync('/dev/tty', 'r');
    const stream = new ReadStream(fd);
    return { stream, fd, close: () => void stream.destroy() };
  } catch {
    throw new LoadError(
      'a session reads keys from a terminal, and there is none here: --report writes a report instead',
    );
  }
}
