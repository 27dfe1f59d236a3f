import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { THEME_NAMES } from '../../src/app/state.ts';
import { THEMES } from '../../src/config/config-value.ts';
import { DEFAULT_CONFIG, parseConfig } from '../../src/config/config.ts';
import { deepEqual } from '../../src/store/deep-equal.ts';

interface ConfigSchema {
  readonly properties: Readonly<Record<string, { readonly examples: readonly unknown[] }>>;
}

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/config.json'), 'utf8')) as ConfigSchema;
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

const examples = Object.entries(schema.properties).flatMap(([key, { examples: own }]) =>
  own.map((value) => [key, { apiVersion: 'k8sec/v1', [key]: value }] as const),
);

describe('schema/config.json', () => {
  it('knows the keys that the program reads, and no others', () => {
    expect(Object.keys(schema.properties).sort()).toEqual(['apiVersion', ...Object.keys(DEFAULT_CONFIG)].sort());
  });

  it('has an example of every key', () => {
    expect(new Set(examples.map(([key]) => key))).toEqual(new Set(Object.keys(schema.properties)));
  });

  it.each(examples)('takes the example of %s, and so does the program', (key, example) => {
    validate(example);
    expect(validate.errors).toBeNull();
    const config = parseConfig(stringify(example), 'k8sec.yaml');
    expect(deepEqual(config, DEFAULT_CONFIG)).toBe(key === 'apiVersion');
  });

  it.each([
    { apiVersion: 'k8sec/v1', waviers: [] },
    { apiVersion: 'k8sec/v1', waivers: [{ rule: 'x' }] },
    { apiVersion: 'k8sec/v1', burst: { count: 1 } },
    { waivers: [] },
  ])('refuses what the program refuses: %j', (config) => {
    expect(validate(config)).toBe(false);
    expect(() => parseConfig(stringify(config), 'k8sec.yaml')).toThrow('k8sec.yaml:');
  });
});

it('the themes of the config are those of the session', () => {
  expect(new Set(THEMES)).toEqual(new Set(THEME_NAMES));
});
