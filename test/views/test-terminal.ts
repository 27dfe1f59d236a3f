import xterm from '@xterm/headless';
import { PassThrough, Writable } from 'node:stream';

/** Longest wait for a screen; a test that reaches it fails. */
const PATIENCE = 20_000;

/** A terminal for Ink: what is written goes into a real screen model, of any size. */
export class TestTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly #terminal: xterm.Terminal;
  #written = '';
  #listeners: (() => void)[] = [];

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      scrollback: 0,
      convertEol: true,
    });
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#written += chunk.toString();
        this.#terminal.write(new Uint8Array(chunk), () => {
          for (const listener of this.#listeners) listener();
          done();
        });
      },
    });
    this.stdout = Object.assign(stdout, { columns, rows, isTTY: true }) as unknown as NodeJS.WriteStream;
    const stdin = new PassThrough();
    this.stdin = Object.assign(stdin, {
      isTTY: true,
      setRawMode: () => stdin,
      ref: () => stdin,
      unref: () => stdin,
    }) as unknown as NodeJS.ReadStream;
  }

  /** All bytes written so far. */
  get written(): string {
    return this.#written;
  }

  get usesAlternateScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Lines as a person sees them, without blanks at their ends. */
  lines(): readonly string[] {
    const { cols, buffer } = this.#terminal;
    const { active } = buffer;
    // The model keeps cells beyond the edge for a while after a shrink; nobody sees them.
    return Array.from(
      { length: this.#terminal.rows },
      (_, at) => active.getLine(at)?.translateToString(true, 0, cols).trimEnd() ?? '',
    );
  }

  text(): string {
    return this.lines().join('\n');
  }

  /** The screen as runs of equally drawn characters, line by line. */
  runs(): readonly (readonly Run[])[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, at) => runsOf(active.getLine(at), this.#terminal.cols));
  }

  /** Types keys as the terminal would send them. */
  type(keys: string): void {
    (this.stdin as unknown as PassThrough).write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    Object.assign(this.stdout, { columns, rows });
    this.stdout.emit('resize');
  }

  /** Waits until the screen satisfies `wanted`. */
  async until(wanted: (text: string) => boolean, what: string): Promise<void> {
    if (wanted(this.text())) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners = this.#listeners.filter((one) => one !== look);
        reject(new Error(`the screen never showed ${what}:\n${this.text()}`));
      }, PATIENCE);
      const look = (): void => {
        if (!wanted(this.text())) return;
        clearTimeout(timer);
        this.#listeners = this.#listeners.filter((one) => one !== look);
        resolve();
      };
      this.#listeners.push(look);
    });
  }

  /** Waits until the screen shows a text. */
  async shows(text: string): Promise<void> {
    await this.until((screen) => screen.includes(text), JSON.stringify(text));
  }
}

/** Characters beside each other that are drawn alike. */
export interface Run {
  readonly column: number;
  readonly text: string;
  /** Of the terminal's 16 colours; null is the terminal's own. */
  readonly ink: number | null;
  readonly ground: number | null;
  readonly bold: boolean;
  readonly inverse: boolean;
}

function runsOf(line: xterm.IBufferLine | undefined, columns: number): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line?.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const made: Run = {
      column,
      text: cell.getChars() === '' ? ' ' : cell.getChars(),
      ink: cell.isFgDefault() ? null : cell.getFgColor(),
      ground: cell.isBgDefault() ? null : cell.getBgColor(),
      bold: cell.isBold() !== 0,
      inverse: cell.isInverse() !== 0,
    };
    const last = runs.at(-1);
    const isAlike = last?.ink === made.ink && last.ground === made.ground && last.bold === made.bold;
    if (last !== undefined && isAlike && last.inverse === made.inverse) {
      runs[runs.length - 1] = { ...last, text: last.text + made.text };
    } else runs.push(made);
  }
  return runs;
}
