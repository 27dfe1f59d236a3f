import type { DeprecatedCall } from '../../model/audit-state.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** An API version that is asked for and that a release removes. */
export interface DeprecatedApi {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Such as `1.32`. */
  readonly removedRelease: string;
  /** Whether the server counted it since it started; false where only the audit log tells. */
  readonly counted: boolean;
  /** Who asked by the audit log, the most requests first. */
  readonly callers: readonly Pick<DeprecatedCall, 'username' | 'userAgent' | 'count' | 'last'>[];
}

/**
 * The API versions in use that a release removes, by the server's own metric and by the audit log, which names the
 * callers. What is deprecated without a date is left out: no upgrade breaks it.
 */
export function deprecatedApis(view: ClusterView): readonly DeprecatedApi[] {
  return view.derive('deprecated-apis', '', collect, deepEqual);
}

function collect(view: ClusterView): readonly DeprecatedApi[] {
  // The metric has a series for each subresource.
  const counted = new Map(
    (view.facts().deprecatedApis ?? []).filter((api) => api.removedRelease !== '').map((api) => [idOf(api), api]),
  );
  const calls = Map.groupBy(view.audit().deprecatedCalls, idOf);
  return [
    ...[...counted].map(([id, api]) => ({ ...nameOf(api), counted: true, callers: callersOf(calls.get(id) ?? []) })),
    ...[...calls].flatMap(([id, own]) => {
      const [first] = own;
      if (first === undefined || counted.has(id)) return [];
      return [{ ...nameOf(first), counted: false, callers: callersOf(own) }];
    }),
  ];
}

type Name = Pick<DeprecatedApi, 'group' | 'version' | 'resource' | 'removedRelease'>;

function nameOf({ group, version, resource, removedRelease }: Name): Name {
  return { group, version, resource, removedRelease };
}

function idOf({ group, version, resource }: Name): string {
  return `${group}/${version}/${resource}`;
}

function callersOf(calls: readonly DeprecatedCall[]): DeprecatedApi['callers'] {
  return calls
    .map(({ username, userAgent, count, last }) => ({ username, userAgent, count, last }))
    .sort((a, b) => b.count - a.count || (a.username < b.username ? -1 : 1));
}
