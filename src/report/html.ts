import { createHash } from 'node:crypto';
import { PANES, SEVERITIES, severityRank } from '../model/finding.ts';
import { refText } from '../kube/object-ref.ts';
import type { PaneSummary } from '../panes/pane.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { writeHtmlCompliance } from './compliance-text.ts';
import { connectionCounts, connectionLines } from './connection-change.ts';
import { writeHtmlDueNext } from './due-next.ts';
import { marksOf, referenceText, subjectText } from './finding-text.ts';
import { fixText } from './fix-text.ts';
import type { FormatContext, Write } from './format.ts';
import { holeText } from './holes.ts';
import { html } from './html-escape.ts';
import { writeGraphs } from './html-graphs.ts';
import { writeHtmlSecrets } from './html-secrets.ts';
import { SCRIPT, STYLE } from './html-page.ts';
import { time } from './json.ts';
import { reportLines } from './report-lines.ts';
import type { Report, ReportedFinding } from './report.ts';
import { closingLine } from './text.ts';

/**
 * One page that needs no network: its content security policy allows nothing but its own style and script. Everything is
 * readable without the script, which adds sorting and filtering.
 */
export function writeHtml(report: Report, write: Write, context: FormatContext): void {
  const { source } = report;
  const place = source.type === 'demo' ? 'DEMO cluster' : (source.context ?? source.paths.join(', '));
  write(pageStart(place));
  write(`<h1>k8sec: ${html(place === '' ? source.type : place)}</h1>\n<p class="muted">${html(facts(report))}</p>\n`);
  write(`<p>${html(closingLine(report, { ...context, took: null }))}</p>\n`);
  writePanes(report, write);
  writeConnections(report, write);
  writeFindings(report, write, context);
  writeGraphs(report, write);
  writeHtmlDueNext(report, write);
  writeHtmlSecrets(report, write);
  writeHtmlCompliance(report, write);
  writeList(write, 'Not judged', report.holes.map(holeText));
  writeList(write, 'Resolved', report.baseline?.resolved ?? []);
  writeCoverage(report, write);
  write(pageEnd());
}

/** What a page begins with, up to its body: style and script are allowed by their hashes, and nothing else. */
export function pageStart(title: string): string {
  return (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    `<meta http-equiv="Content-Security-Policy" content="${policy()}">\n` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<title>k8sec: ${html(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`
  );
}

export function pageEnd(): string {
  return `<script>${SCRIPT}</script>\n</body>\n</html>\n`;
}

/** https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function policy(): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`;
}

function facts({ source, scope, evaluatedAt }: Report): string {
  return [
    scope.namespaces.length === 0 ? 'all namespaces' : scope.namespaces.join(', '),
    ...(source.kubernetesVersion === null ? [] : [source.kubernetesVersion]),
    ...(source.user === null ? [] : [`as ${source.user}`]),
    `evaluated at ${time(evaluatedAt)}`,
    source.ruleSet,
  ].join(' · ');
}

function writePanes(report: Report, write: Write): void {
  write('<h2>Overview</h2>\n<table>\n<thead><tr><th>pane</th><th>figure</th><th>share that passes</th></tr></thead>\n');
  write('<tbody>\n');
  for (const [name, pane] of Object.entries(report.summary.panes)) {
    const text = pane.aside === '' ? pane.headline : `${pane.headline}; ${pane.aside}`;
    write(`<tr><td>${html(name)}</td><td>${html(text)}</td><td>${bar(pane)}</td></tr>\n`);
  }
  write('</tbody>\n</table>\n');
}

/** The same share as the session's overview; a pane that gives none has no bar. */
function bar({ subjects, share }: PaneSummary): string {
  if (subjects === 0) return '<span class="muted">nothing to judge</span>';
  if (share === null) return '';
  const percent = Math.floor(100 * share);
  return (
    `<svg width="160" height="16" viewBox="0 0 160 16" role="img" aria-label="${percent} %">` +
    `<rect width="100" height="10" y="3" fill="var(--line)"/>` +
    `<rect width="${percent}" height="10" y="3" fill="var(--bar)"/>` +
    `<text x="108" y="12" font-size="12" fill="currentColor">${percent} %</text></svg>`
  );
}

function writeFindings(report: Report, write: Write, context: FormatContext): void {
  const shown = reportLines(report);
  const remedies = Map.groupBy(report.remedies ?? [], (remedy) => remedy.finding);
  const option = (value: string): string => `<option value="${value}">${value}</option>`;
  write('<h2>Findings</h2>\n<form class="filter" data-table="findings" hidden>\n');
  write('<input name="text" type="search" placeholder="filter by words" aria-label="filter by words">\n');
  write(`<select name="severity" aria-label="severity"><option value="">every severity</option>`);
  write(`${SEVERITIES.map(option).join('')}</select>\n`);
  write(`<select name="pane" aria-label="pane"><option value="">every pane</option>${PANES.map(option).join('')}`);
  write('</select>\n<output></output>\n</form>\n<table id="findings" class="sortable">\n<thead><tr>');
  for (const name of ['severity', 'rule', 'subject', 'finding', 'pods']) write(`<th scope="col">${name}</th>`);
  write('</tr></thead>\n<tbody>\n');
  for (const one of shown) {
    const own = one.together.flatMap(({ finding }) => remedies.get(finding.id) ?? []);
    write(findingRow(one, own, context));
  }
  write('</tbody>\n</table>\n');
}

function findingRow(one: ReportedFinding, remedies: readonly BuiltRemedy[], context: FormatContext): string {
  const { finding } = one;
  const { severity, pane, rule, title, members } = finding;
  const marks = marksOf(one).map((mark) => ` <span class="mark">${html(mark)}</span>`);
  return (
    `<tr data-severity="${severity}" data-pane="${pane}">` +
    `<td class="severity ${severity}" data-key="${severityRank(severity)}">${severity}</td><td>${html(rule)}</td>` +
    `<td>${html(subjectText(finding))}</td>` +
    `<td><details><summary>${html(title)}${marks.join('')}</summary>${reasons(one, remedies, context)}</details></td>` +
    `<td class="number">${members.length}</td></tr>\n`
  );
}

function reasons({ finding }: ReportedFinding, remedies: readonly BuiltRemedy[], context: FormatContext): string {
  const fix = fixText(finding, remedies, context);
  const evidence = finding.evidence.map(({ text, object, path }) => {
    const place = [object === undefined ? '' : refText(object), path ?? ''].filter((part) => part !== '').join(' ');
    return `<li>${html(text)}${place === '' ? '' : ` <span class="muted">${html(place)}</span>`}</li>`;
  });
  return [
    `<p>${html(finding.why)}</p>`,
    ...(evidence.length === 0 ? [] : [`<ul>${evidence.join('')}</ul>`]),
    ...(finding.references.length === 0
      ? []
      : [`<p class="muted">${html(finding.references.map(referenceText).join(', '))}</p>`]),
    ...(fix === undefined ? [] : [`<p>fix: ${html(fix)}</p>`]),
    ...remedies.map((remedy) => `<pre>${html(remedy.yaml)}</pre>`),
    `<p class="muted">${html(finding.id)}</p>`,
  ].join('');
}

/** What the files open and close: declared connections that close stand first, in red. */
function writeConnections({ connections }: Report, write: Write): void {
  if (connections === null) return;
  write(`<h2>Connections: ${html(connectionCounts(connections))}</h2>\n`);
  const lines = connectionLines(connections);
  if (lines.length === 0) return;
  write('<table id="connections" class="sortable">\n<thead><tr><th scope="col">change</th>');
  write('<th scope="col">connection</th></tr></thead>\n<tbody>\n');
  for (const { change, text } of lines) {
    const style = change === 'error' ? 'severity critical' : 'severity';
    write(`<tr><td class="${style}">${change}</td><td>${html(text)}</td></tr>\n`);
  }
  write('</tbody>\n</table>\n');
}

function writeList(write: Write, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  write(`<h2>${title}</h2>\n<ul>\n${lines.map((line) => `<li>${html(line)}</li>\n`).join('')}</ul>\n`);
}

function writeCoverage({ coverage }: Report, write: Write): void {
  write('<h2>What was read</h2>\n<table class="sortable">\n<thead><tr>');
  for (const name of ['kind', 'API version', 'status', 'namespaces', 'objects', 'reason']) write(`<th>${name}</th>`);
  write('</tr></thead>\n<tbody>\n');
  for (const { kind, apiVersion, status, namespaces, objects, reason } of coverage) {
    const where = namespaces === 'all' ? 'all' : namespaces.join(', ');
    const cells = [kind, apiVersion, status, where].map((text) => `<td>${html(text)}</td>`);
    write(`<tr>${cells.join('')}<td class="number">${objects}</td><td>${html(reason)}</td></tr>\n`);
  }
  write('</tbody>\n</table>\n');
}
