import { join } from 'node:path';
import { closingLine } from '../src/report/text.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { listContexts } from '../src/sources/live/kubeconfig.ts';
import { ArgumentError } from './arguments.ts';
import { load } from './load.ts';
import { LoadError } from './load-error.ts';
import { prepareReport, reportFormat, writeReport } from './report-run.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/**
 * Reports on several clusters, one after the other: a line each, and with `--output-file` a file each in that folder. A
 * cluster that can't be reached is a result of its own.
 *
 * @returns the worst exit code; 1 where no cluster could be read
 */
export async function runFleet(world: World, settings: Settings): Promise<number> {
  refuseWhatIsForOne(settings);
  const format = reportFormat(settings.output);
  if (settings.outputFile === undefined && settings.output !== 'text') {
    throw new ArgumentError(`-o ${settings.output} of several clusters needs a folder: --output-file DIR`);
  }
  const names = await contextNames(settings);
  const width = Math.max(...names.map((name) => name.length));
  const files = fileNames(names);
  const codes: number[] = [];
  for (const name of names) {
    const own = ofContext(settings, name, files.get(name) ?? name, format.extension);
    const { code, line } = await reportOn(world, own);
    codes.push(code);
    world.print(`${name.padEnd(width)}  ${line}\n`);
  }
  if (codes.every((code) => code === 1)) return 1;
  return codes.includes(2) ? 2 : codes.some((code) => code !== 0) ? 3 : 0;
}

async function reportOn(world: World, settings: Settings): Promise<{ readonly code: number; readonly line: string }> {
  try {
    const loaded = await load(world, settings, settings.withRemedies || settings.remediate !== undefined);
    try {
      const prepared = await prepareReport(world, settings, loaded);
      if (settings.outputFile !== undefined) await writeReport(world, settings, prepared);
      const file = settings.outputFile === undefined ? '' : `; ${settings.outputFile}`;
      return {
        code: prepared.context.verdict.code,
        line: `${closingLine(prepared.report, prepared.context)}${file}`,
      };
    } finally {
      await loaded.close();
    }
  } catch (error) {
    if (error instanceof LoadError) return { code: 1, line: `not reached: ${error.message}` };
    throw error;
  }
}

async function contextNames(settings: Settings): Promise<readonly string[]> {
  if (settings.contexts !== 'all') return settings.contexts;
  const names = (await listContexts({ ...settings.connection, context: undefined }, nodeHost())).map((one) => one.name);
  if (names.length === 0) throw new LoadError('the kubeconfig holds no context');
  return names;
}

function ofContext(settings: Settings, context: string, file: string, extension: string): Settings {
  const { outputFile, remediate } = settings;
  return {
    ...settings,
    connection: { ...settings.connection, context },
    outputFile: outputFile === undefined ? undefined : join(outputFile, `${file}.${extension}`),
    remediate: remediate === undefined ? undefined : join(remediate, file),
  };
}

/** Context names may hold anything (`arn:aws:eks:…/prod`): each gets a file name of its own. */
function fileNames(names: readonly string[]): ReadonlyMap<string, string> {
  const used = new Set<string>();
  const files = new Map<string, string>();
  for (const name of names) {
    const plain = name.replaceAll(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '_');
    let file = plain;
    for (let count = 2; used.has(file); count += 1) file = `${plain}-${count}`;
    used.add(file);
    files.set(name, file);
  }
  return files;
}

function refuseWhatIsForOne(settings: Settings): void {
  const flags = {
    from: settings.from.length > 0,
    demo: settings.demo,
    baseline: settings.baseline !== undefined,
    'audit-log': settings.auditLogs.length > 0,
    history: settings.history !== undefined,
    server: settings.connection.server !== undefined,
    cluster: settings.connection.cluster !== undefined,
  };
  for (const [name, isGiven] of Object.entries(flags)) {
    if (isGiven) throw new ArgumentError(`--${name} is for one cluster, and several contexts are named`);
  }
}
