import { describe, expect, it } from 'vitest';
import { complete, completionText, type CompletionSources } from '../../bin/complete.ts';
import { FLAGS } from '../../bin/flags.ts';

const sources: CompletionSources = {
  flags: FLAGS,
  commands: [
    { name: 'who-can', usage: '', summary: 'who may do it' },
    { name: 'reach', usage: '', summary: 'who reaches whom' },
  ],
  rules: [1, 2].map(() => ({
    id: 'network/allows-everyone',
    summary: 'policies that let everyone in',
  })),
  contexts: async () => ['prod', 'dev'],
  namespaces: async () => ['shop', 'data'],
};

describe('complete', () => {
  it.each([
    [['wh'], ['who-can']],
    [['--kubec'], ['--kubeconfig']],
    [
      ['-n', ''],
      ['shop', 'data'],
    ],
    [['--namespace', 's'], ['shop']],
    [['--namespace=d'], ['--namespace=data']],
    [['--context', 'p'], ['prod']],
    [
      ['-o', 'j'],
      ['json', 'junit'],
    ],
    [['--pane', 'r'], ['rbac']],
    [['--start-pane', 'v'], ['vigilance']],
    [['--rule', 'net'], ['network/allows-everyone']],
    [['who-can', 'g'], []],
    [['-n', 'shop', 'wh'], ['who-can']],
    [['-n=shop', '--demo', 'wh'], ['who-can']],
    [['-n', 'shop', 'who-can', 'r'], []],
    [['--token', ''], []],
  ])('%j offers %j', async (words, values) => {
    expect((await complete(words, sources)).map((choice) => choice.value)).toEqual(values);
  });

  it('answers in the form that kubectl reads', async () => {
    expect(completionText(await complete(['r'], sources))).toBe('reach\twho reaches whom\n:4\n');
  });
});
