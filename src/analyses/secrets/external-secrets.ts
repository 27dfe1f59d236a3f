import type { ClusterView } from '../../store/cluster-view.ts';

/** The API versions of ExternalSecrets that the skeleton fits (https://external-secrets.io/latest/api/spec/). */
const API_VERSIONS = ['external-secrets.io/v1', 'external-secrets.io/v1beta1'] as const;

/** In which API version a cluster serves ExternalSecrets; none: it serves none; unknown: the input does not tell. */
export type ExternalSecretsApi = (typeof API_VERSIONS)[number] | 'none' | 'unknown';

/** How ExternalSecrets are served, by what discovery said when the kind was read. */
export function externalSecretsApi(view: ClusterView): ExternalSecretsApi {
  return view.derive('secrets/external-secrets-api', '', (inner): ExternalSecretsApi => {
    const { source, complete } = inner.facts();
    const line = inner.coverage().find((one) => one.kind === 'ExternalSecret');
    // Files say neither in which versions a server serves what they hold, nor what it serves beside.
    if (line === undefined || source === 'files') return complete && line?.status === 'absent' ? 'none' : 'unknown';
    if (line.status === 'absent' || line.status === 'unsupported') return 'none';
    return API_VERSIONS.find((version) => version === line.apiVersion) ?? 'unknown';
  });
}

/** Whether the External Secrets Operator is known to be there. */
export function hasExternalSecrets(view: ClusterView): boolean {
  const api = externalSecretsApi(view);
  return api !== 'none' && api !== 'unknown';
}
