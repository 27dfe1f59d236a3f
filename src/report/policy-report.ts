import type { IClusterPolicyReport, IPolicyReport } from '@kubernetes-models/kyverno/wgpolicyk8s.io/v1alpha2';
import { stringify } from 'yaml';
import type { Finding, Severity } from '../model/finding.ts';
import { kindOf } from '../model/kind.ts';
import { TOOL } from '../model/tool.ts';
import type { Write } from './format.ts';
import { time } from './json.ts';
import { reportLines } from './report-lines.ts';
import type { Report, ReportedFinding } from './report.ts';

/** The first CRD of v1alpha2 knows these three only; the exact severity is among the properties. */
const SEVERITY: Readonly<Record<Severity, 'high' | 'medium' | 'low'>> = {
  critical: 'high',
  high: 'high',
  medium: 'medium',
  low: 'low',
  info: 'low',
};

type PolicyResult = NonNullable<IPolicyReport['results']>[number];
type Result = NonNullable<PolicyResult['result']>;

/**
 * PolicyReport objects of the policy working group (wgpolicyk8s.io/v1alpha2): one per namespace and a
 * ClusterPolicyReport for what is in no namespace, as YAML documents that `kubectl apply` takes.
 */
export function writePolicyReport(report: Report, write: Write): void {
  const groups = Map.groupBy(reportLines(report), (one) => one.finding.subject.namespace ?? '');
  if (!groups.has('')) groups.set('', []);
  let first = true;
  for (const [namespace, findings] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    write(first ? '' : '---\n');
    write(stringify(policyReport(report, namespace, findings), OPTIONS));
    first = false;
  }
}

const OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2', schema: 'yaml-1.1' } as const;

function policyReport(
  report: Report,
  namespace: string,
  findings: readonly ReportedFinding[],
): IPolicyReport | IClusterPolicyReport {
  const results = findings.map((one) => ({ result: resultOf(one), ...entry(one) }));
  const count = (result: Result): number => results.filter((one) => one.result === result).length;
  return {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    kind: namespace === '' ? 'ClusterPolicyReport' : 'PolicyReport',
    metadata: {
      name: TOOL.name,
      ...(namespace === '' ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': TOOL.name },
      annotations: { 'k8sec/evaluated-at': time(report.evaluatedAt) },
    },
    summary: {
      pass: count('pass'),
      fail: count('fail'),
      warn: count('warn'),
      error: count('error'),
      skip: count('skip'),
    },
    results: results.map((one) => ({
      ...one,
      timestamp: { seconds: Math.floor(report.evaluatedAt / 1000), nanos: 0 },
    })),
  };
}

/** A verdict that could not be reached is an error; absence that partial files cannot prove is a warning. */
function resultOf({ finding, waiver }: ReportedFinding): Result {
  if (waiver !== null) return 'skip';
  if (finding.unknown === true) return 'error';
  return finding.basis === 'files-only' ? 'warn' : 'fail';
}

function entry({ finding, waiver, baseline }: ReportedFinding): PolicyResult {
  const { rule, pane, severity, title, why, id } = finding;
  return {
    source: TOOL.name,
    policy: rule,
    category: pane,
    severity: SEVERITY[severity],
    scored: true,
    message: `${title}. ${why}`,
    ...resources(finding),
    properties: {
      id,
      severity,
      ...(baseline === null ? {} : { baseline }),
      ...(waiver === null ? {} : { waiver: waiver.reason }),
    },
  };
}

/** Actors of the audit log, and the cluster itself, are no objects that a report could refer to. */
function resources({ subject }: Finding): Pick<PolicyResult, 'resources'> {
  if (kindOf(subject.apiVersion, subject.kind) === undefined) return {};
  const { apiVersion, kind, namespace, name } = subject;
  return { resources: [{ apiVersion, kind, ...(namespace === null ? {} : { namespace }), name }] };
}
