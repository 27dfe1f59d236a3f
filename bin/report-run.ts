import { createHash } from 'node:crypto';
import { PANE_LIST } from '../src/panes/index.ts';
import { buildRemedies, firstRemedyTitles } from '../src/remedy/build.ts';
import type { Baseline } from '../src/report/baseline.ts';
import { exitVerdict } from '../src/report/exit-code.ts';
import type { Format, FormatContext } from '../src/report/format.ts';
import { FORMATS } from '../src/report/formats.ts';
import { makeReport, type Report } from '../src/report/report.ts';
import { RULES } from '../src/rules/index.ts';
import { TOOL } from '../src/model/tool.ts';
import { ArgumentError } from './arguments.ts';
import type { Loaded } from './load.ts';
import { painter } from './painter.ts';
import { readBaseline } from './read-baseline.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';
import { writeRemedies, type WrittenRemedies } from './write-remedies.ts';

/**
 * The format that `-o` names.
 *
 * @throws ArgumentError for a format of something else, such as `dot`
 */
export function reportFormat(name: string): Format {
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  const names = FORMATS.map((one) => one.name).join(', ');
  throw new ArgumentError(`-o ${name} is no format of the report: it is one of ${names}`);
}

/** A report, and all that is needed to write it. */
export interface PreparedReport {
  readonly report: Report;
  readonly format: Format;
  readonly context: FormatContext;
}

/**
 * Writes the report of what was loaded.
 *
 * @returns the exit code (interface §3)
 */
export async function runReport(world: World, settings: Settings, loaded: Loaded): Promise<number> {
  const prepared = await prepareReport(world, settings, loaded);
  await writeReport(world, settings, prepared);
  return prepared.context.verdict.code;
}

/** Puts the report of what was loaded together, and writes the remedies of `--remediate`. */
export async function prepareReport(world: World, settings: Settings, loaded: Loaded): Promise<PreparedReport> {
  const format = reportFormat(settings.output);
  const baseline = await readBaseline(world, settings);
  const report = reportOf(world, settings, loaded, baseline);
  const verdict = exitVerdict(report, settings.failOn);
  const folder = settings.remediate;
  const { files, left } = folder === undefined ? NONE_WRITTEN : await writeRemedies(world, folder, report);
  if (folder !== undefined && !settings.quiet) world.warn(`${writtenText(files, folder)}${leftText(left, folder)}`);
  const took = world.now() - loaded.startedAt;
  return {
    report,
    format,
    context: {
      verdict,
      failOn: settings.failOn,
      took,
      paint: painter(world, settings),
      files,
      firstRemedy: report.remedies === null ? firstRemedyTitles(loaded.engine.view) : () => undefined,
    },
  };
}

/** The report of a settled engine. */
export function reportOf(
  world: World,
  settings: Settings,
  { engine, config, configText, base }: Pick<Loaded, 'engine' | 'config' | 'configText' | 'base'>,
  baseline: Baseline | null,
): Report {
  const facts = engine.view.facts();
  return makeReport({
    engine,
    rules: RULES,
    panes: PANE_LIST,
    scope: settings.scope,
    generatedAt: world.now(),
    source: {
      type: settings.onto === undefined ? facts.source : 'files',
      context: facts.context,
      server: facts.server,
      clusterUID: facts.clusterUID,
      user: facts.user,
      kubernetesVersion: facts.serverVersion,
      paths: settings.from,
      onto: settings.onto ?? null,
      ruleSet: `k8sec ${TOOL.version}`,
      configHash: configText === null ? null : createHash('sha256').update(configText).digest('hex').slice(0, 16),
    },
    waivers: config.waivers,
    baseline,
    base,
    allowUnread: settings.allowUnread,
    buildRemedies:
      settings.withRemedies || settings.remediate !== undefined ? (finding) => buildRemedies(engine, finding) : null,
  });
}

function writtenText(files: FormatContext['files'], folder: string): string {
  const count = new Set(files.values()).size;
  return `wrote ${count} ${count === 1 ? 'remedy' : 'remedies'} to ${folder}\n`;
}

/** Patches of an earlier state give back what has been taken since. */
function leftText(left: readonly string[], folder: string): string {
  const [first] = left;
  if (first === undefined) return '';
  const more = left.length === 1 ? '' : ` and ${left.length - 1} more`;
  return `${folder} still has ${first}${more}, which this run did not write: remove what is of an earlier run, for it is of an earlier state\n`;
}

const NONE_WRITTEN: WrittenRemedies = { files: new Map(), left: [] };

/** Writes to standard output, or to the file of `--output-file` whole or not at all. */
export async function writeReport(
  world: World,
  { outputFile: path }: Settings,
  { report, format, context }: PreparedReport,
): Promise<void> {
  if (path === undefined) {
    const out = buffered(world.print);
    format.write(report, out.write, context);
    out.flush();
    return;
  }
  const file = await world.createFile(path);
  try {
    format.write(report, file.write, context);
    await file.done();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Collects small pieces, so that a report of 150,000 pods is not as many writes. */
function buffered(print: (text: string) => void): { write: (text: string) => void; flush: () => void } {
  let pieces: string[] = [];
  let size = 0;
  const flush = (): void => {
    if (size > 0) print(pieces.join(''));
    pieces = [];
    size = 0;
  };
  return {
    write: (text) => {
      pieces.push(text);
      size += text.length;
      if (size > 1 << 16) flush();
    },
    flush,
  };
}
