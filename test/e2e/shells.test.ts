import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startDemoServer, type DemoServer } from '../../src/sources/demo/api-server.ts';
import { findProgram } from './find-program.ts';
import { PtyTerminal } from './pty-terminal.ts';

const PROMPT = 'ready> ';
/** What all three shells take ctrl-u and ctrl-l for. */
const DELETE_LINE = '\u0015';
const CLEAR_SCREEN = '\u000c';

/** How each shell starts without the settings of whoever runs the tests, and what makes it complete. */
const SHELLS = {
  bash: {
    flags: ['--noprofile', '--norc', '-i'],
    setup: `PS1='${PROMPT}'; bind 'set show-all-if-ambiguous on'; source <(k8sec completion bash)`,
  },
  zsh: {
    flags: ['-f', '-i'],
    setup: `PS1='${PROMPT}'; autoload -Uz compinit; compinit -u; source <(k8sec completion zsh)`,
  },
  fish: {
    flags: ['--no-config', '-i'],
    setup: `function fish_prompt; echo -n '${PROMPT}'; end; k8sec completion fish | source`,
  },
} as const;

let server: DemoServer;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-shells-'));
  await mkdir(join(folder, 'path'));
  for (const name of ['k8sec', 'kubectl_complete-sec']) {
    const program = resolve(`dist/${name}.js`);
    await chmod(program, 0o755);
    await symlink(program, join(folder, 'path', name));
  }
  server = await startDemoServer({});
  for (const name of ['shop', 'shipping', 'kube-system']) {
    server.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const context = { cluster: 'c', user: 'u' };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod-eu',
    contexts: [
      { name: 'prod-eu', context },
      { name: 'arn:aws:eks:eu/prod', context },
    ],
    clusters: [{ name: 'c', cluster: { server: server.url } }],
    users: [{ name: 'u', user: {} }],
  };
  await writeFile(join(folder, 'kubeconfig'), stringify(config));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const program = findProgram(shell);
  if (program === undefined) console.warn(`skipped: completion in ${shell}, for there is no ${shell} on the PATH`);

  test.skipIf(program === undefined)('offers panes, namespaces, contexts, flags, rules and commands', async () => {
    const { flags, setup } = SHELLS[shell];
    const terminal = new PtyTerminal([program ?? '', ...flags], 100, 30, {
      PATH: [join(folder, 'path'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
    });
    const lastLine = (screen: string): string =>
      screen
        .split('\n')
        .findLast((line) => line.includes(PROMPT.trim()))
        ?.replace(/^.*ready>\s*/, '') ?? '';
    const isEmpty = (screen: string): boolean => lastLine(screen) === '' && screen.includes(PROMPT.trim());
    /** Types a line, asks for completion, and waits for what is to stand on the screen. */
    const completes = async (typed: string, wanted: (screen: string) => boolean): Promise<string> => {
      terminal.type(typed);
      await terminal.until((screen) => lastLine(screen).startsWith(typed.trim()), `"${typed}" in ${shell}`);
      terminal.type('\t');
      await terminal.until(wanted, `the completion of "${typed}" in ${shell}`);
      const screen = terminal.text();
      terminal.type(DELETE_LINE);
      await terminal.until(isEmpty, 'an empty line');
      terminal.type(CLEAR_SCREEN);
      await terminal.until((text) => isEmpty(text) && text.trim() === PROMPT.trim(), 'an empty screen');
      return screen;
    };
    const becomes = (line: string) => (screen: string) => lastLine(screen).startsWith(line);
    const lists =
      (...words: readonly string[]) =>
      (screen: string) =>
        words.every((word) => new RegExp(String.raw`^(?!.*ready>).*(?<!\S)${word}(?!\S)`, 'm').test(screen));
    try {
      await terminal.until((screen) => /[#$%>]$/.test(screen.trim()), "the shell's own prompt");
      terminal.type(`${setup}\r`);
      await terminal.until(isEmpty, 'the prompt of the test');
      terminal.type(CLEAR_SCREEN);
      const panes = ['network', 'rbac', 'labels', 'audit', 'secrets', 'vigilance'];
      const screen = await completes('k8sec --pane ', lists(...panes));
      expect(screen).not.toContain('package.json');
      expect(await completes('k8sec --context ', lists('prod-eu'))).not.toContain('package.json');
      await completes('k8sec -n sh', lists('shop', 'shipping'));
      await completes('k8sec -n shi', becomes('k8sec -n shipping'));
      await completes('k8sec --pan', becomes('k8sec --pane'));
      await completes('k8sec --output=js', becomes('k8sec --output=json'));
      await completes('k8sec --rule network/no-i', becomes('k8sec --rule network/no-ingress-isolation'));
      await completes('k8sec who', becomes('k8sec who-can'));
      // Files where nothing else is known: the tests run at the root of the project.
      await completes('k8sec --kubeconfig package.js', becomes('k8sec --kubeconfig package.json'));
    } finally {
      terminal.kill('SIGKILL');
      await terminal.ended();
    }
  });
});
