import { kindInfo } from '../model/kind.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Glyphs } from './glyphs.ts';
import type { PaneSnapshot, SessionSnapshot } from './session-model.ts';
import { countText } from '../kube/count-text.ts';
import { ageText } from './number-text.ts';
import { span, type Span } from './span.ts';

/** Kinds that exist but may not be read (completely). */
function deniedKinds(coverage: readonly Coverage[]): readonly Coverage[] {
  return coverage.filter((one) => one.status === 'denied' || one.status === 'unsupported' || one.status === 'broken');
}

/** Name of a kind's resource, such as `secrets`. */
function resourceName(coverage: Coverage): string {
  return kindInfo(coverage.kind).resource;
}

/** The connection in a few words, for the right end of the header. `dot` is the theme's mark for a state. */
export function connectionSpans(snapshot: SessionSnapshot, dot: string): readonly Span[] {
  const { connection, objects, coverage, now } = snapshot;
  const denied = deniedKinds(coverage).length;
  const tail = [
    ...(objects > 0 ? [span(`  ${countText(objects)} objects`, 'muted')] : []),
    ...(denied > 0 ? [span(`  ${denied} ${denied === 1 ? 'kind' : 'kinds'} denied`, 'warning')] : []),
  ];
  switch (connection.status) {
    case 'connecting':
      return [span(`${dot} connecting`, 'warning')];
    case 'syncing':
      return [span(`${dot} reading ${connection.done} of ${connection.total} kinds`, 'warning'), ...tail];
    case 'live':
      return [snapshot.judging ? span(`${dot} judging`, 'warning') : span(`${dot} live`, 'good'), ...tail];
    case 'stale':
      return [span(`${dot} stale for ${ageText(now - connection.since)}`, 'bad'), ...tail];
    case 'failed':
      return [span(`${dot} no connection`, 'bad'), ...tail];
    case 'static':
      return [span(`${dot} files`, 'muted'), ...tail];
  }
}

/**
 * What a pane says in the place of its figures while they would be false; '' where they are true.
 *
 * @param pane undefined where it was not evaluated yet
 */
export function pendingText(snapshot: SessionSnapshot, pane: PaneSnapshot | undefined, glyphs: Glyphs): string {
  if (pane?.pending.length === 0) return '';
  const { status } = snapshot.connection;
  if (status === 'failed') return '-';
  const [first = '', second, ...more] = pane?.pending ?? [];
  if (first === '' || status === 'connecting') return glyphs.ellipsis;
  const names = [first, ...(second === undefined ? [] : [second]), ...(more.length > 0 ? [`${more.length} more`] : [])];
  return `${glyphs.ellipsis} ${status === 'stale' ? 'not read yet:' : 'reading'} ${names.join(', ')}`;
}

/** What could not be read, for the line below a table; '' where everything was. */
export function coverageLine(snapshot: SessionSnapshot): string {
  const denied = deniedKinds(snapshot.coverage);
  const stale = snapshot.coverage.filter((one) => one.status === 'stale');
  const parts: string[] = [];
  if (denied.length > 0) parts.push(`not judged: ${denied.map(deniedText).join(', ')}`);
  const read = snapshot.coverage.filter((one) => one.status === 'live' || one.status === 'stale');
  const isAll = stale.length > 1 && stale.length === read.length;
  if (stale.length > 0) parts.push(`stale: ${isAll ? 'all that was read' : stale.map(resourceName).join(', ')}`);
  return parts.join(' · ');
}

function deniedText(one: Coverage): string {
  const where = one.namespaces === 'all' || one.namespaces.length === 0 ? '' : ` outside ${one.namespaces.join(', ')}`;
  return `${resourceName(one)}${where} (${one.status})`;
}
