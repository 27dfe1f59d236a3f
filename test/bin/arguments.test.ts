import { describe, expect, it } from 'vitest';
import { ArgumentError, parseArguments } from '../../bin/arguments.ts';
import { FLAGS } from '../../bin/flags.ts';

const parse = (...argv: string[]): unknown => parseArguments(argv, FLAGS);

describe('parseArguments, as pflag does', () => {
  it.each([
    [['-ojson', '-nshop', '-A'], [], { output: 'json', namespace: ['shop'], 'all-namespaces': true }],
    [['-o', 'json', '-n', 'a', '-n=b'], [], { output: 'json', namespace: ['a', 'b'] }],
    [['-Aojson', 'word'], ['word'], { output: 'json', 'all-namespaces': true }],
    [['--since', '-1h'], [], { since: '-1h' }],
    [['--output=yaml', '--', '-x', '--y'], ['-x', '--y'], { output: 'yaml' }],
    [['--report', '--report=false'], [], {}],
    [['--filename', 'a', '-f', '-'], [], { from: ['a', '-'] }],
    [['-v'], [], { verbose: '1' }],
    [['-v=6'], [], { verbose: '6' }],
    [['--no-color', '--no-progress'], [], { 'no-color': true, 'no-progress': true }],
    [['--namespace='], [], {}],
    [['who-can', 'get', 'secrets'], ['who-can', 'get', 'secrets'], {}],
  ])('%j', (argv, words, options) => {
    expect(parse(...argv)).toEqual({ words, options });
  });

  it.each([
    [['-n'], 'flag needs an argument: -n'],
    [['--output'], 'flag needs an argument: --output'],
    [['--kubconfig', 'x'], 'unknown flag: --kubconfig; did you mean --kubeconfig?'],
    [['-Z'], "unknown shorthand flag: 'Z' in -Z"],
    [['-o', 'jsn'], /invalid value "jsn" for --output: .*; did you mean json\?/],
    [['--report=maybe'], 'invalid argument "maybe" for --report: it is true or false'],
  ])('%j is an error for people', (argv, message) => {
    expect(() => parse(...argv)).toThrow(ArgumentError);
    expect(() => parse(...argv)).toThrow(message);
  });

  it('has no flag name or letter twice', () => {
    const names = FLAGS.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])]);
    const letters = FLAGS.flatMap((flag) => (flag.short === undefined ? [] : [flag.short]));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(letters).size).toBe(letters.length);
  });
});
