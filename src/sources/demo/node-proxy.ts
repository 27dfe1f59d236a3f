import type { Reply } from './reply.ts';

/** Files below /var/log by their path, by the name of the node. */
export type NodeLogFiles = Readonly<Record<string, Readonly<Record<string, () => Promise<Buffer>>>>>;

const LOGS = /^\/api\/v1\/nodes\/[^/]+\/proxy\/logs\/(.*)$/;

/**
 * Answers for a kubelet, which serves its /var/log by `http.FileServer` (kubernetes/kubernetes pkg/kubelet/kubelet.go):
 * folders as lists of links, files whole or in part (RFC 9110, one range of bytes).
 *
 * @param files of the node; undefined where there is none of that name
 * @param range the header of the request
 */
export async function answerNodeProxy(
  files: NodeLogFiles[string] | undefined,
  reply: Reply,
  pathname: string,
  range: string | undefined,
): Promise<void> {
  const path = LOGS.exec(pathname)?.[1];
  if (files === undefined || path === undefined) return reply.text(404, '404 page not found\n');
  const name = decodeURIComponent(path);
  if (name === '' || name.endsWith('/')) return reply.text(200, listing(files, name), { 'content-type': 'text/html' });
  const bytes = await files[name]?.();
  if (bytes === undefined) return reply.text(404, '404 page not found\n');
  const type = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  const [, from, to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return reply.bytes(200, bytes, type);
  const first = Number(from);
  const last = to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  if (first >= bytes.length) {
    return reply.text(416, 'invalid range: failed to overlap\n', { 'content-range': `bytes */${bytes.length}` });
  }
  const content = { 'content-range': `bytes ${first}-${last}/${bytes.length}` };
  return reply.bytes(206, bytes.subarray(first, last + 1), { ...type, ...content });
}

function listing(files: NodeLogFiles[string], folder: string): string {
  const below = Object.keys(files).filter((path) => path.startsWith(folder));
  const names = new Set(below.map((path) => path.slice(folder.length).replace(/\/.*/, '/')));
  const links = Array.from(names, (name) => `<a href="${encodeURI(name)}">${name}</a>\n`);
  return `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`;
}
