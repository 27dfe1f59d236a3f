import { stringify } from 'yaml';
import type { Write } from './format.ts';
import { reportFields } from './json.ts';
import type { Report } from './report.ts';

/** The report as YAML: the fields of the JSON report, written field by field and item by item. */
export function writeYamlReport(report: Report, write: Write): void {
  for (const [name, value] of reportFields(report)) writeField(name, value, write, '');
}

function writeField(name: string, value: unknown, write: Write, indent: string): void {
  if (isList(value)) {
    let empty = true;
    for (const item of value) {
      if (empty) write(`${indent}${name}:\n`);
      empty = false;
      write(indented(stringify([item], OPTIONS), `${indent}  `));
    }
    if (empty) write(`${indent}${name}: []\n`);
    return;
  }
  if (typeof value === 'object' && value !== null && Object.values(value).some(isList)) {
    write(`${indent}${name}:\n`);
    for (const [key, inner] of Object.entries(value)) writeField(key, inner, write, `${indent}  `);
    return;
  }
  write(indented(stringify({ [name]: value }, OPTIONS), indent));
}

const OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2', schema: 'yaml-1.1' } as const;

function indented(text: string, indent: string): string {
  return indent === '' ? text : text.replaceAll(/^(?=.)/gm, indent);
}

function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
