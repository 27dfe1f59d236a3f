import { policyMinor } from '../analyses/pod-security/policy-minor.ts';
import { workloadLevel } from '../analyses/pod-security/workload-level.ts';
import { workloadNamespaces, workloads } from '../analyses/workload/workloads.ts';
import { levelRank } from '../kube/pod-security-namespace.ts';
import type { PodSecurityLevel } from '../kube/pod-security-check.ts';
import { BENCHMARKS, factName, type Attestation, type Benchmark, type BenchmarkItem } from '../model/benchmark.ts';
import { WORKLOAD_KINDS } from '../model/kind.ts';
import type { RuleFailure } from '../engine/engine.ts';
import type { Rule } from '../rules/rule.ts';
import type { Report } from './report.ts';
import { namespaceInScope } from './scope.ts';

type ItemStatus = 'pass' | 'fail' | 'not-visible' | 'attested';

export interface JudgedItem {
  readonly id: string;
  readonly title: string;
  readonly status: ItemStatus;
  /** Findings, or for the Pod Security Standards workloads, that fail it. */
  readonly failing: number;
  /** Why it could not be seen, or who vouches for it; '' where the verdict needs no more words. */
  readonly reason: string;
}

export interface BenchmarkSummary {
  readonly benchmark: string;
  readonly version: string;
  readonly title: string;
  readonly totals: Readonly<Record<ItemStatus, number>>;
  readonly items: readonly JudgedItem[];
}

/**
 * What the report proves of each benchmark. An item fails where a finding of a rule that refers to it says that the
 * control is unmet (those that are waived or advisory do not count, whatever their severity), passes where the rules see all of it, read everything they need and found no such thing, and is not visible
 * otherwise. An attestation speaks only for what is not visible: it never hides a finding.
 */
export function compliance(report: Report): readonly BenchmarkSummary[] {
  const evidence = evidenceOf(report);
  return BENCHMARKS.map((benchmark) => {
    const items = benchmark.items.map((one) => judge(report, evidence, benchmark, one));
    const totals = { pass: 0, fail: 0, 'not-visible': 0, attested: 0 };
    for (const { status } of items) totals[status] += 1;
    return { benchmark: benchmark.name, version: benchmark.version, title: benchmark.title, totals, items };
  });
}

/** What a report says about a rule. */
interface RuleEvidence {
  /** Findings that say that the control is unmet. */
  failing: number;
  advisory: number;
  waived: number;
  /** The first verdict that is unknown, and its place among the findings. */
  unknown: { readonly at: number; readonly why: string } | undefined;
}

interface Evidence {
  readonly byRule: ReadonlyMap<string, RuleEvidence>;
  readonly failures: readonly RuleFailure[];
}

function evidenceOf({ findings, engine }: Report): Evidence {
  const byRule = new Map<string, RuleEvidence>();
  for (const [at, { finding, waiver }] of findings.entries()) {
    let of = byRule.get(finding.rule);
    if (of === undefined) {
      of = { failing: 0, advisory: 0, waived: 0, unknown: undefined };
      byRule.set(finding.rule, of);
    }
    if (finding.unknown === true) of.unknown ??= { at, why: finding.why };
    if (waiver !== null) of.waived += 1;
    else if (finding.unknown !== true && finding.advisory === true) of.advisory += 1;
    else if (finding.unknown !== true) of.failing += 1;
  }
  return { byRule, failures: engine.failures() };
}

function judge(report: Report, evidence: Evidence, benchmark: Benchmark, one: BenchmarkItem): JudgedItem {
  const { id, title } = one;
  const rules = rulesOf(report, benchmark, id);
  // A rule about several kinds is in the list once for each.
  const seen = [...new Set(rules.flatMap((rule) => evidence.byRule.get(rule.id) ?? []))];
  const failing = isLevel(id) ? workloadsBelow(report, id) : sum(seen, 'failing');
  const result = (status: ItemStatus, reason: string): JudgedItem => ({ id, title, status, failing, reason });
  if (failing > 0) return result('fail', '');
  const attestation = attestationOf(report, factName(benchmark, one));
  if (attestation?.value === false) return result('fail', `${attestation.by}: not met (${attestation.evidence})`);
  const blind = blindness(report, one, rules, evidence.failures) || silence(seen);
  if (blind === '') return result('pass', advisoryText(sum(seen, 'advisory')));
  if (attestation === undefined) return result('not-visible', blind);
  const until = new Date(attestation.until).toISOString().slice(0, 10);
  return result('attested', `by ${attestation.by} until ${until}: ${attestation.evidence}`);
}

function rulesOf({ rules }: Report, benchmark: Benchmark, id: string): readonly Rule[] {
  return rules.filter((rule) => rule.references.some((to) => to.benchmark === benchmark.name && to.id === id));
}

function sum(seen: readonly RuleEvidence[], what: 'failing' | 'advisory' | 'waived'): number {
  return seen.reduce((total, one) => total + one[what], 0);
}

function advisoryText(count: number): string {
  if (count === 0) return '';
  return `${count} advisory ${count === 1 ? 'finding does' : 'findings do'} not fail it`;
}

/** Why silence about an item proves nothing; '' where it does. */
function blindness(
  report: Report,
  one: BenchmarkItem,
  rules: readonly Rule[],
  failures: readonly RuleFailure[],
): string {
  const { engine, scope } = report;
  const facts = engine.view.facts();
  if (one.visibility === 'part') return 'nothing found fails it, but k8sec does not see all of it';
  if (!facts.complete) return 'these files are not the whole cluster';
  if (one.visibility === 'server' && facts.source === 'files') return 'files do not tell how a server runs';
  const asked = rules.filter(
    (rule) =>
      (scope.panes.length === 0 || scope.panes.some((pane) => rule.id.startsWith(`${pane}/`))) &&
      (scope.rules.length === 0 || scope.rules.includes(rule.id)),
  );
  if (asked.length < rules.length) return 'not asked for';
  if (rules.length === 0 && !isLevel(one.id)) return 'no rule judges it';
  const needed = isLevel(one.id) ? (['Pod', ...WORKLOAD_KINDS] as const) : rules.flatMap((rule) => rule.needs);
  const unread = report.holes.filter((hole) => hole.kind !== null && needed.some((kind) => kind === hole.kind));
  const [first] = unread;
  if (first !== undefined) return first.text;
  const ids = new Set<string>(rules.map((rule) => rule.id));
  const failure = failures.find(({ rule }) => ids.has(rule));
  return failure === undefined ? '' : `rule ${failure.rule} could not judge: ${failure.message}`;
}

/** Why what its rules found proves nothing: a verdict that is unknown, or only waived ones; '' where it does. */
function silence(seen: readonly RuleEvidence[]): string {
  const [first] = seen.flatMap((one) => one.unknown ?? []).sort((a, b) => a.at - b.at);
  if (first !== undefined) return first.why;
  return sum(seen, 'waived') > 0 ? 'its findings are waived' : '';
}

function attestationOf({ engine }: Report, fact: string): Attestation | undefined {
  const { view } = engine;
  return (view.facts().attestations ?? []).find((one) => one.fact === fact && view.now < one.until);
}

function isLevel(id: string): id is Exclude<PodSecurityLevel, 'privileged'> {
  return id === 'baseline' || id === 'restricted';
}

/** Workloads in scope that a namespace enforcing the level would refuse. */
function workloadsBelow({ engine, scope }: Report, level: PodSecurityLevel): number {
  const { view } = engine;
  const minor = policyMinor(view);
  let below = 0;
  for (const namespace of workloadNamespaces(view)) {
    if (!namespaceInScope(namespace, scope)) continue;
    for (const workload of workloads(view, namespace)) {
      const own = workloadLevel(workload, minor).level;
      if (own !== undefined && levelRank(own) < levelRank(level)) below += 1;
    }
  }
  return below;
}
