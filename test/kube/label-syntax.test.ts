import { describe, expect, test } from 'vitest';
import {
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelKeyProblem,
  labelValueProblem,
  pathSegmentProblem,
  portNameProblem,
} from '../../src/kube/label-syntax.ts';

const TABLE = [
  [
    labelKeyProblem,
    ['app', 'app.kubernetes.io/name', 'A_b-c.9', 'a'.repeat(63)],
    ['', 'a/b/c', '/x', '-a', 'a-', 'A.io/x', 'a'.repeat(64), 'a b'],
  ],
  [labelValueProblem, ['', 'v1.2', 'A_b', '0'], ['-', 'a b', 'é', 'x'.repeat(64), '.a']],
  [dnsLabelProblem, ['a', 'a-b', '0a'], ['', 'A', 'a.b', '-a', 'a'.repeat(64)]],
  [dnsSubdomainProblem, ['a.b', 'a-b.c'], ['', 'a..b', 'a.', 'A', 'a_b', 'a'.repeat(254)]],
  [pathSegmentProblem, ['system:node', 'A b'], ['', '.', '..', 'a/b', 'a%b']],
  [portNameProblem, ['http', 'http-2', '8a'], ['8080', 'a--b', '-a', 'a'.repeat(16), 'HTTP']],
] as const;

describe.each(TABLE)('%o', (problem, valid, invalid) => {
  test.each(valid)('accepts %j', (text) => expect(problem(text)).toBeNull());
  test.each(invalid)('refuses %j', (text) => expect(problem(text)).toEqual(expect.any(String)));
});
