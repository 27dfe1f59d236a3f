import { spawn, type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** Longest wait for a screen; a test that reaches it fails. */
const PATIENCE = 25_000;

/** A program in a real pseudo-terminal, and the screen that a person would see. */
export class PtyTerminal {
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  readonly #ended: Promise<{ readonly code: number; readonly signal: number | undefined }>;
  #listeners: (() => void)[] = [];
  #bytes = '';
  /** How many of the bytes are on the screen. */
  #drawn = 0;

  constructor(command: readonly string[], columns: number, rows: number, env: Readonly<Record<string, string>> = {}) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    // Lines of a shell stand above, as they do for a person: the program must still begin at the top.
    this.#terminal.write('$ first line of the shell\r\n$ second line of the shell\r\n$ third line of the shell\r\n');
    const { CI: _ci, NODE_ENV: _mode, NO_COLOR: _color, FORCE_COLOR: _force, ...inherited } = process.env;
    const [file = '', ...args] = command;
    this.#pty = spawn(file, args, {
      name: env['TERM'] ?? 'xterm-256color',
      cols: columns,
      rows,
      env: { ...inherited, ...env },
    });
    this.#pty.onData((data) => {
      this.#bytes += data;
      this.#terminal.write(data, () => {
        this.#drawn += data.length;
        for (const listener of this.#listeners) listener();
      });
    });
    this.#ended = new Promise((resolve) => {
      // What it wrote last may still be on its way to the screen.
      this.#pty.onExit(({ exitCode, signal }) => this.#terminal.write('', () => resolve({ code: exitCode, signal })));
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Everything that the program wrote. */
  get bytes(): string {
    return this.#bytes;
  }

  get usesAlternateScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  lines(): readonly string[] {
    const { cols, rows, buffer } = this.#terminal;
    const { active } = buffer;
    return Array.from(
      { length: rows },
      (_, at) =>
        active
          .getLine(active.viewportY + at)
          ?.translateToString(true, 0, cols)
          .trimEnd() ?? '',
    );
  }

  text(): string {
    return this.lines().join('\n');
  }

  /** Lines that were wider than the screen, so that the terminal broke them. */
  brokenLines(): readonly string[] {
    const { active } = this.#terminal.buffer;
    return this.lines().filter((_, at) => active.getLine(active.viewportY + at)?.isWrapped === true);
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }

  /** Resolves with the exit code and the signal that ended the program. */
  ended(): Promise<{ readonly code: number; readonly signal: number | undefined }> {
    return this.#ended;
  }

  /** Resolves when a frame is wanted that has come whole: of one that has not, lines of the view before still stand. */
  async until(wanted: (text: string) => boolean, what: string): Promise<void> {
    const isThere = (): boolean => this.#isBetweenFrames() && wanted(this.text());
    if (isThere()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#listeners = this.#listeners.filter((one) => one !== look);
        clearTimeout(timer);
      };
      const look = (): void => {
        if (!isThere()) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`the screen never showed ${what}:\n${this.text()}`));
      }, PATIENCE);
      this.#listeners.push(look);
    });
  }

  async shows(text: string): Promise<void> {
    await this.until((screen) => screen.includes(text), JSON.stringify(text));
  }

  /** DEC mode 2026 stands around each frame of a session. */
  #isBetweenFrames(): boolean {
    const last = (sequence: string): number => this.#bytes.lastIndexOf(sequence, this.#drawn - sequence.length);
    return last('\u001b[?2026l') >= last('\u001b[?2026h');
  }
}
