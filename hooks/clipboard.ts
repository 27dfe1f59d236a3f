import { spawn } from 'node:child_process';

/** Most bytes of base64 that terminals take in one OSC 52 (k9s uses the same limit). */
const MAX_OSC52 = 74_994;

interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variable without which the tool has nothing to talk to. */
  readonly needs: string;
}

const TOOLS: Readonly<Record<string, readonly Tool[]>> = {
  darwin: [{ command: 'pbcopy', args: [], needs: '' }],
  win32: [{ command: 'clip', args: [], needs: '' }],
  linux: [
    { command: 'wl-copy', args: [], needs: 'WAYLAND_DISPLAY' },
    { command: 'xclip', args: ['-selection', 'clipboard'], needs: 'DISPLAY' },
    { command: 'xsel', args: ['--clipboard', '--input'], needs: 'DISPLAY' },
  ],
};

/**
 * Copies text by the system's own tool; without one through the terminal (OSC 52), which also works over SSH.
 *
 * @returns the name of the way that was taken
 */
export async function copyText(text: string, stdout: NodeJS.WriteStream): Promise<string> {
  for (const tool of TOOLS[process.platform] ?? []) {
    if (tool.needs !== '' && (process.env[tool.needs] ?? '') === '') continue;
    if (await runTool(tool, text)) return tool.command;
  }
  stdout.write(osc52(text));
  return 'the terminal (OSC 52)';
}

/** The terminal's own sequence for the clipboard; an error where the text is longer than terminals take. */
export function osc52(text: string): string {
  const encoded = Buffer.from(text, 'utf8').toString('base64');
  if (encoded.length > MAX_OSC52) throw new Error("too long for the terminal's clipboard: save it with ctrl-s");
  return `\u001b]52;c;${encoded}\u0007`;
}

function runTool(tool: Tool, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(tool.command, [...tool.args], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
    child.stdin.once('error', () => resolve(false));
    child.stdin.end(text);
  });
}
