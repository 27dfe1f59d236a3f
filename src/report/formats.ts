import { writeCsv } from './csv.ts';
import type { Format } from './format.ts';
import { writeHtml } from './html.ts';
import { writeJson } from './json.ts';
import { writeJunit } from './junit.ts';
import { writeMarkdown } from './markdown.ts';
import { writePolicyReport } from './policy-report.ts';
import { writeSarif } from './sarif.ts';
import { writeText } from './text.ts';
import { writeYamlReport } from './yaml.ts';

/** Every format of the report. */
export const FORMATS: readonly Format[] = [
  {
    name: 'text',
    extension: 'txt',
    summary: 'for a person: figures, findings by severity, what was not judged',
    write: (report, write, context) => writeText(report, write, context, false),
  },
  {
    name: 'wide',
    extension: 'txt',
    summary: 'text with every finding, its reasons, evidence and references',
    write: (report, write, context) => writeText(report, write, context, true),
  },
  { name: 'json', extension: 'json', summary: 'for a program (JSON Schema in schema/report.json)', write: writeJson },
  { name: 'yaml', extension: 'yaml', summary: 'the JSON report as YAML', write: writeYamlReport },
  { name: 'sarif', extension: 'sarif', summary: 'SARIF 2.1.0 for code scanning', write: writeSarif },
  { name: 'junit', extension: 'xml', summary: 'JUnit XML for CI servers', write: writeJunit },
  { name: 'markdown', extension: 'md', summary: 'tables for a pull request or a wiki', write: writeMarkdown },
  { name: 'html', extension: 'html', summary: 'one page that needs no network', write: writeHtml },
  { name: 'csv', extension: 'csv', summary: 'a row per finding for a spreadsheet', write: writeCsv },
  {
    name: 'policyreport',
    extension: 'yaml',
    summary: 'PolicyReport objects (wgpolicyk8s.io/v1alpha2)',
    write: writePolicyReport,
  },
];
