import { unitText } from './number-text.ts';
import { node, type TreeNode } from './tree.ts';

interface Name {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

interface Hop {
  readonly from: Name;
  readonly to: Name;
  readonly via: { readonly binding: Name; readonly role: Name };
  readonly condition: string;
  readonly request: {
    readonly resourceAttributes?: {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    };
  };
}

/** The part of the answer of `paths SUBJECT -o json` that a tree is made of. */
interface PathsAnswer {
  readonly paths: readonly { readonly from: Name; readonly to: string; readonly hops: readonly Hop[] }[];
  readonly cuts: readonly { readonly bindings: readonly Name[]; readonly closes: number }[];
  readonly holes?: readonly string[];
}

/**
 * Where an account's rights lead, hop by hop; paths that begin alike share their beginning.
 *
 * @param title names the account
 * @param answer of `paths ACCOUNT -o json`
 * @param into the sign between what is done and what that makes of the account
 */
export function pathsTree(title: string, answer: string, into: string): TreeNode {
  const { paths, cuts, holes = [] } = JSON.parse(answer) as PathsAnswer;
  const notes = [
    ...cuts.map((cut) =>
      node(`removing ${cut.bindings.map(nameText).join(', ')} closes ${cutText(cut.closes, paths)}`),
    ),
    ...holes.map((hole) => node(`not judged: ${hole}`)),
  ];
  if (paths.length === 0)
    return node(title, [node('leads to no cluster-admin, node or all Secrets by RBAC'), ...notes]);
  return node(title, [...merged(paths, into), ...notes]);
}

interface Rest {
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

function requestText({ request }: Hop): string {
  const asked = request.resourceAttributes;
  if (asked === undefined) return 'act';
  if (asked.verb === '*' && asked.resource === '*') return 'do everything';
  const resource = [asked.resource, asked.subresource].filter((part) => part !== '').join('/');
  const named = asked.name === '' ? '' : ` ${asked.name}`;
  return `${asked.verb} ${resource}${named}${asked.namespace === '' ? '' : ` in ${asked.namespace}`}`;
}

function nameText({ kind, namespace, name }: Name): string {
  return `${kind} ${namespace === null || namespace === '' ? name : `${namespace}/${name}`}`;
}

function cutText(closes: number, paths: readonly unknown[]): string {
  return closes === paths.length ? unitText(closes, 'paths') : `${closes} of ${unitText(paths.length, 'paths')}`;
}
