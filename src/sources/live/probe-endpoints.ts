import type { ClusterFacts } from '../../model/change.ts';
import { exactText } from '../../kube/exact-text.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { isStatus } from './api-error.ts';
import { reasonOf } from './connection-error.ts';
import { fetchJson } from './discovery.ts';
import { objectOf, textOf } from './json-shape.ts';
import { seriesOf } from './prometheus-text.ts';
import type { Transport } from './transport.ts';

/** Metrics of large clusters run to tens of megabytes; more than this is not read. */
const MAX_METRICS_BYTES = 128 * 1024 * 1024;

/** The uid of kube-system, which stands for the cluster's identity; null where it may not be read. */
export async function fetchClusterUid(transport: Transport, signal: AbortSignal): Promise<string | null> {
  const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
  try {
    const namespace = await fetchJson(transport, '/api/v1/namespaces/kube-system', accept, signal);
    return sanitise(textOf(objectOf(namespace['metadata'])['uid'])) || null;
  } catch {
    return null;
  }
}

/** As whom the server sees us, and in which groups (SelfSubjectReview, authentication.k8s.io/v1 from 1.28); null: it does not say. */
export async function fetchUser(
  transport: Transport,
  signal: AbortSignal,
): Promise<Pick<ClusterFacts, 'user' | 'userGroups'>> {
  try {
    const answer = await transport.getBuffer({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      accept: 'application/json',
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
      signal,
    });
    const review = objectOf(JSON.parse(answer.bytes.toString()));
    answer.release();
    const { username, groups } = objectOf(objectOf(review['status'])['userInfo']);
    const user = exactText(textOf(username)) || null;
    return { user, userGroups: Array.isArray(groups) ? groups.map((group) => exactText(textOf(group))) : [] };
  } catch {
    return { user: null };
  }
}

type MetricFacts = Pick<
  ClusterFacts,
  'deprecatedApis' | 'secretTransformers' | 'secretReadTransformers' | 'podSecurityExemptions' | 'metricsReason'
>;

/**
 * The metrics that rules read. With several API servers this is one server's answer.
 *
 * @returns nulls with the reason where `/metrics` is not permitted or does not answer
 */
export async function fetchMetricFacts(transport: Transport, signal: AbortSignal): Promise<MetricFacts> {
  try {
    const answer = await transport.getBuffer({
      path: '/metrics',
      accept: 'text/plain',
      signal,
      maxBytes: MAX_METRICS_BYTES,
    });
    const text = answer.bytes.toString();
    answer.release();
    return {
      deprecatedApis: seriesOf(text, 'apiserver_requested_deprecated_apis')
        .filter(({ value }) => value > 0)
        .map(({ labels }) => ({
          group: sanitise(labels['group'] ?? ''),
          version: sanitise(labels['version'] ?? ''),
          resource: sanitise(labels['resource'] ?? ''),
          removedRelease: sanitise(labels['removed_release'] ?? ''),
        })),
      secretTransformers: transformersOf(text, 'to_storage'),
      secretReadTransformers: transformersOf(text, 'from_storage'),
      podSecurityExemptions: seriesOf(text, 'pod_security_exemptions_total').reduce((sum, { value }) => sum + value, 0),
      metricsReason: '',
    };
  } catch (error) {
    const reason = isStatus(error, 403) ? `/metrics is forbidden: ${reasonOf(error)}` : `/metrics: ${reasonOf(error)}`;
    return {
      deprecatedApis: null,
      secretTransformers: null,
      secretReadTransformers: null,
      podSecurityExemptions: null,
      metricsReason: reason,
    };
  }
}

function transformersOf(text: string, type: 'to_storage' | 'from_storage'): string[] {
  const writing = seriesOf(text, 'apiserver_storage_transformation_operations_total').filter(
    ({ labels }) => labels['resource'] === 'secrets' && labels['transformation_type'] === type,
  );
  return [...new Set(writing.map(({ labels }) => sanitise(labels['transformer_prefix'] ?? '')))].sort();
}
