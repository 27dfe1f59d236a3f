import { authorizers, type Authorizers } from '../../analyses/rbac/authorizers.ts';
import { allVerdicts } from '../../analyses/rbac/binding-verdict.ts';
import { grantUsage, type GrantUsage } from '../../analyses/rbac/grant-usage.ts';
import { severityRank, type Finding, type Severity } from '../../model/finding.ts';
import type { Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface ReportedBinding {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  /** `ClusterRole/cluster-admin` */
  readonly role: string;
  readonly subjects: readonly { readonly kind: string; readonly namespace: string | null; readonly name: string }[];
  /** The worst of its findings; null where it has none. */
  readonly severity: Severity | null;
  /** Ids of the rules that its grants fall under, those that a more general finding stands for too. */
  readonly grants: readonly string[];
  readonly usage: {
    readonly status: GrantUsage['status'];
    /** RFC 3339 */
    readonly last: string | null;
    readonly by: string | null;
    /** What the log spans, as `FROM/TO` (ISO 8601). */
    readonly window: string | null;
  };
}

/** The `rbac` field of the report: every binding judged, and what else may authorize. */
export function rbacSection(
  view: ClusterView,
  findings: readonly Finding[],
): { readonly bindings: Iterable<ReportedBinding>; readonly authorizers: Authorizers } {
  return { bindings: reported(view, findings), authorizers: authorizers(view) };
}

function* reported(view: ClusterView, findings: readonly Finding[]): Generator<ReportedBinding> {
  const bySubject = Map.groupBy(
    findings.filter((finding) => finding.pane === 'rbac'),
    ({ subject }) => `${subject.kind}/${subject.namespace ?? ''}/${subject.name}`,
  );
  for (const [binding, verdict] of allVerdicts(view)) {
    const own = bySubject.get(`${binding.kind}/${binding.namespace}/${binding.name}`) ?? [];
    const categories = verdict.categories.map((category) => `rbac/${category}`);
    const worst = own.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity))[0];
    yield {
      kind: binding.kind,
      namespace: binding.namespace === '' ? null : binding.namespace,
      name: binding.name,
      role: `${binding.roleRef.kind}/${binding.roleRef.name}`,
      subjects: binding.subjects.map((subject) => named(subject, binding.namespace)),
      severity: worst?.severity ?? null,
      grants: [...new Set([...own.map((finding) => finding.rule), ...categories])].sort(),
      usage: reportedUsage(grantUsage(view, binding)),
    };
  }
}

function reportedUsage({ status, last, by, window }: GrantUsage): ReportedBinding['usage'] {
  const iso = (time: number): string => new Date(time).toISOString();
  return {
    status,
    last: last === null ? null : iso(last),
    by,
    window: window === null ? null : `${iso(window.from)}/${iso(window.to)}`,
  };
}

function named(
  subject: Subject,
  bindingNamespace: string,
): { readonly kind: string; readonly namespace: string | null; readonly name: string } {
  const namespace = subject.kind === 'ServiceAccount' ? (subject.namespace ?? bindingNamespace) : '';
  return { kind: subject.kind, namespace: namespace === '' ? null : namespace, name: subject.name };
}
