import { refText } from '../kube/object-ref.ts';
import type { Engine } from '../engine/engine.ts';
import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';

import type { BuiltRemedy, DiffLine } from './built-remedy.ts';
import { REMEDIES } from './index.ts';
import { lineDiff } from './line-diff.ts';
import { liveObject, manifestIdentity, manifestText } from './manifest-identity.ts';
import type { Manifest, Remedy, RemedyDraft } from './remedy.ts';
import { rightsEffects } from './rbac/rights-effects.ts';
import { toYaml } from './to-yaml.ts';
import { deliveryOf } from './delivery.ts';
import { NO_TARGET } from './target.ts';

const BY_ID: ReadonlyMap<string, Remedy> = new Map(REMEDIES.map((remedy) => [remedy.id, remedy]));

/**
 * Builds the remedies that a finding names and proves each on an overlay of the view: whether this finding goes, and
 * which others go or come. What could not be written stands last, with its reason. Settle the engine before.
 */
export function buildRemedies(engine: Engine, finding: Finding): readonly BuiltRemedy[] {
  const built = remediesOf(finding).map((remedy) => build(engine, finding, remedy));
  return built.toSorted((a, b) => Number(a.refused !== null) - Number(b.refused !== null));
}

/** Why remedies that a finding names cannot be had, by their id, without proof of the others. */
export function refusalsOf(view: ClusterView, finding: Finding): ReadonlyMap<string, string> {
  return new Map(
    remediesOf(finding).flatMap((remedy) => {
      const built = remedy.build(finding, view);
      return 'refused' in built ? [[remedy.id, built.refused] as const] : [];
    }),
  );
}

/** The remedies that a finding names, the best first. */
export function remediesOf(finding: Finding): readonly Remedy[] {
  return (finding.remedies ?? []).flatMap((id) => BY_ID.get(id) ?? []);
}

/**
 * Tells the title of the first remedy of a finding, without proof, for as long as the view stays as it is; a remedy that
 * would be refused is passed over where that costs little to know. Undefined where there is none.
 */
export function firstRemedyTitles(view: ClusterView): (finding: Finding) => string | undefined {
  const refused = new Map<string, boolean>();
  const isRefused = (remedy: Remedy, finding: Finding): boolean => {
    if (remedy.triedBy === undefined) return false;
    const key = remedy.triedBy === 'subject' ? `${remedy.id} ${refText(finding.subject)}` : '';
    const known = refused.get(key) ?? 'refused' in remedy.build(finding, view);
    if (key !== '') refused.set(key, known);
    return known;
  };
  return (finding) => remediesOf(finding).find((remedy) => !isRefused(remedy, finding))?.title;
}

function build(engine: Engine, finding: Finding, remedy: Remedy): BuiltRemedy {
  const { view } = engine;
  const built = remedy.build(finding, view);
  const common = { id: remedy.id, finding: finding.id, title: remedy.title, safety: remedy.safety } as const;
  if ('refused' in built) return { ...EMPTY, ...common, refused: built.refused };
  const proof = engine.prove(built.changes);
  const { target, advice, isInSource } = deliveryOf(view, built);
  const fileName = built.fileName ?? fileNameOf(built.manifests, remedy);
  const effects = [...built.effects, ...rightsEffects(view, proof.after, built.changes)];
  const unproven = proof.closes.some((one) => one.id === finding.id) ? [] : [`${finding.title}: this finding stays`];
  return {
    ...common,
    refused: null,
    note: [isInSource ? '' : advice, built.note].filter((part) => part !== undefined && part !== '').join(' '),
    manifests: built.manifests,
    yaml: toYaml(built.manifests, [...headComments(finding, remedy, { ...built, effects }, advice), ...built.comments]),
    fileName,
    diff: diffOf(view, built),
    changes: built.changes,
    effects: [...effects, ...unproven],
    closes: proof.closes,
    opens: proof.opens,
    target,
    source: isInSource ? (advice ?? null) : null,
    commands: isInSource ? [] : commandsOf(built, fileName),
    use: built.use.type,
  };
}

function commandsOf({ use }: RemedyDraft, fileName: string): readonly string[] {
  if (use.type === 'apply') return [`kubectl apply -f ${fileName}`];
  return use.commands.map((line) => line.replaceAll('FILE', fileName));
}

const EMPTY: Pick<
  BuiltRemedy,
  | 'note'
  | 'manifests'
  | 'yaml'
  | 'fileName'
  | 'diff'
  | 'changes'
  | 'effects'
  | 'closes'
  | 'opens'
  | 'target'
  | 'source'
  | 'commands'
  | 'use'
> = {
  note: '',
  manifests: [],
  yaml: '',
  fileName: '',
  diff: [],
  changes: [],
  effects: [],
  closes: [],
  opens: [],
  target: NO_TARGET,
  source: null,
  commands: [],
  use: 'commands',
};

/** What a remedy's YAML says in front: what it is for, whose it is, and what it does. */
export function headComments(
  finding: Finding,
  remedy: Remedy,
  built: RemedyDraft,
  advice: string | undefined,
): RemedyDraft['comments'] {
  const lines = [
    `${remedy.title}${built.isShared === true ? '' : `: ${refText(finding.subject)}`}`,
    ...(advice === undefined ? [] : [advice]),
    ...(remedy.safety === 'review' ? ['Review before you apply this.'] : []),
    built.note,
    ...built.effects.map((effect) => `by evaluation: ${effect}`),
  ].filter((line) => line !== '');
  return lines.map((text) => ({ document: 0, path: [], text }));
}

/** What the manifests set, against the same fields of the object as it is known. */
export function diffOf(view: ClusterView, built: Pick<RemedyDraft, 'manifests' | 'use'>): readonly DiffLine[] {
  return built.manifests.flatMap((manifest): DiffLine[] => {
    const live = liveObject(view, manifest);
    const after = toYaml([manifest], []).trimEnd().split('\n');
    const head = { type: 'head', text: manifestText(manifest) } as const;
    if (live === undefined) return [head, ...after.map((text) => ({ type: 'add', text }) as const)];
    const before = toYaml([sameFields(manifest, live, built.use.type !== 'apply')], [])
      .trimEnd()
      .split('\n');
    return [head, ...lineDiff(before, after)];
  });
}

/** The live object reduced to what the manifest names, as far as it is known. */
function sameFields(manifest: Manifest, live: KubeObject, isPatch: boolean): Manifest {
  const metadata = (manifest['metadata'] ?? {}) as Record<string, unknown>;
  const labels = metadata['labels'] as Record<string, unknown> | undefined;
  const known = {
    ...metadata,
    ...(labels === undefined ? {} : { labels: isPatch ? pick(live.labels, Object.keys(labels)) : { ...live.labels } }),
  };
  const body = live as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(manifest).flatMap(([key, value]): [string, unknown][] => {
      if (key === 'metadata') return [[key, known]];
      if (key === 'apiVersion' || key === 'kind') return [[key, value]];
      return body[key] === undefined ? [] : [[key, body[key]]];
    }),
  );
}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}

function fileNameOf(manifests: readonly Manifest[], remedy: Remedy): string {
  const first = manifests[0];
  const { kind, namespace, name } =
    first === undefined ? { kind: '', namespace: '', name: '' } : manifestIdentity(first);
  const words = [remedy.id.slice(remedy.id.indexOf('/') + 1), kind.toLowerCase(), namespace, name];
  return `${words
    .filter((word) => word !== '')
    .join('-')
    .replaceAll(/[^a-z0-9.-]+/gi, '-')
    .slice(0, 120)}.yaml`;
}
