import { bindingVerdict } from '../analyses/rbac/binding-verdict.ts';
import { grantUsage, usageText, type GrantUsage } from '../analyses/rbac/grant-usage.ts';
import { HOLDERS, holderRank } from '../analyses/rbac/holder.ts';
import { bindingsIn } from '../analyses/rbac/policy.ts';
import { shortSubject } from '../analyses/rbac/rights-text.ts';
import { ageText } from '../kube/age.ts';
import { serviceAccountNamespace } from '../kube/rbac-user.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { BindingObject } from '../model/objects.ts';
import { keptRows } from './kept-rows.ts';
import { namespaceCell, type CellText, type Pane, type Row } from './pane.ts';

const ESCALATION: readonly string[] = ['rbac/escalation-path', 'rbac/everyone-escalates'];

/** RBAC: bindings by what they give beyond need, and accounts with a path to more. */
export const rbacPane: Pane = {
  name: 'rbac',
  title: 'RBAC',
  about:
    'Bindings that give more than their subjects need, and the paths by which an account becomes cluster-admin, root on a node, or reads Secrets.',
  unit: 'bindings',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'NAMESPACE', width: [9, 24] },
    { name: 'BINDING', width: [16, 40] },
    { name: 'SUBJECTS', width: [12, 40] },
    { name: 'ROLE', width: [10, 32] },
    { name: 'GIVES', width: [12, 60] },
    { name: 'USED', width: [8, 48], wide: true },
    { name: 'AGE', width: [4, 6], align: 'right' },
  ],
  *rows(view, findings) {
    const bySubject = Map.groupBy(findings, keyOf);
    const byAddOn = new Map<string, Made[]>();
    /** What is found of one add-on is one row, made when all of it is there. */
    const isKept = (made: Made): boolean => {
      const addOn = addOnOf(made.findings);
      if (addOn === undefined) return false;
      const there = byAddOn.get(addOn);
      if (there === undefined) byAddOn.set(addOn, [made]);
      else there.push(made);
      return true;
    };
    for (const namespace of ['', ...view.namespaces('RoleBinding')]) {
      for (const binding of bindingsIn(view, namespace)) {
        const key = `${binding.kind}/${namespace}/${binding.name}`;
        const own = bySubject.get(key) ?? NO_FINDINGS;
        bySubject.delete(key);
        const isDefault = own.length === 0 && bindingVerdict(view, binding).status === 'default';
        const used = usedCell(grantUsage(view, binding));
        const row = bindingRow(binding, own, isDefault, used.text, used.tone, ageText(view.now, binding.created));
        if (!isKept({ row, findings: own })) yield row;
      }
    }
    for (const own of bySubject.values()) {
      const [first] = own;
      if (first === undefined) continue;
      const row = otherRow(first, own);
      if (!isKept({ row, findings: own })) yield row;
    }
    for (const [addOn, made] of byAddOn) yield addOnRow(addOn, made);
  },
  summary: (_view, findings, rows) => {
    const bindings = rows.filter((one) => one.kind.endsWith('RoleBinding'));
    const inAddOns = bindingsOf(findings.filter((one) => one.addOn !== undefined));
    const alone = bindings.filter((one) => one.severity !== null && one.severity !== 'info' && !isAddOnRow(one));
    const failing = alone.length + inAddOns.failing;
    const paths = findings.filter((one) => ESCALATION.includes(one.rule) && targetOf(one) === 'cluster-admin').length;
    const one = failing === 1;
    return {
      subjects: bindings.filter((each) => !isAddOnRow(each)).length + inAddOns.all,
      failing,
      headline: `${failing} ${one ? 'binding gives' : 'bindings give'} more than ${one ? 'its' : 'their'} subjects need`,
      aside: paths === 0 ? '' : `${paths} ${paths === 1 ? 'path' : 'paths'} to cluster-admin`,
      share: null,
      activity: null,
    };
  },
};

const NO_FINDINGS: readonly Finding[] = [];

const bindingRow = keptRows(makeBindingRow);

function makeBindingRow(
  binding: BindingObject,
  findings: readonly Finding[],
  isDefault: boolean,
  usedText: string,
  usedTone: CellText['tone'],
  age: string,
): Row {
  const own = worstFirst(findings);
  const [worst] = own;
  const gives = own.map((finding) => finding.rule.slice('rbac/'.length)).join(' ');
  return {
    key: `${binding.kind}/${binding.namespace}/${binding.name}`,
    severity: worst?.unknown === true ? 'unknown' : (worst?.severity ?? null),
    rank: holderRank(binding.subjects),
    namespace: binding.namespace,
    kind: binding.kind,
    name: binding.name,
    findings: own.map((finding) => finding.id),
    cells: {
      SEVERITY: severityCell(worst),
      NAMESPACE: namespaceCell(binding.namespace),
      BINDING: { text: binding.name, tone: 'plain' },
      SUBJECTS: { text: subjectsOf(binding), tone: 'plain' },
      ROLE: { text: `${binding.roleRef.kind === 'Role' ? 'Role ' : ''}${binding.roleRef.name}`, tone: 'plain' },
      GIVES: {
        text: gives === '' ? (isDefault ? 'Kubernetes default' : '-') : gives,
        tone: gives === '' ? 'muted' : 'plain',
      },
      USED: { text: usedText, tone: usedTone },
      AGE: { text: age, tone: 'muted' },
    },
    created: binding.created,
    labels: binding.labels,
  };
}

const otherRow = keptRows(makeOtherRow);

/** Service accounts, roles and workloads that findings of this pane are about. */
function makeOtherRow({ subject }: Finding, findings: readonly Finding[]): Row {
  const own = worstFirst(findings);
  const namespace = subject.namespace ?? '';
  return {
    key: `${subject.kind}/${namespace}/${subject.name}`,
    severity: own[0]?.unknown === true ? 'unknown' : (own[0]?.severity ?? null),
    rank: rankOf(subject),
    namespace,
    kind: subject.kind,
    name: subject.name,
    findings: own.map((finding) => finding.id),
    cells: {
      SEVERITY: severityCell(own[0]),
      NAMESPACE: namespaceCell(namespace),
      BINDING: { text: '-', tone: 'muted' },
      SUBJECTS: { text: holderText(subject), tone: 'plain' },
      ROLE: { text: '-', tone: 'muted' },
      GIVES: { text: own[0]?.title ?? '', tone: 'plain' },
      USED: { text: '-', tone: 'muted' },
      AGE: { text: '', tone: 'muted' },
    },
    created: null,
    labels: {},
  };
}

/** Workloads count with their accounts; a role is held by nobody of itself. */
function rankOf(subject: Finding['subject']): number {
  switch (subject.kind) {
    case 'Role':
    case 'ClusterRole':
      return HOLDERS.length;
    case 'User':
    case 'Group':
      return holderRank([subject]);
    default:
      return 0;
  }
}

interface Made {
  readonly row: Row;
  readonly findings: readonly Finding[];
}

/** The add-on that all findings of a row are of. */
function addOnOf(findings: readonly Finding[]): string | undefined {
  const [first, ...more] = new Set(findings.map(({ addOn }) => addOn));
  return more.length === 0 ? first : undefined;
}

const ADD_ON_KEY = 'add-on/';

function isAddOnRow({ key }: Row): boolean {
  return key.startsWith(ADD_ON_KEY);
}

/** Under its worst binding. */
function addOnRow(addOn: string, made: readonly Made[]): Row {
  const rows = made.map(({ row }) => row);
  const own = worstFirst(made.flatMap(({ findings }) => worstFirst(findings)));
  const bindings = rows.filter((row) => row.kind.endsWith('RoleBinding'));
  const worst = own.find(({ subject }) => subject.kind.endsWith('RoleBinding'))?.subject;
  const head = bindings.find((row) => row.name === worst?.name && row.kind === worst.kind) ?? rows[0];
  if (head === undefined) throw new Error('an add-on without a row');
  const gives = new Set(own.map(({ rule }) => rule.slice('rbac/'.length)));
  return {
    ...head,
    key: `${ADD_ON_KEY}${addOn}`,
    severity: own[0]?.severity ?? head.severity,
    findings: own.map(({ id }) => id),
    cells: {
      ...head.cells,
      SEVERITY: severityCell(own[0]),
      BINDING: { text: bindings.length > 1 ? `${head.name} +${bindings.length - 1}` : head.name, tone: 'plain' },
      GIVES: { text: `looks like ${addOn}: ${[...gives].join(' ')}`, tone: 'plain' },
    },
  };
}

/** How many bindings these findings are about, and how many of them give more than needed. */
function bindingsOf(findings: readonly Finding[]): { readonly all: number; readonly failing: number } {
  const own = findings.filter(({ subject }) => subject.kind.endsWith('RoleBinding'));
  const failing = own.filter(({ severity }) => severity !== 'info');
  return { all: new Set(own.map(keyOf)).size, failing: new Set(failing.map(keyOf)).size };
}

/** When a binding was used last, or since when it was not, by the audit log. */
function usedCell(usage: GrantUsage): CellText {
  if (usage.status === 'no-log') return { text: '-', tone: 'muted' };
  return { text: usageText(usage), tone: usage.status === 'unused' ? 'warning' : 'plain' };
}

function severityCell(worst: Finding | undefined): Row['cells'][string] {
  if (worst === undefined) return { text: '-', tone: 'muted' };
  return worst.unknown === true ? { text: 'unknown', tone: 'unknown' } : { text: worst.severity, tone: worst.severity };
}

function subjectsOf(binding: BindingObject): string {
  const [first, ...more] = binding.subjects.map((subject) =>
    shortSubject({ ...subject, namespace: serviceAccountNamespace(subject, binding.namespace) }),
  );
  if (first === undefined) return '-';
  return more.length === 0 ? first : `${first} +${more.length}`;
}

/** Accounts as {@link subjectsOf} names them. */
function holderText({ kind, namespace, name }: Finding['subject']): string {
  if (kind !== 'ServiceAccount' && kind !== 'User' && kind !== 'Group') return `${kind} ${name}`;
  return shortSubject({ kind, namespace: namespace ?? '', name });
}

function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
}

function keyOf({ subject }: Finding): string {
  return `${subject.kind}/${subject.namespace ?? ''}/${subject.name}`;
}

function targetOf(finding: Finding): unknown {
  return (finding.data as { readonly to?: unknown } | undefined)?.to;
}
