import type { Evidence, Severity } from '../../model/finding.ts';
import type { Container, PodSpec } from '../../model/pod-spec.ts';
import { membersOf, specsToCome, toComeNote, type JudgedSpec } from '../pod-security/judged-specs.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { accessNote, isExpected, nodeAccess, severityFor } from './node-agent.ts';
import { containerPath } from './spec-path.ts';

/** Something that a specification has and that a rule looks for. */
export interface Trait {
  readonly text: string;
  readonly path: string;
}

/** What of a workload has a trait. */
export interface TraitFinding {
  readonly severity: Severity;
  /** To be appended to `why`: why the severity was lowered, and whether any pod has it already; or ''. */
  readonly note: string;
  /** As in findings: the trait is expected of the workload. */
  readonly advisory: boolean;
  readonly evidence: readonly Evidence[];
  readonly members: readonly string[];
  readonly traits: readonly Trait[];
}

/**
 * Looks for traits in everything that a workload runs, and in what its template starts next.
 *
 * @param severity of a workload that nobody expects to need the node; lowered for node agents
 * @param specs where to look, if not in all of these
 * @returns undefined where no specification has the trait, or where the trait is the workload's purpose
 */
export function findTraits(
  workload: AnalysedWorkload,
  severity: Severity,
  traitsOf: (spec: PodSpec) => readonly Trait[],
  specs: readonly JudgedSpec[] = specsToCome(workload),
): TraitFinding | undefined {
  const access = nodeAccess(workload);
  const effective = severityFor(access, severity);
  if (effective === undefined) return undefined;
  const judged = specs.map((one) => ({ one, found: traitsOf(one.spec) }));
  const concerned = judged.filter(({ found }) => found.length > 0);
  if (concerned.length === 0) return undefined;
  const traits = new Map<string, Trait>();
  for (const { found } of concerned) for (const trait of found) traits.set(`${trait.path} ${trait.text}`, trait);
  const all = [...traits.values()];
  return {
    severity: effective,
    note:
      accessNote(access) +
      toComeNote(
        workload,
        concerned.map(({ one }) => one),
      ),
    advisory: isExpected(access),
    evidence: all.map(({ text, path }) => ({ text, object: workload.ref, path })),
    members: membersOf(concerned.map(({ one }) => one)),
    traits: all,
  };
}

/** One trait for each container that has it. */
export function containerTraits(
  spec: PodSpec,
  kind: string,
  field: string,
  textOf: (container: Container) => string | undefined,
): Trait[] {
  return spec.containers.flatMap((container) => {
    const text = textOf(container);
    return text === undefined ? [] : [{ text, path: `${containerPath(kind, container)}.${field}` }];
  });
}
