import type { Engine } from '../engine/engine.ts';
import { rawText } from '../kube/exact-text.ts';
import { sanitise } from '../kube/sanitise.ts';
import type { Change } from '../model/change.ts';
import type { Finding } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { diffOf, headComments, remediesOf } from './build.ts';
import type { BuiltRemedy } from './built-remedy.ts';
import { shellWord } from '../kube/shell-word.ts';
import { deniedTogether, rightsEffects } from './rbac/rights-effects.ts';
import type { Manifest, Remedy, RemedyDraft } from './remedy.ts';
import { deliveryOf, type Delivery } from './delivery.ts';
import { NO_TARGET } from './target.ts';
import { commented, toYaml } from './to-yaml.ts';

/** The remedy of one finding among those that are made one after the other. */
interface Step {
  readonly finding: Finding;
  readonly remedy: Remedy;
  readonly draft: RemedyDraft;
}

interface DeliveredStep extends Step {
  readonly delivery: Delivery;
}

/**
 * The best remedies of several findings in one file, proven together: each is made of what those before it leave, so
 * that two for one object do not undo each other, and a finding that is gone by then needs none.
 *
 * @returns undefined where less than two could be written
 */
export function jointRemedy(engine: Engine, findings: readonly Finding[]): BuiltRemedy | undefined {
  const steps: Step[] = [];
  const remedied: string[] = [];
  const gone = new Set<string>();
  for (const finding of findings) {
    if (gone.has(finding.id)) {
      remedied.push(finding.id);
      continue;
    }
    const step = nextStep(
      engine,
      finding,
      steps.flatMap(({ draft }) => draft.changes),
    );
    if (step === undefined) continue;
    remedied.push(finding.id);
    if (step === 'gone') continue;
    steps.push(step);
    for (const { id } of engine.prove(step.draft.changes).closes) gone.add(id);
  }
  const [first] = steps;
  if (first === undefined || remedied.length < 2) return undefined;
  const { view } = engine;
  const changes = steps.flatMap(({ draft }) => draft.changes);
  const proof = engine.prove(changes);
  const together = [
    ...rightsEffects(view, proof.after, changes),
    ...deniedTogether(
      view,
      steps.map(({ draft }) => draft.changes),
    ),
  ];
  const fileName = `k8sec-remedies-${remedied.length}.yaml`;
  const delivered = steps.map((step) => ({ ...step, delivery: deliveryOf(view, step.draft) }));
  const byHand = delivered.filter(({ delivery }) => !delivery.isInSource);
  const hasApplied = byHand.some(({ draft }) => appliedOf(draft).length > 0);
  const sources = delivered.flatMap(({ delivery: { isInSource, advice } }) => (isInSource ? (advice ?? []) : []));
  return {
    id: first.remedy.id,
    finding: first.finding.id,
    joint: remedied,
    title: `all ${remedied.length} in one file`,
    safety: steps.every(({ remedy }) => remedy.safety === 'safe') ? 'safe' : 'review',
    note: `The best remedy of each of ${remedied.length} findings, made and proven one after the other.`,
    refused: null,
    manifests: steps.flatMap(({ draft }) => draft.manifests),
    yaml: [
      together.map((effect) => `# by evaluation of all together: ${sanitise(effect)}\n`).join(''),
      ...delivered.map((step) => stepYaml(step, hasApplied)),
    ]
      .filter((part) => part !== '')
      .join('---\n'),
    fileName,
    diff: steps.flatMap(({ draft }) => diffOf(view, draft)),
    changes,
    effects: [...new Set(steps.flatMap(({ draft }) => draft.effects)), ...together],
    closes: proof.closes,
    opens: proof.opens,
    target: delivered.map(({ delivery }) => delivery.target).find(({ manager }) => manager !== 'none') ?? NO_TARGET,
    source: sources.length === 0 ? null : [...new Set(sources)].join(' '),
    commands: [
      ...(hasApplied ? [`kubectl apply -f ${fileName}`] : []),
      ...byHand.flatMap(({ draft }) => commandsOf(draft)),
    ],
    use: steps.every(({ draft }) => draft.use.type === 'apply') ? 'apply' : 'commands',
  };
}

/** The first remedy of a finding that can be written after some changes; `gone` where they close the finding. */
function nextStep(engine: Engine, finding: Finding, changes: readonly Change[]): Step | 'gone' | undefined {
  const alone = firstDraft(engine.view, finding);
  if (alone === undefined || !touchesSame(alone.draft.changes, changes)) return alone;
  const { after, closes, now } = engine.prove(changes);
  if (closes.some(({ id }) => id === finding.id)) return 'gone';
  return firstDraft(after, now.get(finding.id) ?? finding);
}

function firstDraft(view: ClusterView, finding: Finding): Step | undefined {
  for (const remedy of remediesOf(finding)) {
    const draft = remedy.build(finding, view);
    if (!('refused' in draft)) return { finding, remedy, draft };
  }
  return undefined;
}

function touchesSame(one: readonly Change[], other: readonly Change[]): boolean {
  const objects = new Set(other.map(objectOf));
  return one.some((change) => objects.has(objectOf(change)));
}

function objectOf(change: Change): string {
  if (change.type === 'remove') return `${change.kind}/${change.namespace}/${change.name}`;
  if (change.type !== 'upsert') return '';
  const { kind, namespace, name } = change.object;
  return `${kind}/${namespace}/${name}`;
}

/** The documents that `kubectl apply` may be given. */
function appliedOf({ manifests, use }: RemedyDraft): readonly Manifest[] {
  const isApplied = use.type === 'apply' || (use.type !== 'patch' && use.commands.some(appliesFile));
  return isApplied ? manifests : [];
}

function appliesFile(command: string): boolean {
  return command === 'kubectl apply -f FILE';
}

/** Commands besides applying the file; a patch stands in its command, as the file holds more than it. */
function commandsOf({ manifests, use }: RemedyDraft): readonly string[] {
  if (use.type === 'apply') return [];
  return use.commands
    .filter((command) => !appliesFile(command))
    .map((command) => command.replace('--patch-file FILE', () => `-p ${shellWord(jsonOf(bodyOf(manifests[0])))}`));
}

/** JSON in which names are as the API server knows them. */
function jsonOf(body: Manifest): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'string' ? (rawText(value) ?? value) : value,
  );
}

/** What a patch sets, without what its command names. */
function bodyOf(manifest: Manifest = {}): Manifest {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = manifest;
  const { name: _name, namespace: _namespace, ...more } = (metadata ?? {}) as Manifest;
  return Object.keys(more).length === 0 ? rest : { metadata: more, ...rest };
}

/**
 * One step as YAML, or as comments where the file must not hold it: whoever applies a patch as if it were an object makes
 * `kubectl apply` delete what it leaves out.
 *
 * @param hasApplied whether the file is to be applied; else it holds patches
 */
function stepYaml({ finding, remedy, draft, delivery }: DeliveredStep, hasApplied: boolean): string {
  const { advice, isInSource } = delivery;
  const head = headComments(finding, remedy, draft, advice);
  const yaml = toYaml(draft.manifests, [...head, ...draft.comments]);
  const isHeld = hasApplied ? appliedOf(draft).length > 0 && !isInSource : draft.use.type === 'patch';
  if (isHeld) return yaml;
  const commands = draft.use.type === 'patch' || isInSource ? [] : commandsOf(draft);
  return commented([...yaml.trimEnd().split('\n'), ...commands]);
}
