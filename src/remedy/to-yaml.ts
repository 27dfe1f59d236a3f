import { Document, isNode, isPair, visit } from 'yaml';
import { rawText } from '../kube/exact-text.ts';
import { escapeYaml, isClean, sanitise } from '../kube/sanitise.ts';
import type { Manifest, YamlComment } from './remedy.ts';

/** Longest line of a comment at the head of a document. */
export const COMMENT_WIDTH = 110;

/**
 * Manifests as a YAML stream, each reason as a comment at its place: above the document for an empty path, else at the
 * end of the line (or above the block) that the path names. Long strings are never folded. Names stand there as the API
 * server knows them: what is not safe to show as an escape that YAML reads.
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
  writeNames(document);
  return escapeYaml(textOf(document));
}

/** Lines as comments of YAML, for what a file must tell and not hold. */
export function commented(lines: readonly string[]): string {
  return lines.map((line) => (line.startsWith('#') ? `${line}\n` : `# ${sanitise(line)}\n`)).join('');
}

/** A document whose texts are not names but what is shown of them. */
export function plainYaml(value: unknown): string {
  return textOf(new Document(value, { aliasDuplicateObjects: false, version: '1.2', schema: 'yaml-1.1' }));
}

function textOf(document: Document): string {
  return document.toString({ lineWidth: 0, nullStr: 'null' });
}

/** Puts what a text stands for in its place; where that is not safe to show, in quotes, in which it can be escaped. */
function writeNames(document: Document): void {
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string' || !scalar.value.includes('\\u')) return;
      const raw = rawText(scalar.value) ?? scalar.value;
      scalar.value = raw;
      if (!isClean(raw)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
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
