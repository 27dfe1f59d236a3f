import { nearestName } from '../kube/nearest-name.ts';
import { refText } from '../kube/object-ref.ts';
import type { BrokenObject } from '../model/change.ts';
import type { Finding } from '../model/finding.ts';
import { ALL_KINDS, kindInfo, type Kind } from '../model/kind.ts';
import type { Rule } from '../rules/rule.ts';
import type { CoverageLine, ReportedFinding, ReportOptions } from './report.ts';
import type { Scope } from './scope.ts';

/** Something that was not judged, in one sentence. */
export interface Hole {
  readonly kind: Kind | null;
  readonly text: string;
  /** Named by `--allow-unread`: printed, but no reason for exit code 3. */
  readonly accepted: boolean;
}

/** A hole as lists print it. */
export function holeText({ text, accepted }: Hole): string {
  return accepted ? `${text} (accepted by --allow-unread)` : text;
}

/** What could change a verdict in scope and could not be read. */
export function holesOf(
  options: ReportOptions,
  coverage: readonly CoverageLine[],
  findings: readonly ReportedFinding[],
): readonly Hole[] {
  const { scope, engine } = options;
  const needed = new Set(judgedRules(options).flatMap((rule) => rule.needs));
  const isAccepted = acceptance(options.allowUnread);
  const unreadKinds = new Set<Kind>();
  const holes: Hole[] = [];
  for (const line of coverage) {
    const text = unread(line, scope);
    if (text === undefined || !needed.has(line.kind)) continue;
    unreadKinds.add(line.kind);
    holes.push({ kind: line.kind, text, accepted: isAccepted(line.kind) });
  }
  // Where something was not read, the namespace may be there all the same.
  if (holes.length === 0) holes.push(...missingNamespaces(options));
  for (const problem of engine.view.allBroken()) {
    if (problem.kind !== null) unreadKinds.add(problem.kind);
    holes.push({
      kind: problem.kind,
      text: brokenText(problem),
      accepted: problem.kind !== null && isAccepted(problem.kind),
    });
  }
  for (const { rule, subject, message } of engine.failures()) {
    holes.push({ kind: null, text: `rule ${rule} could not judge ${refText(subject)}: ${message}`, accepted: false });
  }
  const isExplained = (finding: Finding): boolean =>
    explainedByKinds(finding, options.rules, unreadKinds, isAccepted) ||
    // What the API server's metrics tell is no kind; it can be accepted by name all the same.
    (options.allowUnread.includes(METRICS) && finding.subject.kind === 'Cluster' && isWithoutMetrics(options));
  return [...holes, ...unknownVerdicts(findings, isExplained)];
}

/** Namespaces that were asked for and of which nothing was seen: a misspelt name must not pass for a clean one. */
function missingNamespaces({ scope, engine }: ReportOptions): readonly Hole[] {
  if (scope.namespaces.length === 0) return [];
  const { view } = engine;
  const there = new Set([
    ...view.list('Namespace').map((one) => one.name),
    ...ALL_KINDS.flatMap((kind) => (kindInfo(kind).namespaced ? view.namespaces(kind) : [])),
  ]);
  return scope.namespaces
    .filter((name) => !there.has(name))
    .map((name) => {
      const near = nearestName(name, there);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      return { kind: null, text: `no namespace ${name} was found${meant}`, accepted: false };
    });
}

/** In `--allow-unread`: what `/metrics` of the API server tells. */
export const METRICS = 'metrics';

function isWithoutMetrics({ engine }: ReportOptions): boolean {
  return engine.view.facts().metricsReason !== '';
}

/** Whether a verdict is unknown only because of kinds that were accepted as unread. */
function explainedByKinds(
  { rule }: Finding,
  rules: readonly Rule[],
  unreadKinds: ReadonlySet<Kind>,
  isAccepted: (kind: Kind) => boolean,
): boolean {
  const needs = rules.find((one) => one.id === rule)?.needs ?? [];
  const missing = needs.filter((kind) => unreadKinds.has(kind));
  return missing.length > 0 && missing.every(isAccepted);
}

function unknownVerdicts(
  findings: readonly ReportedFinding[],
  isExplained: (finding: Finding) => boolean,
): readonly Hole[] {
  const unknown = findings.filter((one) => one.finding.unknown === true && one.waiver === null);
  const accepted = unknown.filter((one) => isExplained(one.finding)).length;
  return [
    { count: unknown.length - accepted, isAccepted: false },
    { count: accepted, isAccepted: true },
  ].flatMap(({ count, isAccepted: one }) =>
    count === 0
      ? []
      : [{ kind: null, text: `${count} ${count === 1 ? 'verdict is' : 'verdicts are'} unknown`, accepted: one }],
  );
}

function judgedRules({ rules, scope }: ReportOptions): readonly Rule[] {
  return rules.filter(
    (rule) =>
      (scope.panes.length === 0 || scope.panes.some((pane) => rule.id.startsWith(`${pane}/`))) &&
      (scope.rules.length === 0 || scope.rules.includes(rule.id)),
  );
}

/** Kinds may be named as manifests do, by their resource, in any case. */
function acceptance(names: readonly string[]): (kind: Kind) => boolean {
  const accepted = new Set(names.map((name) => name.toLowerCase()));
  return (kind) => accepted.has(kind.toLowerCase()) || accepted.has(kindInfo(kind).resource.toLowerCase());
}

function brokenText(problem: BrokenObject): string {
  const { file, line, kind, namespace, name, field, message } = problem;
  const parts = [
    ...(file === null ? [] : [line === null ? file : `${file}:${line}`]),
    ...(kind === null ? [] : [`${kind} ${[namespace, name].filter((part) => part !== null).join('/')}`.trimEnd()]),
    ...(field === '' ? [] : [field]),
    message,
  ];
  return parts.join(': ');
}

/** What could not be read of a kind, in words; undefined where everything in scope was. */
function unread(line: CoverageLine, scope: Scope): string | undefined {
  const { resource } = kindInfo(line.kind);
  const reason = line.reason === '' ? '' : `: ${line.reason}`;
  switch (line.status) {
    case 'absent':
      return undefined;
    case 'live':
    case 'stale': {
      const { namespaces } = line;
      if (namespaces === 'all') return line.namesOnly === true ? `${resource}${reason}` : undefined;
      const missing = scope.namespaces.filter((name) => !namespaces.includes(name));
      if (scope.namespaces.length > 0 && missing.length === 0 && line.reason === '') return undefined;
      const where = missing.length > 0 ? missing.join(', ') : 'other namespaces';
      return `${resource} in ${where}: ${line.reason === '' ? 'not read' : line.reason}`;
    }
    case 'syncing':
    case 'denied':
    case 'unsupported':
    case 'broken':
      return `${resource}: ${line.status}${reason}`;
  }
}
