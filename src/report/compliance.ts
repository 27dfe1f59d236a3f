import { policyMinor } from '../analyses/pod-security/policy-minor.ts';
import { workloadLevel } from '../analyses/pod-security/workload-level.ts';
import { workloads } from '../analyses/workload/workloads.ts';
import { levelRank } from '../kube/pod-security-namespace.ts';
import type { PodSecurityLevel } from '../kube/pod-security-check.ts';
import { BENCHMARKS, factName, type Attestation, type Benchmark, type BenchmarkItem } from '../model/benchmark.ts';
import { WORKLOAD_KINDS } from '../model/kind.ts';
import type { Rule } from '../rules/rule.ts';
import type { ClusterView } from '../store/cluster-view.ts';
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
  return BENCHMARKS.map((benchmark) => {
    const items = benchmark.items.map((one) => judge(report, benchmark, one));
    const totals = { pass: 0, fail: 0, 'not-visible': 0, attested: 0 };
    for (const { status } of items) totals[status] += 1;
    return { benchmark: benchmark.name, version: benchmark.version, title: benchmark.title, totals, items };
  });
}

function judge(report: Report, benchmark: Benchmark, one: BenchmarkItem): JudgedItem {
  const { id, title } = one;
  const rules = rulesOf(report, benchmark, id);
  const failing = isLevel(id) ? workloadsBelow(report, id) : findingsOf(report, rules, false);
  const result = (status: ItemStatus, reason: string): JudgedItem => ({ id, title, status, failing, reason });
  if (failing > 0) return result('fail', '');
  const attestation = attestationOf(report, factName(benchmark, one));
  if (attestation?.value === false) return result('fail', `${attestation.by}: not met (${attestation.evidence})`);
  const blind = blindness(report, one, rules);
  if (blind === '') return result('pass', advisoryText(report, rules));
  if (attestation === undefined) return result('not-visible', blind);
  const until = new Date(attestation.until).toISOString().slice(0, 10);
  return result('attested', `by ${attestation.by} until ${until}: ${attestation.evidence}`);
}

function rulesOf({ rules }: Report, benchmark: Benchmark, id: string): readonly Rule[] {
  return rules.filter((rule) => rule.references.some((to) => to.benchmark === benchmark.name && to.id === id));
}

/** How many findings say that the control is unmet, or are advisory. */
function findingsOf(report: Report, rules: readonly Rule[], isAdvisory: boolean): number {
  const ids = new Set<string>(rules.map((rule) => rule.id));
  return report.findings.filter(
    ({ finding, waiver }) =>
      waiver === null &&
      finding.unknown !== true &&
      (finding.advisory === true) === isAdvisory &&
      ids.has(finding.rule),
  ).length;
}

function advisoryText(report: Report, rules: readonly Rule[]): string {
  const count = findingsOf(report, rules, true);
  if (count === 0) return '';
  return `${count} advisory ${count === 1 ? 'finding does' : 'findings do'} not fail it`;
}

/** Why silence about an item proves nothing; '' where it does. */
function blindness(report: Report, one: BenchmarkItem, rules: readonly Rule[]): string {
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
  const failure = engine.failures().find(({ rule }) => ids.has(rule));
  if (failure !== undefined) return `rule ${failure.rule} could not judge: ${failure.message}`;
  const unknown = report.findings.find(({ finding }) => finding.unknown === true && ids.has(finding.rule));
  if (unknown !== undefined) return unknown.finding.why;
  const waived = report.findings.some(({ finding, waiver }) => waiver !== null && ids.has(finding.rule));
  return waived ? 'its findings are waived' : '';
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
  for (const namespace of namespacesOfWorkloads(view)) {
    if (!namespaceInScope(namespace, scope)) continue;
    for (const workload of workloads(view, namespace)) {
      const own = workloadLevel(workload, minor).level;
      if (own !== undefined && levelRank(own) < levelRank(level)) below += 1;
    }
  }
  return below;
}

function namespacesOfWorkloads(view: ClusterView): ReadonlySet<string> {
  return new Set((['Pod', ...WORKLOAD_KINDS] as const).flatMap((kind) => view.namespaces(kind)));
}
