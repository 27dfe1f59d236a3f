import type { TreeGlyphs } from './glyphs.ts';

/** Something with parts, to be drawn as a tree. */
export interface TreeNode {
  readonly text: string;
  readonly parts: readonly TreeNode[];
}

/** A node. */
export function node(text: string, parts: readonly TreeNode[] = []): TreeNode {
  return { text, parts };
}

/** The tree as lines, the root first. */
export function treeLines(root: TreeNode, glyphs: TreeGlyphs): readonly string[] {
  return [root.text, ...branches(root.parts, glyphs)];
}

function branches(parts: readonly TreeNode[], glyphs: TreeGlyphs): readonly string[] {
  return parts.flatMap((part, at) => {
    const isLast = at === parts.length - 1;
    const before = isLast ? glyphs.blank : glyphs.along;
    return [
      (isLast ? glyphs.last : glyphs.fork) + part.text,
      ...branches(part.parts, glyphs).map((line) => before + line),
    ];
  });
}
