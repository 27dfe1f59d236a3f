import { SUPPORT_TABLE_AS_OF, supportOf } from '../../kube/kubernetes-version-support.ts';
import { deprecatedApis, type DeprecatedApi } from '../../analyses/vigilance/deprecated-apis.ts';
import { tlsLegs } from '../../analyses/vigilance/tls-legs.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface VigilanceSection {
  readonly server: string | null;
  /** Last supported day, YYYY-MM-DD; null where the table does not know the version. */
  readonly endOfLife: string | null;
  readonly tableAsOf: string;
  /** Each connection of the control plane: encrypted, with the other end checked, or why that is not known. */
  readonly tls: readonly { readonly leg: string; readonly status: 'yes' | 'no' | 'unknown'; readonly reason: string }[];
  /** API versions in use that a release removes, with whoever asked by the audit log (`last` as RFC 3339). */
  readonly deprecatedApis: readonly (Omit<DeprecatedApi, 'callers'> & {
    readonly callers: readonly (Omit<DeprecatedApi['callers'][number], 'last'> & { readonly last: string })[];
  })[];
}

/** The `vigilance` field of the report. */
export function vigilanceSection(view: ClusterView): VigilanceSection {
  const server = view.facts().serverVersion;
  const support = supportOf(server);
  return {
    server,
    endOfLife: support.status === 'dated' ? support.until : null,
    tableAsOf: SUPPORT_TABLE_AS_OF,
    tls: tlsLegs(view).map(({ leg, status, reason }) => ({ leg, status, reason })),
    deprecatedApis: deprecatedApis(view).map(({ callers, ...api }) => ({
      ...api,
      callers: callers.map(({ last, ...caller }) => ({ ...caller, last: new Date(last).toISOString() })),
    })),
  };
}
