/**
 * Reads request URIs of audit logs as the API server does: texts in them are the client's, and what looks like a parameter
 * may be part of another's value, or of one that the server does not know.
 */

/** The path without the query. */
export function requestPath(uri: string): string {
  const end = uri.indexOf('?');
  return end < 0 ? uri : uri.slice(0, end);
}

/**
 * The value of a parameter, decoded; null where there is none. Of several the first counts
 * (k8s.io/apimachinery pkg/runtime/conversion.go, Convert_Slice_string_To_string).
 */
export function queryValue(uri: string, name: string): string | null {
  const start = uri.indexOf('?');
  return start < 0 ? null : new URLSearchParams(uri.slice(start + 1)).get(name);
}

/** Whether nothing is kept of what was written (any other value of `dryRun` is refused). */
export function isDryRun(uri: string): boolean {
  return queryValue(uri, 'dryRun') === 'All';
}

/**
 * The path that a node's kubelet is asked for, such as `/metrics/cadvisor`: decoded and cleaned, as its proxy does
 * (k8s.io/kubernetes pkg/registry/core/node/rest/proxy.go). '' where the path is none of a node's proxy.
 */
export function kubeletPath(uri: string): string {
  const [, raw = ''] = /^\/api\/v1\/nodes\/[^/]+\/proxy(\/.*)?$/.exec(requestPath(uri)) ?? [];
  const parts: string[] = [];
  for (const part of decoded(raw).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.length === 0 ? '' : `/${parts.join('/')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
