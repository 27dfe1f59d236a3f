/** A deprecated API that somebody asked for since the server started. */
interface DeprecatedApi {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly removedRelease: string;
}

/** How often a resource passed through encryption at rest. */
interface StorageTransformation {
  readonly resource: string;
  /** Such as `k8s:enc:aescbc:v1:`; `identity` means stored as it came. */
  readonly prefix: string;
  readonly type: 'to_storage' | 'from_storage';
  readonly count: number;
}

/** What `/metrics` says; a server without encryption at rest has no transformation series at all. */
export interface DemoMetrics {
  readonly deprecatedApis: readonly DeprecatedApi[];
  readonly transformations: readonly StorageTransformation[];
}

export const NO_METRICS: DemoMetrics = { deprecatedApis: [], transformations: [] };

/** The Prometheus text of the metrics that rules read. */
export function metricsText(metrics: DemoMetrics): string {
  const lines = [
    '# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
    '# TYPE apiserver_requested_deprecated_apis gauge',
    ...metrics.deprecatedApis.map(
      (api) =>
        `apiserver_requested_deprecated_apis{group="${api.group}",removed_release="${api.removedRelease}",resource="${api.resource}",subresource="${api.subresource ?? ''}",version="${api.version}"} 1`,
    ),
  ];
  if (metrics.transformations.length > 0) {
    lines.push(
      "# HELP apiserver_storage_transformation_operations_total [ALPHA] Total number of transformations. Successful transformation will have a status 'OK' and a varied status string when the transformation fails. The status, resource, and transformation_type fields can be used for alerting purposes.",
      '# TYPE apiserver_storage_transformation_operations_total counter',
      ...metrics.transformations.map(
        (one) =>
          `apiserver_storage_transformation_operations_total{resource="${one.resource}",status="OK",transformation_type="${one.type}",transformer_prefix="${one.prefix}"} ${one.count}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}
