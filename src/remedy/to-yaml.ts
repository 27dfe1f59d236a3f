import { Document, isNode, isPair } from 'yaml';
import { sanitise } from '../kube/sanitise.ts';
import type { Manifest, YamlComment } from './remedy.ts';

/** Longest line of a comment at the head of a document. */
const COMMENT_WIDTH = 110;

/**
 * Manifests as a YAML stream, each reason as a comment at its place: above the document for an empty path, else at the
 * end of the line (or above the block) that the path names. Long strings are never folded.
 */
export function toYaml(manifests: readonly Manifest[], comments: readonly YamlComment[]): string {
  return manifests
    .map((manifest, index) => {
      const own = comments.filter((comment) => comment.document === index);
      return documentText(manifest, own);
    })
    .join('---\n');
}

function documentText(manifest: Manifest, comments: readonly YamlComment[]): string {
  const document = new Document(manifest, { aliasDuplicateObjects: false, version: '1.2', schema: 'yaml-1.1' });
  const head = comments.filter((comment) => comment.path.length === 0).flatMap(({ text }) => wrap(sanitise(text)));
  if (head.length > 0) document.commentBefore = head.map((line) => ` ${line}`).join('\n');
  for (const { path, text } of comments) {
    const node: unknown = path.length === 0 ? undefined : document.getIn(path, true);
    if (!isNode(node) || isPair(node)) continue;
    const line = ` ${sanitise(text)}`;
    if ('items' in node) node.commentBefore = [node.commentBefore, line].filter(Boolean).join('\n');
    else node.comment = [node.comment, line].filter(Boolean).join(';');
  }
  return document.toString({ lineWidth: 0, nullStr: 'null' });
}

/** Breaks a sentence at spaces. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > COMMENT_WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
