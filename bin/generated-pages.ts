import { KEYS } from '../src/app/keymap.ts';
import { UNICODE_GLYPHS } from '../src/app/glyphs.ts';
import { keyText } from '../src/app/key-binding.ts';
import { PANES, type PaneName, type Reference } from '../src/model/finding.ts';
import { HOLDER_WEIGHTS } from '../src/analyses/rbac/grant-severity.ts';
import { PANE_LIST } from '../src/panes/index.ts';
import type { Pane } from '../src/panes/pane.ts';
import { FORMATS } from '../src/report/formats.ts';
import { RULES } from '../src/rules/index.ts';
import { FLAGS } from './flags.ts';
import { manPage } from './man-page.ts';
import { commandLines, usage } from './usage.ts';

/** A page of the documentation that no hand edits. */
export interface GeneratedPage {
  readonly path: string;
  readonly text: string;
}

/** The pages that are made from the tables in the code; a test compares them with the files. */
export function generatedPages(): readonly GeneratedPage[] {
  return [
    { path: 'docs/rules.md', text: rulesPage() },
    { path: 'docs/keys.md', text: keysPage() },
    { path: 'docs/command-line.md', text: commandLinePage() },
    ...PANE_LIST.map((pane) => ({ path: `docs/panes/${pane.name}.md`, text: panePage(pane) })),
    { path: 'docs/k8sec.1', text: manPage(usage('k8sec')) },
  ];
}

function rulesPage(): string {
  const rules = [...new Map(RULES.map((rule) => [rule.id, rule])).values()];
  const sections = PANES.flatMap((pane) => [
    `## ${pane}`,
    '',
    ...(pane === 'rbac' ? grantSeverities() : []),
    ...rules
      .filter((rule) => rule.id.startsWith(`${pane}/`))
      .flatMap((rule) => [
        `### ${rule.id}`,
        '',
        sentence(rule.summary),
        '',
        rule.help,
        ...(rule.references.length === 0 ? [] : ['', `See ${rule.references.map(referenceText).join(', ')}.`]),
        '',
      ]),
  ]);
  return page('Rules', [
    'What k8sec looks for, pane by pane. The name of a rule is part of each finding and of every waiver.',
    '',
    ...sections,
  ]);
}

/** How the severity of a grant is decided. */
function grantSeverities(): readonly string[] {
  return [
    'A grant is worth what it allows under the conditions that are met, and where: everywhere, in kube-system, or in one namespace. Who holds it adds to that; the first line that is met counts. What could not be read never makes a grant less severe.',
    '',
    ...table(
      ['who holds it', 'severity'],
      Object.values(HOLDER_WEIGHTS).map(({ who, steps }) => [who, stepsText(steps)]),
    ),
    '',
    'What Kubernetes itself binds to its parts, as that version binds it, is no finding.',
    '',
  ];
}

function stepsText(steps: number | null): string {
  if (steps === null) return 'at most low';
  return steps === 0 ? 'as it is' : `${steps} ${steps === 1 ? 'step' : 'steps'} more severe`;
}

function keysPage(): string {
  return page('Keys', [
    'The help (`?`) shows those that work where you are.',
    '',
    ...table(
      ['key', 'what it does'],
      KEYS.map((binding) => [binding.keys.map((key) => `\`${keyText(key, UNICODE_GLYPHS)}\``).join(' '), binding.help]),
    ),
  ]);
}

function commandLinePage(): string {
  return page('Command line', [
    '## Commands',
    '',
    ...table(
      ['command', 'what it does'],
      commandLines().map((command) => [`\`k8sec ${command.usage}\``, command.summary]),
    ),
    '',
    '## Flags',
    '',
    ...table(
      ['flag', 'what it does'],
      FLAGS.map((flag) => [
        `\`${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${flag.takes === undefined ? '' : ` ${flag.takes}`}\``,
        flag.choices === undefined ? flag.help : `${flag.help}: ${flag.choices.join(', ')}`,
      ]),
    ),
    '',
    '## Formats of the report',
    '',
    ...table(
      ['`-o`', 'for'],
      FORMATS.map((format) => [`\`${format.name}\``, format.summary]),
    ),
  ]);
}

/** What `t` draws in a pane. */
const DRAWN: Partial<Readonly<Record<PaneName, readonly string[]>>> = {
  network: [
    '`t` draws who may reach a workload and whom it may reach, as a tree; `t` again, or `:graph` at once, as boxes and arrows.',
  ],
  rbac: [
    '`t` draws where the rights of a row lead, as a tree; `t` again, or `:graph` at once, as boxes and arrows, with each account once.',
    '![Boxes for accounts, arrows for what they can do](../pictures/graph.svg)',
  ],
};

/** What a pane shows: its columns, and the rules that find something for it. */
function panePage({ name, title, about, unit, columns }: Pane): string {
  const rules = [...new Map(RULES.map((rule) => [rule.id, rule])).values()].filter((rule) =>
    rule.id.startsWith(`${name}/`),
  );
  return page(title, [
    about,
    '',
    `\`${PANES.indexOf(name) + 1}\` opens it, and \`:${name}\`. Its tab counts the ${unit} that fail. \`enter\` on a row says what is wrong, why and how that is known; \`f\` writes the fix.`,
    ...(DRAWN[name] ?? []).flatMap((text) => ['', text]),
    '',
    '## Columns',
    '',
    ...columns.map((column) => `- ${column.name}${column.wide === true ? ' (in the wide view, `ctrl-w`)' : ''}`),
    '',
    '## What it looks for',
    '',
    ...table(
      ['rule', 'what it finds'],
      rules.map((rule) => [`[${rule.id}](../rules.md#${anchor(rule.id)})`, sentence(rule.summary)]),
    ),
  ]);
}

/** The anchor that Markdown renderers give a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function page(title: string, lines: readonly string[]): string {
  return `${[`# ${title}`, '', '<!-- Made by npm run docs; do not edit. -->', '', ...lines].join('\n').trimEnd()}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function referenceText({ benchmark, version, id }: Reference): string {
  return [benchmark, version, id].filter((part) => part !== '').join(' ');
}
