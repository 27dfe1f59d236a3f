import { refText } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Finding } from '../../model/finding.ts';
import type { BuiltRemedy, RemedyTarget } from '../../remedy/built-remedy.ts';
import { safetyText } from '../../remedy/breaking-effect.ts';
import { targetAdvice } from '../../remedy/target.ts';
import { escaped } from '../markdown-escape.ts';
import type { RemedyFile } from './kustomization.ts';
import type { RemedyGroup } from './remedy-group.ts';

/** A finding and what can be done about it, the remedy to take first before its alternatives. */
export interface Fix {
  readonly finding: Finding;
  readonly files: readonly RemedyFile[];
}

export interface GroupReadme {
  readonly group: RemedyGroup;
  /** Worst first. */
  readonly fixes: readonly Fix[];
  /** Files that the kustomization of the folder holds; null where there is none. */
  readonly held: ReadonlySet<string> | null;
  /** Files with values for a Helm chart. */
  readonly values: readonly string[];
  /** What the first remedies of all folders deny only all together. */
  readonly together: readonly string[];
  /** For the name of a file those that set otherwise what it sets. */
  readonly rivals: ReadonlyMap<string, readonly string[]>;
}

/** The name of the page of a folder. */
export const README = 'README.md';

const NOT_APPLIED = 'Nothing here has been applied. Read what each file says at its head first.';

/** Whether a text is the page of a folder of remedies. */
export function isPage(text: string): boolean {
  return text.includes(NOT_APPLIED);
}

/** Rivals of a file that are named. */
const MOST_RIVALS = 3;

/** The page of one folder: how to use what is in it, and which file is for which finding. */
export function groupReadme({ group, fixes, held, values, together, rivals }: GroupReadme): string {
  const targets = new Map(
    fixes.flatMap(({ files }) => files).map(({ remedy: { target } }) => [JSON.stringify(target), target]),
  );
  const advice = [...targets.values()].flatMap((target) => targetAdvice(target) ?? []);
  const lines = [
    `# ${escaped(`${group.owner} / ${group.application}`)}`,
    '',
    NOT_APPLIED,
    ...advice.flatMap((line) => ['', escaped(line)]),
    ...(held === null ? [] : ['', componentText([...targets.values()])]),
    ...(values.length === 0
      ? []
      : ['', `Values for the chart, under the usual names: ${values.map((name) => escaped(name)).join(', ')}.`]),
    ...(together.length === 0
      ? []
      : ['', 'The first remedies of all folders, replayed over the audit log together:', '']),
    ...together.map((line) => `- ${escaped(line)}`),
    ...fixes.flatMap((fix) => ['', ...fixLines(fix, held, rivals)]),
  ];
  return `${lines.join('\n')}\n`;
}

function componentText(targets: readonly RemedyTarget[]): string {
  const source = targets.find((target) => target.repoURL !== null);
  const where = source === undefined ? 'next to the kustomization' : `into ${source.repoURL} at ${source.path ?? '.'}`;
  const isHelm = targets.some((target) => target.manager === 'helm');
  return escaped(
    `kustomization.yaml is a Kustomize component: copy the folder ${where} that the application is deployed from, and name it there under components.${
      isHelm ? ' For a chart, that kustomization is a post-renderer.' : ''
    }`,
  );
}

function fixLines(
  { finding, files }: Fix,
  held: ReadonlySet<string> | null,
  rivals: GroupReadme['rivals'],
): readonly string[] {
  return [
    `## ${escaped(`${finding.severity}: ${finding.title}`)}`,
    '',
    escaped(`${refText(finding.subject)}, ${finding.rule}`),
    ...files.flatMap((file, index) => [
      '',
      ...fileLines(file, index > 0, held?.has(file.name) === true),
      ...rivalLines(rivals.get(file.name) ?? []),
    ]),
  ];
}

function fileLines({ remedy, name }: RemedyFile, isAlternative: boolean, isHeld: boolean): readonly string[] {
  const words = [
    `${isAlternative ? 'or ' : ''}${name}`,
    `${remedy.title} (${safetyText(remedy)})`,
    ...(isHeld ? ['in kustomization.yaml'] : []),
  ];
  const steps =
    remedy.source === null ? commandsOf(remedy, name).map((line) => `      ${line}`) : [`  ${escaped(remedy.source)}`];
  return [`- ${escaped(words.join(', '))}`, '', ...steps];
}

function rivalLines(others: readonly string[]): readonly string[] {
  if (others.length === 0) return [];
  const verb = others.length === 1 ? 'sets' : 'set';
  return [
    '',
    `  ${escaped(`One of them only: what this sets, ${someOf(others, MOST_RIVALS)} ${verb} otherwise. Apply one, then have the folder written anew.`)}`,
  ];
}

/** The commands as they are typed in the folder. */
function commandsOf({ commands, fileName }: BuiltRemedy, name: string): readonly string[] {
  return commands.map((line) => line.replaceAll(fileName, name));
}
