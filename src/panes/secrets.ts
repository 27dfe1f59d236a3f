import { encryption } from '../analyses/secrets/encryption.ts';
import { rotationDue } from '../analyses/secrets/rotation-due.ts';
import { dataAge, daysBetween } from '../analyses/secrets/secret-age.ts';
import { countOwnKinds } from '../analyses/secrets/rotation-schedule.ts';
import { leftOutText, ownKindText } from '../analyses/secrets/rotation-text.ts';
import { ownKind, rotatorOf } from '../analyses/secrets/secret-origin.ts';
import { readerCount } from '../analyses/secrets/secret-readers.ts';
import { secretUses, type SecretUse } from '../analyses/secrets/secret-uses.ts';
import { ageText } from '../kube/age.ts';
import { refTextFrom } from '../kube/object-ref.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { SecretObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { keptRows } from './kept-rows.ts';
import { namespaceCell, type CellText, type Pane, type Row } from './pane.ts';

const STALE = 'secrets/stale';

/** Secrets without their values: how old, who uses and who may read them; credentials outside of Secrets. */
export const secretsPane: Pane = {
  name: 'secrets',
  title: 'Secrets',
  about:
    'Secrets without their values: how old they are, who uses and who may read them, whether they are encrypted, and credentials that stand outside of Secrets. `:due` lists which have to be rotated next.',
  unit: 'objects',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'NAMESPACE', width: [9, 24] },
    { name: 'OBJECT', width: [16, 44] },
    { name: 'DATA AGE', width: [9, 10], align: 'right' },
    { name: 'USED BY', width: [7, 36] },
    { name: 'READERS', width: [7, 8], align: 'right' },
    { name: 'ROTATED BY', width: [10, 20], wide: true },
    { name: 'DUE', width: [7, 12], align: 'right', wide: true },
    { name: 'TYPE', width: [8, 36], wide: true },
    { name: 'FOUND', width: [20, 80] },
    { name: 'AGE', width: [4, 6], align: 'right' },
  ],
  *rows(view, findings) {
    const bySubject = Map.groupBy(findings, ({ subject }) => key(subject.kind, subject.namespace ?? '', subject.name));
    for (const namespace of view.namespaces('Secret')) {
      const uses = secretUses(view, namespace);
      for (const secret of view.list('Secret', namespace)) {
        const { name, created } = secret;
        const id = key('Secret', namespace, name);
        const own = bySubject.get(id) ?? NO_FINDINGS;
        bySubject.delete(id);
        const readers = readerCount(view, namespace, name);
        const [data, due] = [ageCell(secret, view.now), dueCell(view, secret)];
        const age = ageText(view.now, created);
        yield secretRow(secret, own, uses.get(name) ?? NO_USES, readers, data.text, data.tone, due.text, due.tone, age);
      }
    }
    for (const own of bySubject.values()) {
      const [first] = own;
      if (first !== undefined) yield otherRow(first, own);
    }
  },
  summary: (view, findings, rows) => {
    const secrets = rows.filter((one) => one.kind === 'Secret');
    const own = secrets.filter((one) => one.cells['DATA AGE']?.text === NOT_JUDGED.text);
    const leftOut = countOwnKinds(own.flatMap((one) => view.get('Secret', one.namespace, one.name) ?? []));
    const judged = secrets.length - own.length;
    const unknown = secrets.filter((one) => one.cells['DATA AGE']?.text === UNKNOWN.text).length;
    const stale = findings.filter((finding) => finding.rule === STALE && finding.unknown !== true).length;
    const isByConfig = (view.facts().rotation ?? []).length > 0;
    const readable = view.readable('Secret');
    return {
      subjects: rows.length,
      failing: rows.filter((one) => one.severity !== null && one.severity !== 'info' && one.severity !== 'unknown')
        .length,
      headline:
        readable.ok || secrets.length > 0
          ? `${stale} of ${judged} ${judged === 1 ? 'secret' : 'secrets'} ${isByConfig ? 'not rotated in time' : 'not rotated for over a year'}${unknown === 0 ? '' : `, age of ${unknown} unknown`}`
          : `secrets were not read: ${readable.reason}`,
      aside: [encryptionText(view), leftOut.length === 0 ? '' : `left out: ${leftOutText(leftOut)}`]
        .filter((text) => text !== '')
        .join('; '),
      share: null,
      activity: null,
    };
  },
};

const NO_FINDINGS: readonly Finding[] = [];
const NO_USES: readonly SecretUse[] = [];

const secretRow = keptRows(makeSecretRow);

function makeSecretRow(
  secret: SecretObject,
  findings: readonly Finding[],
  uses: readonly SecretUse[],
  readers: number | null,
  dataText: string,
  dataTone: CellText['tone'],
  dueText: string,
  dueTone: CellText['tone'],
  age: string,
): Row {
  const { namespace, name, created, labels } = secret;
  const users = new Set(uses.map((use) => refTextFrom(namespace, use.by)));
  const kind = ownKind(secret);
  return row(
    {
      kind: 'Secret',
      namespace,
      name,
      created,
      labels,
      cells: {
        'DATA AGE': { text: dataText, tone: dataTone },
        'USED BY': usersCell([...users]),
        READERS: readers === null ? UNKNOWN : { text: String(readers), tone: 'plain' },
        DUE: { text: dueText, tone: dueTone },
        'ROTATED BY': { text: rotatorOf(secret) ?? '-', tone: 'muted' },
        TYPE: secret.type === null ? UNKNOWN : { text: secret.type, tone: 'plain' },
        AGE: { text: age, tone: 'muted' },
      },
    },
    findings,
    kind === undefined ? '-' : `left out of age and unused: ${ownKindText(kind)}`,
  );
}

const otherRow = keptRows(makeOtherRow);

/** A workload, ConfigMap or cluster with a finding of this pane. */
function makeOtherRow({ subject: { kind, namespace, name } }: Finding, findings: readonly Finding[]): Row {
  const none: CellText = { text: '-', tone: 'muted' };
  return row(
    {
      kind,
      namespace: namespace ?? '',
      name,
      created: null,
      labels: {},
      cells: {
        'DATA AGE': none,
        'USED BY': none,
        READERS: none,
        DUE: none,
        'ROTATED BY': none,
        TYPE: none,
        AGE: { text: ageText(0, null), tone: 'muted' },
      },
    },
    findings,
  );
}

const UNKNOWN: CellText = { text: 'unknown', tone: 'unknown' };
/** Of Helm releases, bootstrap tokens and the like, which are nobody's to rotate. */
const NOT_JUDGED: CellText = { text: 'n/a', tone: 'muted' };

function row(
  subject: Pick<Row, 'kind' | 'namespace' | 'name' | 'created' | 'labels' | 'cells'>,
  findings: readonly Finding[],
  nothing = '-',
): Row {
  const own = findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const worst = own[0];
  const severity = worst === undefined ? null : own.every((one) => one.unknown === true) ? 'unknown' : worst.severity;
  const { kind, namespace, name } = subject;
  return {
    ...subject,
    key: key(kind, namespace, name),
    severity,
    findings: own.map((finding) => finding.id),
    cells: {
      ...subject.cells,
      SEVERITY: { text: severity ?? '-', tone: severity ?? 'muted' },
      NAMESPACE: namespaceCell(namespace),
      OBJECT: { text: `${kind} ${name}`, tone: 'plain' },
      FOUND: {
        text: own.length === 0 ? nothing : own.map((finding) => finding.title).join('; '),
        tone: own.length === 0 ? 'muted' : 'plain',
      },
    },
  };
}

function ageCell(secret: SecretObject, now: number): CellText {
  if (ownKind(secret) !== undefined) return NOT_JUDGED;
  const age = dataAge(secret);
  switch (age.basis) {
    case 'unknown':
      return UNKNOWN;
    case 'exactly':
      return { text: `${daysBetween(age.since, now)}d`, tone: 'plain' };
    case 'at-least':
      return { text: `≥ ${daysBetween(age.since, now)}d`, tone: 'plain' };
  }
}

/** By when it has to be rotated. */
function dueCell(view: ClusterView, secret: SecretObject): CellText {
  const rotation = rotationDue(view, secret);
  if (rotation === null) return NOT_JUDGED;
  if (rotation.due === null) return UNKNOWN;
  return view.isPast(rotation.due)
    ? { text: `overdue ${daysBetween(rotation.due, view.now)}d`, tone: 'warning' }
    : { text: `in ${daysBetween(view.now, rotation.due)}d`, tone: 'plain' };
}

function usersCell(users: readonly string[]): CellText {
  const [first] = users;
  if (first === undefined) return { text: '-', tone: 'muted' };
  return { text: users.length === 1 ? first : `${first} +${users.length - 1}`, tone: 'plain' };
}

function encryptionText(view: ClusterView): string {
  if (view.facts().source === 'files') return '';
  const { status, reason, providers } = encryption(view);
  const detail = status === 'yes' ? providers.join(', ') : reason;
  return `encrypted at rest: ${status}${detail === '' ? '' : ` (${detail})`}`;
}

function key(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
