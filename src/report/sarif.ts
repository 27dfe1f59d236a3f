import { createHash } from 'node:crypto';
import { refText } from '../kube/object-ref.ts';
import type { Severity } from '../model/finding.ts';
import { kindOf } from '../model/kind.ts';
import type { FileLocation } from '../model/objects.ts';
import { TOOL } from '../model/tool.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { Rule } from '../rules/rule.ts';
import { connectionLines, type BrokenConnection } from './connection-change.ts';
import { findingLine, referenceText } from './finding-text.ts';
import type { FormatContext, Write } from './format.ts';
import { holeText } from './holes.ts';
import { reportLines } from './report-lines.ts';
import type { Report, ReportedFinding } from './report.ts';

/** OASIS SARIF 2.1.0, section 3.27.10. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** Scores that code scanning sorts by: critical over 9.0, high from 7.0, medium from 4.0 (docs.github.com, SARIF support). */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.0',
};

/** Code scanning refuses a file with more results in a run (docs.github.com, limits of SARIF results). */
export const MOST_RESULTS = 25_000;

/** Connections that open or close, told one by one before the rest is counted. */
const MOST_CONNECTIONS = 1000;

/** What declared connections that close are results of: no rule finds them, laying files over a state does. */
const CLOSES = {
  id: 'network/declared-connection-closes',
  shortDescription: { text: 'declared connections that close' },
  fullDescription: {
    text: 'The files close a connection that something in the cluster declares, so that it stops working.',
  },
  help: { text: 'Allow the connection in the policy that closes it, or remove what declares it.' },
  properties: { tags: ['security', 'kubernetes'], 'security-severity': SCORES.high },
} as const;

/**
 * SARIF 2.1.0 as a stream. Fingerprints are finding ids, which do not change between runs; an add-on has that of its worst. Objects from files have
 * their file and line; objects of a cluster have a path made of their kind, namespace and name, since code scanning
 * refuses results without a physical location. Of more than `MOST_RESULTS` findings the worst are written, and a
 * notification says so.
 */
export function writeSarif(report: Report, write: Write, context: FormatContext): void {
  const rules = distinctRules(report.rules);
  const indexes = new Map(rules.map((rule, index) => [rule.id as string, index]));
  const worst = worstOfRules(report);
  const shown = reportLines(report);
  const broken = report.connections?.broken ?? [];
  const described = [
    ...rules.map((rule) => ruleJson(rule, worst.get(rule.id))),
    ...(broken.length === 0 ? [] : [CLOSES]),
  ];
  write('{\n"$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n"version": "2.1.0",\n"runs": [{\n');
  write(`"tool": ${JSON.stringify({ driver: { ...TOOL, rules: described } })},\n`);
  write(`"automationDetails": ${JSON.stringify({ id: automationId(report) })},\n`);
  write(`"invocations": ${JSON.stringify([invocation(report, context, broken.length + shown.length)])},\n`);
  write('"results": [');
  let separator = '\n';
  const add = (result: unknown): void => {
    write(separator + JSON.stringify(result));
    separator = ',\n';
  };
  for (const one of broken.slice(0, MOST_RESULTS)) add(brokenJson(report, one, rules.length));
  // The findings come in order, the worst first.
  for (const one of shown.slice(0, Math.max(0, MOST_RESULTS - broken.length))) add(resultJson(report, one, indexes));
  write('\n]\n}]\n}\n');
}

/** Some rules check subjects of two kinds under one id. */
function distinctRules(rules: readonly Rule[]): readonly Rule[] {
  return [...new Map(rules.map((rule) => [rule.id, rule])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Code scanning shows a severity per rule: the worst of its findings. */
function worstOfRules(report: Report): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  // The findings come in order, the worst first.
  for (const { finding } of reportLines(report)) {
    if (!worst.has(finding.rule)) worst.set(finding.rule, finding.severity);
  }
  return worst;
}

function ruleJson({ id, summary, help, references }: Rule, severity: Severity | undefined): unknown {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: help },
    help: { text: help },
    properties: {
      tags: [...new Set(['security', 'kubernetes', ...references.map(referenceText)])],
      ...(severity === undefined ? {} : { 'security-severity': SCORES[severity] }),
    },
  };
}

/** Runs of the same kind replace each other in code scanning. */
function automationId({ source, scope }: Report): string {
  const place = source.type === 'files' || source.type === 'snapshot' ? source.type : (source.context ?? source.type);
  return ['k8sec', place, ...scope.namespaces].join('/');
}

function invocation({ holes, connections }: Report, { verdict }: FormatContext, count: number): unknown {
  const left = count - MOST_RESULTS;
  return {
    executionSuccessful: true,
    exitCode: verdict.code,
    exitCodeDescription: verdict.reason,
    toolExecutionNotifications: [
      ...(left > 0
        ? [{ level: 'warning', message: { text: `${left} more findings are not in this file: -o json has them all` } }]
        : []),
      ...holes.map((hole) => ({
        level: hole.accepted ? 'note' : 'warning',
        message: { text: `not judged: ${holeText(hole)}` },
      })),
      ...connectionNotes(connections),
    ],
  };
}

/** What opens and closes is no result; a person may want to know it all the same. */
function connectionNotes(connections: Report['connections']): readonly unknown[] {
  const lines = connections === null ? [] : connectionLines(connections).filter(({ change }) => change !== 'error');
  const left = lines.length - MOST_CONNECTIONS;
  return [
    ...lines.slice(0, MOST_CONNECTIONS).map(({ change, text }) => ({
      level: change === 'unknown' ? 'warning' : 'note',
      message: { text: change === 'unknown' ? `connections: ${text}` : `${change} ${text}` },
    })),
    ...(left > 0
      ? [{ level: 'note', message: { text: `${left} more connections differ: -o json has them all` } }]
      : []),
  ];
}

function brokenJson(report: Report, { text, subject }: BrokenConnection, ruleIndex: number): unknown {
  const id = `${CLOSES.id} / ${text}`;
  const file = fileOf(report, subject);
  return {
    ruleId: CLOSES.id,
    ruleIndex,
    kind: 'fail',
    level: LEVELS.high,
    message: { text: `${refText(subject)} closes a declared connection: ${text}` },
    locations: [locationOf(subject, file)],
    partialFingerprints: { 'k8secFindingId/v1': id, ...(file === null ? lineHash(id) : {}) },
    baselineState: 'new',
  };
}

function resultJson(report: Report, one: ReportedFinding, indexes: ReadonlyMap<string, number>): unknown {
  const { finding, waiver, baseline } = one;
  const isUnknown = finding.unknown === true;
  const index = indexes.get(finding.rule);
  const file = fileOf(report, finding.subject);
  return {
    ruleId: finding.rule,
    ...(index === undefined ? {} : { ruleIndex: index }),
    // 3.27.9: a result that is not a failure has the level none.
    kind: isUnknown ? 'open' : 'fail',
    level: isUnknown ? 'none' : LEVELS[finding.severity],
    message: { text: `${findingLine(finding)}. ${finding.why}` },
    locations: [locationOf(finding.subject, file)],
    partialFingerprints: { 'k8secFindingId/v1': finding.id, ...(file === null ? lineHash(finding.id) : {}) },
    ...(baseline === 'new' || baseline === 'unchanged' ? { baselineState: baseline } : {}),
    ...(waiver === null
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: waiver.reason }] }),
    properties: {
      severity: finding.severity,
      basis: finding.basis,
      evidence: finding.evidence.map((evidence) => evidence.text),
    },
  };
}

/** Code scanning matches by this one alone; its upload computes it where there is a file to read. */
function lineHash(id: string): { readonly primaryLocationLineHash: string } {
  return { primaryLocationLineHash: `${createHash('sha256').update(id).digest('hex').slice(0, 16)}:1` };
}

function locationOf(subject: ObjectRef, file: FileLocation | null): unknown {
  return {
    physicalLocation: {
      artifactLocation: { uri: file === null ? clusterUri(subject) : uriOf(file.file) },
      region: { startLine: Math.max(1, file?.line ?? 1) },
    },
    logicalLocations: [{ name: subject.name, fullyQualifiedName: refText(subject), kind: 'resource' }],
  };
}

/** `cluster/shop/Deployment/cart`: a relative URI that is the same in every run. */
function clusterUri({ kind, namespace, name }: ObjectRef): string {
  return ['cluster', ...(namespace === null ? [] : [namespace]), kind, name].map(uriSegment).join('/');
}

/** Dots alone would be resolved as a way up. */
function uriSegment(text: string): string {
  return encodeURIComponent(text).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
}

/** Where a file declares the object; null for objects of a cluster, and for standard input, which is no file. */
function fileOf({ engine }: Report, subject: ObjectRef): FileLocation | null {
  const kind = kindOf(subject.apiVersion, subject.kind);
  const object = kind === undefined ? undefined : engine.view.get(kind, subject.namespace ?? '', subject.name);
  const location = object?.location ?? null;
  return location === null || location.file === '-' ? null : location;
}

/** A URI reference: relative paths stay relative to where k8sec ran. */
function uriOf(path: string): string {
  const uri = path
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/^(\.\/)+/, '');
  return path.startsWith('/') ? `file://${uri}` : uri;
}
