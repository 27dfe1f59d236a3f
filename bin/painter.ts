import type { Severity } from '../src/model/finding.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

const COLOURS: Readonly<Record<Severity, string>> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  info: '2',
};

/** Colours for the text report: only on a terminal, unless forced; NO_COLOR and CLICOLOR are kept. */
export function painter(world: World, settings: Settings): (text: string, severity: Severity) => string {
  const { env } = world;
  const isOff = (env['NO_COLOR'] ?? '') !== '' || env['CLICOLOR'] === '0' || env['TERM'] === 'dumb';
  const isForced = (env['FORCE_COLOR'] ?? '0') !== '0' || (env['CLICOLOR_FORCE'] ?? '0') !== '0';
  const isOn = isForced || (!isOff && world.stdoutIsTerminal && settings.outputFile === undefined);
  return (text, severity) => (isOn ? `\u001b[${COLOURS[severity]}m${text}\u001b[0m` : text);
}
