import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAnnotatedCopies, cutManagedFields } from '../../../src/sources/live/cut-bytes.ts';
import { CUT_MARK, holdsCopy } from '../../../src/sources/slim/annotations.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Names and strings that look like the syntax around managedFields. */
const hostileText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    ',"managedFields":[',
    '"managedFields":[]',
    ']},"spec":',
    '[',
    ']',
    ']}',
    '\\',
    '\\"',
    '"',
    'x]},"a":',
    '},{"',
    '/last-applied-configuration":"',
  ),
);
/** Keys without quotes and backslashes: JSON.parse of V8 13.6 (Node 24) sometimes reads the key `"` as `\\`. */
const key = fc.oneof(
  fc.constantFrom('managedFields', 'metadata', 'spec', 'items', 'name', '1', '', '[', ']', ']}', '},{'),
  fc.string().filter((text) => !/["\\]/.test(text) && text !== '__proto__'),
);

function json(leaf: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(key, tie('node'), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).node;
}

const anyJson = json(fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), hostileText));

/** The definition: no object keeps a list that is called managedFields. */
function withoutManagedFields(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutManagedFields);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'managedFields' && Array.isArray(member)))
      .map(([name, member]) => [name, withoutManagedFields(member)]),
  );
}

function parse(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

function parsedAfterCut(text: string): Json {
  return parse(cutManagedFields(Buffer.from(text)).toString());
}

/** As the API server writes managedFields: no brackets inside, and strings with escaped quotes. */
const managedFields = fc.array(
  fc.record({
    manager: hostileText,
    operation: fc.constantFrom('Apply', 'Update'),
    fieldsV1: fc.dictionary(fc.constantFrom('f:spec', 'k:{"name":"a"}', 'v:"x"', '.'), fc.constant({})),
  }),
  { maxLength: 3 },
);

const listItem = fc.record(
  {
    metadata: fc.tuple(fc.dictionary(fc.constantFrom('name', 'labels', 'uid'), anyJson), managedFields).map(
      // Where typed objects have it, last, and where custom resources have it, in the middle.
      ([rest, fields]): Json => ({ name: 'a', ...rest, managedFields: fields, ...(fields.length > 1 ? { z: 1 } : {}) }),
    ),
    spec: anyJson,
    status: anyJson,
  },
  { requiredKeys: ['metadata'] },
);

/** Without the members that are undefined. */
function asJson(value: object): Json {
  return parse(JSON.stringify(value));
}

describe('cutManagedFields', () => {
  it('cuts them from every item of a list, wherever they stand, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(listItem, { maxLength: 5 }), (items) => {
        const list: Json = { kind: 'PodList', metadata: { resourceVersion: '1' }, items: items.map(asJson) };
        const text = JSON.stringify(list);
        expect(parsedAfterCut(text)).toEqual(withFirstMembers(withoutManagedFields(list), list));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing else in any JSON', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        expect(withoutManagedFields(parsedAfterCut(text))).toEqual(withoutManagedFields(parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves JSON without them as it is, byte by byte', () => {
    const text = '{"kind":"PodList","items":[{"metadata":{"name":"a"}}]}';
    expect(cutManagedFields(Buffer.from(text)).toString()).toBe(text);
  });

  it('leaves broken JSON broken', () => {
    const whole = '{"items":[{"metadata":{"name":"a","managedFields":[{"manager":"x"}]},"spec":{}}]}';
    for (let length = 1; length < whole.length; length += 1) {
      const part = cutManagedFields(Buffer.from(whole.slice(0, length))).toString();
      expect(() => parse(part)).toThrow(SyntaxError);
    }
  });
});

function memberOf(value: Json, name: string): Json {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? null : (value[name] ?? null);
}

/** A member that is the first of its object is not cut: put those back into the expectation. */
function withFirstMembers(expected: Json, original: Json): Json {
  if (Array.isArray(original)) {
    return original.map((item, index) =>
      withFirstMembers(Array.isArray(expected) ? (expected[index] ?? null) : null, item),
    );
  }
  if (original === null || typeof original !== 'object') return expected;
  const entries = Object.entries(original).flatMap(([name, member], index): [string, Json][] => {
    if (name === 'managedFields' && Array.isArray(member)) {
      return index === 0 ? [[name, withFirstMembers(member.map(withoutManagedFields), member)]] : [];
    }
    return [[name, withFirstMembers(memberOf(expected, name), member)]];
  });
  return Object.fromEntries(entries);
}

describe('cutAnnotatedCopies', () => {
  const annotation = fc.constantFrom(
    'kubectl.kubernetes.io/last-applied-configuration',
    'hypershift.openshift.io/last-applied-configuration',
    'kapp.k14s.io/original',
    'objectset.rio.cattle.io/applied',
    'banzaicloud.com/last-applied',
  );

  it('leaves no byte of such a value, and nothing else changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(annotation, fc.string({ minLength: 8 }), hostileText), { maxLength: 4 }),
        fc.boolean(),
        (rows, indented) => {
          const value = rows.map(([name, rest, other]) => ({
            metadata: { annotations: { before: other, [name]: `SECRET"\\${rest}SECRET`, after: other } },
          }));
          const text = JSON.stringify(value, null, indented ? 2 : 0);
          const memory = Buffer.from(text);
          const cut = cutAnnotatedCopies(memory);
          expect(memory.includes('SECRET')).toBe(false);
          const expected = rows.map(([name, , other]) => ({
            metadata: { annotations: { before: other, [name]: CUT_MARK, after: other } },
          }));
          expect(JSON.parse(cut.toString())).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['that has no data', { kind: 'Secret', metadata: { name: 'metadata' } }, ''],
    ['with data', { data: { a: 'SECRET' } }, CUT_MARK],
    ['with text', { stringData: { a: 'SECRET' } }, CUT_MARK],
    ['with data in it', { spec: { template: { data: { a: 'SECRET' } } } }, CUT_MARK],
  ])('tells a copy %s', (_name, copy, expected) => {
    for (const text of [JSON.stringify(copy), JSON.stringify(copy, null, 1)]) {
      const name = 'kubectl.kubernetes.io/last-applied-configuration';
      const memory = Buffer.from(JSON.stringify({ annotations: { [name]: text, after: 'x' } }));
      expect(JSON.parse(cutAnnotatedCopies(memory).toString())).toEqual({
        annotations: { [name]: expected, after: 'x' },
      });
      expect(memory.includes('kind')).toBe(false);
      expect(memory.includes('SECRET')).toBe(false);
    }
  });

  it.each([
    ['spelt with escapes', String.raw`{\"\u0064ata\":{\"a\":\"SECRET\"}}`],
    ['that is packed', 'H4sIAAAAAAAA/6tWSkksSVSyUqpWSlSyUkpUqq0FAAgaMl4TAAAA'],
  ])('does not trust a copy %s', (_name, raw) => {
    const text = `{"annotations":{"objectset.rio.cattle.io/applied":"${raw}"}}`;
    expect(JSON.parse(cutAnnotatedCopies(Buffer.from(text)).toString())).toEqual({
      annotations: { 'objectset.rio.cattle.io/applied': CUT_MARK },
    });
  });

  it('keeps any JSON valid and all other values', () => {
    const masked = (value: Json): Json => {
      if (Array.isArray(value)) return value.map(masked);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
          name,
          holdsCopy(name) && typeof member === 'string' ? CUT_MARK : masked(member),
        ]),
      );
    };
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        const cut = cutAnnotatedCopies(Buffer.from(text)).toString();
        expect(masked(parse(cut))).toEqual(masked(parse(text)));
      }),
      { numRuns: 1000 },
    );
  });
});
