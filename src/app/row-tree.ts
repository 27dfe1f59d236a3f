import type { Glyphs } from './glyphs.ts';
import type { Graph } from './graph.ts';
import { pathsGraph } from './paths-graph.ts';
import { pathsTree } from './paths-tree.ts';
import { reachGraph } from './reach-graph.ts';
import { reachTree } from './reach-tree.ts';
import { node, treeLines, type TreeNode } from './tree.ts';

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

/**
 * Where the rights of accounts lead.
 *
 * @param title names what they have in common
 * @param accounts as the questions name them, such as `sa:ci/deployer`
 */
export function pathsQuestion(title: string, accounts: readonly string[]): TreeQuestion {
  return { type: 'paths', title, questions: accounts.map((account) => ['paths', account, '-o', 'json']) };
}

/** The tree as text, of the answers to its questions. */
export function treeText(question: TreeQuestion, answers: readonly string[], glyphs: Glyphs): string {
  return treeLines(rootOf(question, answers, glyphs), glyphs.tree).join('\n');
}

/** The same as boxes and arrows. */
export function treeGraph({ type, title, questions }: TreeQuestion, answers: readonly string[], glyphs: Glyphs): Graph {
  const [first = '', second = ''] = answers;
  if (type === 'reach') return reachGraph(title, first, second);
  return pathsGraph(
    questions.map((words) => words[1] ?? title),
    answers,
    glyphs.right,
  );
}

function rootOf({ type, title, questions }: TreeQuestion, answers: readonly string[], glyphs: Glyphs): TreeNode {
  const [first = '', second = ''] = answers;
  if (type === 'reach') return reachTree(title, first, second);
  const accounts = answers.map((answer, at) => pathsTree(questions[at]?.[1] ?? title, answer, glyphs.right));
  const [only] = accounts;
  return only?.text === title ? only : node(title, accounts);
}
