import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { readBlockYaml } from '../../../src/sources/manifests/yaml-block-reader.ts';
import { createScalarReader } from '../../../src/sources/manifests/yaml-block-scalar.ts';
import { parseYaml } from '../../../src/sources/manifests/yaml-document.ts';

function fast(text: string): unknown {
  const read = readBlockYaml({ text, line: 1 }, createScalarReader());
  return read === null ? undefined : JSON.parse(JSON.stringify(read.value));
}

function full(text: string): unknown {
  const parsed = parseYaml({ text, line: 1 });
  return parsed.ok ? parsed.document.value : new Error(parsed.broken.message);
}

const DEPLOYMENT = `---
# Source: shop/templates/cart.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "cart"
  labels:
    app.kubernetes.io/version: '1.10'  # quoted
    since: 2026-01-01
spec:
  replicas: 3
  template:
    spec:
      hostNetwork: false
      containers:
      - name: app
        image: registry.example.com:5000/shop/cart:1.2.3@sha256:abc
        args: ["--listen=:8080", "-v"]
        command:
          - /bin/sh
          - -c
          - |
            set -e

            \texec cart
              --flag
        env:
        - name: EMPTY
          value:
        - {"name": "X", "value": "y"}
        resources: {}
        ports:
        - containerPort: 8080
          protocol: TCP
      nodeSelector:
        disk: ssd
`;

test('what helm writes is read, and as the full parser reads it', () => {
  expect(fast(DEPLOYMENT)).toEqual(full(DEPLOYMENT));
});

test('items of a list have their lines', () => {
  const text = '---\nkind: List\nitems:\n- kind: A\n  metadata:\n    name: a\n\n# comment\n- kind: B\n';
  expect(readBlockYaml({ text, line: 11 }, createScalarReader())).toEqual({
    value: { kind: 'List', items: [{ kind: 'A', metadata: { name: 'a' } }, { kind: 'B' }] },
    line: 12,
    itemLines: [14, 19],
  });
});

test.each([
  'a: &x 1\n',
  'a: *x\n',
  'a: !!str 1\n',
  'a: b: c\n',
  'a:\n  b\n  c\n',
  'a: b\n  c\n',
  'a: "x\n  y"\n',
  'a: {b: c}\n',
  'a: >\n  b\n',
  'a: |2\n  b\n',
  '? a\n: b\n',
  '<<: {}\n',
  'yes: 1\n',
  '8080: 1\n',
  '__proto__: 1\n',
  '- a\n',
  'a: b',
  'a: b\r\n',
  'a:\t1\n',
  'a:\n - b\n  - c\n',
  'a:\n  b: 1\n c: 2\n',
  'a: - b\n',
  'a: @b\n',
  'a: "\\x41"\n',
  'just text\n',
])('%j is left to the full parser', (text) => expect(fast(text)).toBeUndefined());

describe('never differs from the full parser', () => {
  const scalar = fc.constantFrom(
    ...'a true yes NO on ~ null 1 -1 0 010 0x1F 1.5 1e3 .5 -.inf 1_000 12:30 2026-01-01 1.2.3 100m 10.0.0.0/8 :8080 -v --x=y'.split(
      ' ',
    ),

    '# c',
    'a #c',
    'a # c',
    'a: b',
    '- a',
    '"q"',
    "'it''s'",
    '"a\\nb"',
    '[]',
    '{}',
    '[1, "a"]',
    '{"a": 1}',
    '|',
    '|-',
    '>',
    '$(X)',
    '${X}',
    '+1',
    '_x',
    '/x',
    'a  b ',
    '',
    '   ',
    '---x',
    '---',
    '...',
    'é',
    '=',
    '<<',
    '*a',
  );
  const line = fc.tuple(
    fc.constantFrom('', ' ', '  ', '    ', '      '),
    fc.constantFrom('', '- ', '-   ', '- - '),
    fc.constantFrom('', 'a: ', 'b: ', 'items: ', '"q": ', "'s': ", 'x.y/z: ', 'k:', 'on: ', '# '),
    scalar,
  );
  const lines = fc
    .array(line, { minLength: 1, maxLength: 8 })
    .map((parts) => parts.map((part) => `${part.join('')}\n`).join(''));

  test('of lines put together at random', () => {
    fc.assert(
      fc.property(lines, (text) => {
        const value = fast(text);
        expect(value ?? full(text)).toEqual(full(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('of objects written by a YAML writer', () => {
    const text = fc.oneof(
      scalar,
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.lorem({ maxCount: 3 }).map((words) => words.replaceAll(' ', '\n')),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.double({ noNaN: true }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(text, tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    let read = 0;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('kind', 'spec', 'items'), value, { minKeys: 1 }),
        fc.boolean(),
        (object, indentSeq) => {
          const yaml = stringify(object, { indentSeq, lineWidth: 0 });
          const found = fast(yaml);
          read += found === undefined ? 0 : 1;
          expect(found ?? full(yaml)).toEqual(full(yaml));
        },
      ),
      { numRuns: 1000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});
