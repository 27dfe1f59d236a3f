import type { Meta, MonitorEndpoint, MonitorObject, ScraperObject } from '../../model/objects.ts';
import { list, object, objects, type JsonObject } from './json-reading.ts';
import { secretReferences } from './secret-references.ts';
import { selectorOrEmpty, selectorOrNull, strings, type SlimContext } from './slim-context.ts';

/**
 * What monitors select and scrape.
 *
 * Source: prometheus-operator pkg/apis/monitoring/v1/{servicemonitor,podmonitor}_types.go; VictoriaMetrics operator
 * api/operator/v1beta1/{vmservicescrape,vmpodscrape}_types.go, which have the same fields
 */
export function monitorFields(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): Pick<MonitorObject, 'selector' | 'namespaces' | 'endpoints' | 'secretRefs'> {
  const spec = object(raw['spec']);
  const { any, matchNames } = object(spec['namespaceSelector']);
  const names = strings(list(matchNames), context);
  return {
    selector: selectorOrEmpty(spec['selector'], context),
    namespaces: any === true ? null : names.length > 0 ? names : [meta.namespace],
    endpoints: objects(spec['endpoints'] ?? spec['podMetricsEndpoints']).map((one) => endpoint(one, context)),
    secretRefs: secretReferences(spec, meta.namespace, context),
  };
}

function endpoint(raw: JsonObject, context: SlimContext): MonitorEndpoint {
  const target = raw['portNumber'] ?? raw['targetPort'];
  return {
    port: context.string(raw['port']) || null,
    targetPort: typeof target === 'number' ? target : context.string(target) || null,
  };
}

/**
 * Which monitors a Prometheus, or an agent of it, takes.
 *
 * Source: prometheus-operator pkg/apis/monitoring/v1/prometheus_types.go CommonPrometheusFields (an empty selector matches all, null none; a
 * null namespace selector matches the own namespace)
 */
export function prometheusFields(raw: JsonObject, meta: Meta, context: SlimContext): ScraperFields {
  const spec = object(raw['spec']);
  const selection = (field: string): MonitorSelection => selectionOf(spec, field, context);
  return {
    monitors: { ServiceMonitor: selection('serviceMonitor'), PodMonitor: selection('podMonitor') },
    ...scraperFields(spec, meta, context),
  };
}

/**
 * Which scrapes a VMAgent takes. It differs from a Prometheus: where only namespaces are selected it takes all of these,
 * and where nothing is selected none, or with `selectAllByDefault` all of the cluster.
 *
 * Source: VictoriaMetrics operator docs/resources/vmagent.md, section Scraping
 */
export function vmAgentFields(raw: JsonObject, meta: Meta, context: SlimContext): ScraperFields {
  const spec = object(raw['spec']);
  const selection = (field: string): MonitorSelection => {
    const given = selectionOf(spec, field, context);
    if (given.selector !== null) return given;
    if (given.namespaceSelector !== null) return { ...given, selector: {} };
    return spec['selectAllByDefault'] === true ? { selector: {}, namespaceSelector: {} } : given;
  };
  return {
    monitors: { VMServiceScrape: selection('serviceScrape'), VMPodScrape: selection('podScrape') },
    ...scraperFields(spec, meta, context),
  };
}

type ScraperFields = Pick<ScraperObject, 'monitors' | 'ignoreNamespaceSelectors' | 'secretRefs'>;
type MonitorSelection = NonNullable<ScraperObject['monitors'][MonitorObject['kind']]>;

function selectionOf(spec: JsonObject, field: string, context: SlimContext): MonitorSelection {
  return {
    selector: selectorOrNull(spec[`${field}Selector`], context) ?? null,
    namespaceSelector: selectorOrNull(spec[`${field}NamespaceSelector`], context) ?? null,
  };
}

function scraperFields(spec: JsonObject, meta: Meta, context: SlimContext): Omit<ScraperFields, 'monitors'> {
  return {
    ignoreNamespaceSelectors: spec['ignoreNamespaceSelectors'] === true,
    secretRefs: secretReferences(spec, meta.namespace, context),
  };
}
