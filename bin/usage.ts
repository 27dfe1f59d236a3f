import { COMMANDS } from '../src/commands/index.ts';
import { FLAGS, type Flag } from './flags.ts';

const GROUPS: readonly (readonly [Flag['group'], string])[] = [
  ['connection', 'Connection (as kubectl)'],
  ['input', 'Input instead of a cluster'],
  ['audit', 'Audit log'],
  ['scope', 'Scope'],
  ['report', 'Report'],
  ['session', 'Session'],
  ['all', 'Other'],
];

/** What a command needs to be listed. */
export interface CommandLine {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
}

/** The examples of the help text; a test runs every one of them, with a demo cluster and a folder `manifests`. */
export const EXAMPLES: readonly (readonly string[])[] = [
  [],
  ['--demo'],
  ['--report', '-n', 'shop', '-o', 'json'],
  ['--report', '--from', 'manifests/', '--fail-on', 'medium'],
  ['--report', '--remediate', 'fixes/', '--output-file', 'report.html', '-o', 'html'],
  ['who-can', 'get', 'secrets', '-n', 'shop'],
  ['snapshot', 'today.k8sec'],
  ['--from', 'manifests/', '--onto', 'today.k8sec'],
];

/** Commands that are not questions to a view: they have their own files in `bin/`. */
export const OWN_COMMANDS: readonly CommandLine[] = [
  {
    name: 'snapshot',
    usage: 'snapshot FILE',
    summary: 'write what the rules read to one file, without any secret value',
  },
  { name: 'record', usage: 'record --journal DIR', summary: 'append what as-of needs to a journal, until SIGTERM' },
  { name: 'own-access', usage: 'own-access', summary: 'the least ClusterRole that k8sec itself needs' },
  { name: 'completion', usage: 'completion bash|zsh|fish', summary: 'the script that lets a shell complete k8sec' },
  { name: 'diff', usage: 'diff A B', summary: 'what changed between two reports, snapshots or folders of manifests' },
];

/** Every command by name. */
export function commandLines(): readonly CommandLine[] {
  return [...COMMANDS, ...OWN_COMMANDS];
}

/** The help text; `program` is `k8sec`, or `kubectl sec` where it runs as a plugin. */
export function usage(program: string): string {
  const commands = commandLines().map((command) => [`${program} ${command.usage}`, command.summary] as const);
  const sections = [
    `k8sec inspects the security of a live Kubernetes cluster. It only reads.`,
    '',
    'Usage',
    ...table([
      [program, 'the interactive session on the current context (without a kubeconfig: the demo cluster)'],
      [`${program} --report`, 'one scan, one report on standard output'],
      ...commands,
    ]),
    ...GROUPS.flatMap(([group, title]) => [
      '',
      title,
      ...table(FLAGS.filter((flag) => flag.group === group).map((flag) => [flagText(flag), flagHelp(flag)])),
    ]),
    '',
    'Flags of single commands',
    ...table(
      COMMANDS.flatMap((command) =>
        command.options.map((option) => [`${command.name} --${option.name}`, option.help] as const),
      ),
    ),
    '',
    'Exit codes',
    ...table([
      ['0', 'everything asked for was read, and nothing is at or over --fail-on'],
      ['1', 'k8sec could not do its work'],
      ['2', 'findings at or over --fail-on (with --baseline: new ones)'],
      ['3', 'no such finding, but something could not be read: not proven clean'],
    ]),
    '',
    'Examples',
    ...EXAMPLES.map((words) => `  ${[program, ...words].join(' ')}`),
  ];
  return `${sections.join('\n')}\n`;
}

function flagText(flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const names = [flag.name, ...(flag.aliases ?? [])].map((name) => `--${name}`).join(', ');
  return `${short}${names}${flag.takes === undefined ? '' : ` ${flag.takes}`}`;
}

function flagHelp(flag: Flag): string {
  return flag.choices === undefined ? flag.help : `${flag.help}: ${flag.choices.join(', ')}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(44, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) =>
    left.length > width ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`] : [`  ${left.padEnd(width)}  ${right}`],
  );
}
