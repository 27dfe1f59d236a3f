import { describe, expect, test } from 'vitest';
import { completions } from '../../src/app/complete-command.ts';
import { FIRST_WORDS, parseCommandLine } from '../../src/app/command-line.ts';

describe('command line', () => {
  test.each([
    ['', { type: 'nothing' }],
    ['q', { type: 'quit' }],
    ['overview', { type: 'overview' }],
    ['rbac', { type: 'pane', pane: 'rbac', namespace: null, filter: null, context: null }],
    ['netpol shop', { type: 'pane', pane: 'network', namespace: 'shop', filter: null, context: null }],
    [
      'network shop /web @staging',
      { type: 'pane', pane: 'network', namespace: 'shop', filter: 'web', context: 'staging' },
    ],
    ['posture @a', { type: 'pane', pane: 'vigilance', namespace: null, filter: null, context: 'a' }],
    ['psa', { type: 'pane', pane: 'vigilance', namespace: null, filter: null, context: null }],
    ['ns', { type: 'namespace', namespace: null }],
    ['ns shop', { type: 'namespace', namespace: 'shop' }],
    ['ctx prod-eu', { type: 'context', name: 'prod-eu' }],
    ['who-can get secrets', { type: 'ask', words: ['who-can', 'get', 'secrets'] }],
    ['who-can read-secrets', { type: 'list', question: 'who-can read-secrets' }],
    ['can unauthenticated', { type: 'list', question: 'can unauthenticated' }],
    ['due', { type: 'list', question: 'due' }],
    ['can user:alice', { type: 'ask', words: ['can', 'user:alice'] }],
    ['paths sa:shop/cart', { type: 'ask', words: ['paths', 'sa:shop/cart'] }],
    ['theme mono', { type: 'theme', name: 'mono' }],
    ['columns', { type: 'columns', names: null }],
    ['columns severity,work age', { type: 'columns', names: ['severity', 'work', 'age'] }],
    ['suspend', { type: 'suspend' }],
    ['waive', { type: 'waive' }],
  ])('%s', (text, expected) => {
    expect(parseCommandLine(text)).toEqual(expected);
  });

  test('an unknown command suggests the nearest one', () => {
    expect(parseCommandLine('netwrok')).toEqual({
      type: 'problem',
      text: 'no command ":netwrok": did you mean :network?',
    });
  });

  test('every word that completion offers first is a command', () => {
    const refused = FIRST_WORDS.filter((word) => parseCommandLine(word).type === 'problem');
    expect(refused).toEqual(['theme']);
  });
});

describe('completion', () => {
  const world = {
    namespaces: ['data', 'shop'],
    contexts: ['prod'],
    columns: ['severity', 'workload', 'exposed'],
    history: ['who-can get secrets'],
  };

  test.each([
    ['', []],
    ['n', ['network', 'ns']],
    ['ns s', ['ns shop']],
    ['ns ', ['ns data', 'ns shop', 'ns all']],
    ['network ', ['network data', 'network shop']],
    ['ctx ', ['ctx prod']],
    ['columns severity ', ['columns severity workload', 'columns severity exposed']],
    ['who-can c', ['who-can create-workloads', 'who-can create']],
    ['can un', ['can unauthenticated']],
    ['who-can g', ['who-can get', 'who-can get secrets']],
    ['zzz', []],
  ])('%s', (text, expected) => {
    expect(completions(text, world)).toEqual(expected);
  });
});
