import official from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';

// Draft 4 differs from what ajv takes in the names of these two alone, and one of its patterns is no Unicode expression.
const { $schema: _draft, id: _id, ...schema } = official;
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

/** What the official schema of version 2.1.0 refuses of a SARIF log; empty where it is valid. */
export function sarifErrors(log: unknown): readonly string[] {
  return validate(log) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ''}`);
}
