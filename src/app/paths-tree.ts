import { nameText, NO_PATH, pathNotes, requestText, targetText, type Hop, type PathsAnswer } from './paths-answer.ts';
import { node, type TreeNode } from './tree.ts';

/**
 * Where an account's rights lead, hop by hop; paths that begin alike share their beginning.
 *
 * @param title names the account
 * @param answer of `paths ACCOUNT -o json`
 * @param into the sign between what is done and what that makes of the account
 */
export function pathsTree(title: string, answer: string, into: string): TreeNode {
  const parsed = JSON.parse(answer) as PathsAnswer;
  const { paths } = parsed;
  const notes = pathNotes(parsed).map((note) => node(note));
  if (paths.length === 0) return node(title, [node(NO_PATH), ...notes]);
  const rests = paths.map((path) => ({ to: targetText(path), hops: path.hops }));
  return node(title, [...merged(rests, into), ...notes]);
}

interface Rest {
  /** What the path ends in, to be read. */
  readonly to: string;
  readonly hops: readonly Hop[];
}

/** The hops that come next, each once, with what follows it. */
function merged(rests: readonly Rest[], into: string): readonly TreeNode[] {
  const byHop = Map.groupBy(
    rests.filter((rest) => rest.hops.length > 0),
    (rest) => hopText(rest, into),
  );
  return [...byHop].map(([text, all]) => {
    const [first] = all;
    const hop = first?.hops[0];
    const by = hop === undefined ? [] : [node(`by ${nameText(hop.via.binding)}, ${nameText(hop.via.role)}`)];
    const following = merged(
      all.map(({ to, hops }) => ({ to, hops: hops.slice(1) })),
      into,
    );
    return node(text, [...by, ...following]);
  });
}

function hopText({ to, hops }: Rest, into: string): string {
  const [hop] = hops;
  if (hop === undefined) return to;
  const end = hops.length === 1 ? to : nameText(hop.to);
  return `can ${requestText(hop)} ${into} ${end}${hop.condition === '' ? '' : `  (${hop.condition})`}`;
}
