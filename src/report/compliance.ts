import { dayText } from '../kube/age.ts';
import { policyMinor } from '../analyses/pod-security/policy-minor.ts';
import { workloadLevel } from '../analyses/pod-security/workload-level.ts';
import { controlPlanePods } from '../analyses/vigilance/control-plane-pods.ts';
import { workloadNamespaces, workloads } from '../analyses/workload/workloads.ts';
import { levelRank } from '../kube/pod-security-namespace.ts';
import type { PodSecurityLevel } from '../kube/pod-security-check.ts';
import { BENCHMARKS, factName, type Attestation, type Benchmark, type BenchmarkItem } from '../model/benchmark.ts';
import { WORKLOAD_KINDS } from '../model/kind.ts';
import type { Reference } from '../model/finding.ts';
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
 * What the report proves of each benchmark. An item fails where a finding that refers to it says that the
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

/** What a report says about an item. */
interface ItemEvidence {
  /** Findings that say that the control is unmet. */
  failing: number;
  advisory: number;
  waived: number;
  /** Why the first verdict that is unknown is so. */
  unknown: string | undefined;
}

interface Evidence {
  /** By `benchmark id`. */
  readonly byItem: ReadonlyMap<string, ItemEvidence>;
  readonly failures: readonly RuleFailure[];
}

function evidenceOf({ standing, engine, scope }: Report): Evidence {
  const byItem = new Map<string, ItemEvidence>();
  // Most findings of a rule share its references.
  const known = new Map<readonly Reference[], readonly ItemEvidence[]>();
  for (const { finding, waiver } of standing) {
    if (scope.rules.length > 0 && !scope.rules.includes(finding.rule)) continue;
    let items = known.get(finding.references);
    if (items === undefined)
      known.set(finding.references, (items = finding.references.map((to) => itemOf(byItem, to))));
    for (const of of items) {
      if (finding.unknown === true) of.unknown ??= finding.why;
      if (waiver !== null) of.waived += 1;
      else if (finding.unknown !== true && finding.advisory === true) of.advisory += 1;
      else if (finding.unknown !== true) of.failing += 1;
    }
  }
  return { byItem, failures: engine.failures() };
}

function itemOf(byItem: Map<string, ItemEvidence>, { benchmark, id }: Reference): ItemEvidence {
  const key = `${benchmark} ${id}`;
  let found = byItem.get(key);
  if (found === undefined) byItem.set(key, (found = { failing: 0, advisory: 0, waived: 0, unknown: undefined }));
  return found;
}

function judge(report: Report, evidence: Evidence, benchmark: Benchmark, one: BenchmarkItem): JudgedItem {
  const { id, title } = one;
  const rules = rulesOf(report, benchmark, id);
  const seen = evidence.byItem.get(`${benchmark.name} ${id}`);
  const failing = isLevel(id) ? workloadsBelow(report, id) : (seen?.failing ?? 0);
  const result = (status: ItemStatus, reason: string): JudgedItem => ({ id, title, status, failing, reason });
  if (failing > 0) return result('fail', '');
  const attestation = attestationOf(report, factName(benchmark, one));
  if (attestation?.value === false) return result('fail', `${attestation.by}: not met (${attestation.evidence})`);
  const blind = blindness(report, one, rules, evidence.failures) || silence(seen);
  if (blind === '') return result('pass', advisoryText(seen?.advisory ?? 0));
  if (attestation === undefined) return result('not-visible', blind);
  const until = dayText(attestation.until);
  return result('attested', `by ${attestation.by} until ${until}: ${attestation.evidence}`);
}

function rulesOf({ rules }: Report, benchmark: Benchmark, id: string): readonly Rule[] {
  return rules.filter((rule) => rule.references.some((to) => to.benchmark === benchmark.name && to.id === id));
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
  if (one.visibility === 'etcd') {
    const pods = controlPlanePods(engine.view, 'etcd');
    if (pods.length === 0) return 'no pod of etcd can be seen';
    if (pods.some((pod) => pod.spec.controlPlane?.flags['config-file'] === 'on')) return 'etcd reads a file of its own';
  }
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
function silence(seen: ItemEvidence | undefined): string {
  if (seen?.unknown !== undefined) return seen.unknown;
  return (seen?.waived ?? 0) > 0 ? 'its findings are waived' : '';
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
