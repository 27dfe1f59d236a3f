/** An image reference as the container runtime resolves it (github.com/distribution/reference). */
export interface ImageReference {
  /** `docker.io` where none is written. */
  readonly registry: string;
  /** Path without the registry: `library/nginx` for `nginx` on docker.io. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Splits an image reference; null for what names no image. */
export function parseImage(text: string): ImageReference | null {
  const [name = '', digest] = text.split('@', 2);
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const tag = colon < 0 ? null : name.slice(colon + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  if (path === '' || tag === '') return null;
  const first = path.slice(0, Math.max(0, path.indexOf('/')));
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = isRegistry ? first : 'docker.io';
  const rest = isRegistry ? path.slice(first.length + 1) : path;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  return { registry, repository, tag, digest: digest ?? null };
}

/**
 * Whether an image is of a repository (`fluxcd/source-controller`), whatever registry or folder mirrors it.
 *
 * @param own the image's repository (`parseImage`)
 */
export function isOfRepository(own: string, repository: string): boolean {
  return own === repository || own.endsWith(`/${repository}`);
}
