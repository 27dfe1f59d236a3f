import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
};

const path = join(import.meta.dirname, '../../schema/report.json');
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, formats: FORMATS }).compile(
  JSON.parse(readFileSync(path, 'utf8')) as object,
);

/** What schema/report.json has against a report; empty where it is valid. */
export function schemaErrors(report: unknown): readonly string[] {
  validate(report);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`,
  );
}
