import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../bin/arguments.ts';
import { completionScript } from '../../bin/shell-completion.ts';

describe('the script of a shell', () => {
  test.each(['bash', 'zsh', 'fish'])('%s: asks the program that answers kubectl, for both names', (shell) => {
    const script = completionScript([shell]);
    expect(script).toContain('kubectl_complete-sec');
    expect(script).toContain('k8sec kubectl-sec');
    expect(script.split('\n').find((line) => line.includes(`${shell} completion for k8sec`))).toContain(
      `k8sec completion ${shell}`,
    );
  });

  test.each([
    [[], 'completion takes one shell: bash, zsh, fish'],
    [['bsh'], 'completion takes one shell: bash, zsh, fish; did you mean bash?'],
    [['constructor'], 'completion takes one shell: bash, zsh, fish'],
    [['bash', 'zsh'], /completion takes one shell/],
  ])('%j is refused', (words, message) => {
    expect(() => completionScript(words)).toThrow(ArgumentError);
    expect(() => completionScript(words)).toThrow(message);
  });
});
