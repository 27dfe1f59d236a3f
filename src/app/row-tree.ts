import type { Glyphs } from './glyphs.ts';
import { pathsTree } from './paths-tree.ts';
import { reachTree } from './reach-tree.ts';
import { treeLines } from './tree.ts';

/** What a tree is drawn of: questions whose answers, as JSON and in the same order, make it. */
export interface TreeQuestion {
  readonly type: 'reach' | 'paths';
  readonly title: string;
  readonly questions: readonly (readonly string[])[];
}

/** Who reaches a workload and whom it reaches. */
export function reachQuestion(kind: string, namespace: string, name: string): TreeQuestion {
  const workload = `${kind}/${namespace}/${name}`;
  return {
    type: 'reach',
    title: `${kind} ${namespace}/${name}`,
    questions: [
      ['reach', '--destination', workload, '-o', 'json'],
      ['reach', '--source', workload, '-o', 'json'],
    ],
  };
}

/** Where an account's rights lead; `account` as the questions name it, such as `sa:ci/deployer`. */
export function pathsQuestion(account: string): TreeQuestion {
  return { type: 'paths', title: account, questions: [['paths', account, '-o', 'json']] };
}

/** The tree as text, of the answers to its questions. */
export function treeText({ type, title }: TreeQuestion, answers: readonly string[], glyphs: Glyphs): string {
  const [first = '', second = ''] = answers;
  const root = type === 'reach' ? reachTree(title, first, second) : pathsTree(title, first, glyphs.right);
  return treeLines(root, glyphs.tree).join('\n');
}
