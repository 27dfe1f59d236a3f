import { stringify } from 'yaml';
import { refText } from '../kube/object-ref.ts';
import { kindOf } from '../model/kind.ts';
import type { Finding, ObjectRef } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { ageText, unitText } from './number-text.ts';

/** What k8sec knows of an object: the facts that its rules read, and the findings about it. */
export function describeObject(view: ClusterView, object: ObjectRef, findings: Iterable<Finding>): string {
  const about = [...findings].filter((finding) => isAbout(finding, object));
  return [...headLines(view, object), '', ...factLines(view, object), '', ...findingLines(about), ''].join('\n');
}

function headLines(view: ClusterView, object: ObjectRef): readonly string[] {
  const there = stored(view, object);
  const lines = [refText(object), `apiVersion  ${object.apiVersion}`];
  if (there === undefined) return lines;
  if (there.created !== null) {
    lines.push(`created     ${new Date(there.created).toISOString()} (${ageText(view.now - there.created)} ago)`);
  }
  for (const owner of there.owners) lines.push(`owner       ${owner.kind} ${owner.name}`);
  for (const { manager, operation, time } of there.managers) {
    const when = time === null ? '' : `, ${ageText(view.now - time)} ago`;
    lines.push(`written by  ${manager} (${operation}${when})`);
  }
  if (there.location !== null) lines.push(`file        ${there.location.file}:${there.location.line}`);
  return lines;
}

function factLines(view: ClusterView, object: ObjectRef): readonly string[] {
  const there = stored(view, object);
  if (there === undefined)
    return ['It was not read: it is gone, of a kind that k8sec does not read, or may not be read.'];
  const { kind, name, namespace, uid, created, owners, managers, location, ...facts } = there;
  void [kind, name, namespace, uid, created, owners, managers, location];
  return ['what k8sec read of it', ...indented(stringify(facts, { lineWidth: 0, aliasDuplicateObjects: false }))];
}

function findingLines(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ['no findings'];
  return [
    unitText(findings.length, 'findings'),
    ...findings.map((finding) => `  ${finding.severity.padEnd(9)} ${finding.title}  (${finding.rule})`),
  ];
}

function stored(view: ClusterView, object: ObjectRef): ReturnType<typeof view.get> {
  const kind = kindOf(object.apiVersion, object.kind);
  return kind === undefined ? undefined : view.get(kind, object.namespace ?? '', object.name);
}

function isAbout({ subject, evidence }: Finding, object: ObjectRef): boolean {
  return [subject, ...evidence.flatMap((one) => one.object ?? [])].some(
    (one) => one.kind === object.kind && one.namespace === object.namespace && one.name === object.name,
  );
}

function indented(yaml: string): readonly string[] {
  return yaml
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
