import { rightsDifference } from '../analyses/rbac/rights-difference.ts';
import { rightsState } from '../analyses/rbac/rights-state.ts';
import { rightsText } from '../analyses/rbac/rights-text.ts';
import { ALL_KINDS, kindInfo, RBAC_KINDS } from '../model/kind.ts';
import type { Rule } from '../rules/rule.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { deepEqual } from '../store/deep-equal.ts';
import { connectionChange, type ConnectionChange } from './connection-change.ts';
import { baselineOf, couldRead, decidingKinds, namespaceOf, type Baseline, type BaselineFinding } from './baseline.ts';

/** One of two things to compare: a report, or a state that was judged. */
export interface Side {
  readonly name: string;
  readonly baseline: Baseline;
  /** What each binding gives to whom, by binding; null where the report does not tell. */
  readonly bindings: ReadonlyMap<string, string> | null;
  /** null for a report: it lists no connections. */
  readonly view: ClusterView | null;
}

/** What changed from one side to the other. */
export interface Difference {
  readonly findings: {
    readonly added: readonly BaselineFinding[];
    readonly removed: readonly BaselineFinding[];
    readonly changed: readonly { readonly before: BaselineFinding; readonly after: BaselineFinding }[];
  };
  /** Bindings in one line each. */
  readonly permissions: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Who gained and lost what, a line each; null where one side is a report. */
  readonly rights: { readonly gained: readonly string[]; readonly lost: readonly string[] } | null;
  /** null where one side is a report. */
  readonly connections: (Pick<ConnectionChange, 'opened' | 'closed'> & { readonly broken: readonly string[] }) | null;
  /** What can't be compared, one sentence each. */
  readonly incomparable: readonly string[];
}

interface BindingField {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly kind: string; readonly namespace: string | null; readonly name: string }[];
}

/**
 * A side from the fields of a JSON report.
 *
 * @param fields as parsed, or as `reportFields` yields them
 * @throws BaselineError where they are no report of schema version 1
 */
export function sideOf(name: string, fields: Iterable<readonly [string, unknown]>, view: ClusterView | null): Side {
  const value: Record<string, unknown> = {};
  for (const [key, field] of fields) {
    if (key === 'findings') value[key] = [...(field as Iterable<unknown>)];
    else if (['schemaVersion', 'source', 'coverage', 'rbac'].includes(key)) value[key] = field;
  }
  const rbac = value['rbac'] as { readonly bindings?: Iterable<BindingField> } | undefined;
  const bindings = rbac?.bindings === undefined ? null : [...rbac.bindings];
  return {
    name,
    baseline: baselineOf(value, name),
    bindings: bindings === null ? null : new Map(bindings.map((one) => [bindingName(one), bindingText(one)])),
    view,
  };
}

function bindingName({ kind, namespace, name }: BindingField): string {
  return `${kind} ${namespace === null ? name : `${namespace}/${name}`}`;
}

function bindingText(binding: BindingField): string {
  const subjects = binding.subjects.map(
    ({ kind, namespace, name }) => `${kind} ${namespace === null ? name : `${namespace}/${name}`}`,
  );
  return `${bindingName(binding)} gives ${binding.role} to ${subjects.length === 0 ? 'nobody' : subjects.sort().join(', ')}`;
}

/** Compares two sides. What only one of them could read is incomparable, and no difference. */
export function difference(before: Side, after: Side, rules: readonly Rule[]): Difference {
  const incomparable = [...scopeNotes(before, after), ...coverageNotes(before, after)];
  const findings = findingDifference(before, after, rules, incomparable);
  return {
    findings,
    permissions: permissionDifference(before, after, incomparable),
    rights: rightsLines(before, after),
    connections: connectionLines(before, after, incomparable),
    incomparable,
  };
}

export function isSame({ findings, permissions, rights, connections }: Difference): boolean {
  const lists = [
    findings.added,
    findings.removed,
    findings.changed,
    permissions.added,
    permissions.removed,
    rights?.gained ?? [],
    rights?.lost ?? [],
    connections?.opened ?? [],
    connections?.closed ?? [],
    connections?.broken ?? [],
  ];
  return lists.every((list) => list.length === 0);
}

function scopeNotes(before: Side, after: Side): readonly string[] {
  return deepEqual(before.baseline.scope, after.baseline.scope)
    ? []
    : [`${before.name} and ${after.name} were made with another scope`];
}

function coverageNotes(before: Side, after: Side): readonly string[] {
  return ALL_KINDS.flatMap((kind) => {
    const [was, is] = [before, after].map((side) => couldRead(side.baseline, kind, null));
    if (was === is) return [];
    const { resource, group } = kindInfo(kind);
    const name = group === '' ? resource : `${resource}.${group}`;
    return [`${name}: not wholly read in ${(was === true ? after : before).name}`];
  });
}

function findingDifference(
  before: Side,
  after: Side,
  rules: readonly Rule[],
  incomparable: string[],
): Difference['findings'] {
  const needs = new Map(rules.map((rule) => [rule.id as string, rule.needs]));
  const isComparable = (finding: BaselineFinding): boolean =>
    decidingKinds(finding, needs.get(finding.rule) ?? []).every((kind) => {
      const namespace = namespaceOf(finding);
      return couldRead(before.baseline, kind, namespace) === couldRead(after.baseline, kind, namespace);
    });
  const left = new Map(before.baseline.findings.map((finding) => [finding.id, finding]));
  const right = new Map(after.baseline.findings.map((finding) => [finding.id, finding]));
  const only = (
    findings: Iterable<BaselineFinding>,
    others: ReadonlyMap<string, BaselineFinding>,
    side: Side,
  ): BaselineFinding[] =>
    [...findings].filter((finding) => {
      if (others.has(finding.id)) return false;
      if (isComparable(finding)) return true;
      incomparable.push(`only in ${side.name}: ${finding.id}`);
      return false;
    });
  const changed = [...right.values()].flatMap((finding) => {
    const earlier = left.get(finding.id);
    const isEqual =
      earlier === undefined || (earlier.severity === finding.severity && earlier.unknown === finding.unknown);
    return isEqual ? [] : [{ before: earlier, after: finding }];
  });
  return { added: only(right.values(), left, after), removed: only(left.values(), right, before), changed };
}

function permissionDifference(before: Side, after: Side, incomparable: string[]): Difference['permissions'] {
  const none = { added: [], removed: [] };
  for (const side of [before, after]) {
    if (side.bindings === null) {
      incomparable.push(`permissions: ${side.name} does not tell its bindings`);
      return none;
    }
  }
  if (!areBothRead(before, after)) return none;
  const [left, right] = [before, after].map((side) => [...(side.bindings ?? new Map<string, string>()).values()]);
  return {
    added: (right ?? []).filter((text) => left?.includes(text) !== true).sort(),
    removed: (left ?? []).filter((text) => right?.includes(text) !== true).sort(),
  };
}

/** Whether neither side could read something of RBAC that the other could not. */
function areBothRead(before: Side, after: Side): boolean {
  return RBAC_KINDS.every((kind) => couldRead(before.baseline, kind, null) === couldRead(after.baseline, kind, null));
}

function rightsLines(before: Side, after: Side): Difference['rights'] {
  if (before.view === null || after.view === null) return null;
  if (!areBothRead(before, after)) return { gained: [], lost: [] };
  const changes = rightsDifference(rightsState(before.view), rightsState(after.view));
  const of = (type: 'gained' | 'lost'): readonly string[] =>
    changes
      .filter((one) => one.type === type)
      .map(rightsText)
      .sort();
  return { gained: of('gained'), lost: of('lost') };
}

function connectionLines(before: Side, after: Side, incomparable: string[]): Difference['connections'] {
  if (before.view === null || after.view === null) return null;
  const { opened, closed, broken, undecided } = connectionChange(before.view, after.view);
  incomparable.push(...undecided.map((name) => `connections of ${name}: its policies can not be decided`));
  return { opened, closed, broken: broken.map((one) => one.text) };
}
