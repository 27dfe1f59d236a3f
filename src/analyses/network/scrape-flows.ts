import { refText } from '../../kube/object-ref.ts';
import { matches } from '../../kube/selector.ts';
import type { MonitorObject, PrometheusObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, DeclaredFlows, FlowPort, UnknownFlow } from './declared-flow.ts';
import { monitorTargets } from './monitor-targets.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { runsImage } from './runs-image.ts';

const PROMETHEUS = /(?:^|\/)(?:prometheus|vmagent|victoria-metrics|alloy|grafana\/agent)(?=[:@]|$)/;
const VICTORIA_METRICS = /(?:^|\/)(?:vmagent|victoria-metrics)(?=[:@]|$)/;

/** What the operator names the workloads of an object by; those of shards after the first have a suffix. */
const MADE: Readonly<Record<PrometheusObject['kind'], string>> = {
  Prometheus: 'prometheus-',
  PrometheusAgent: 'prom-agent-',
};

/** Who scrapes: what a Prometheus object makes, and everything else that runs such an image. */
interface Scrapers {
  readonly made: ReadonlyMap<PrometheusObject, readonly AnalysedWorkload[]>;
  readonly others: readonly AnalysedWorkload[];
}

/** A pod port that is scraped, and who says so. */
interface Scrape {
  readonly workload: AnalysedWorkload;
  readonly ports: readonly FlowPort[];
  readonly why: string;
}

/** Flows from Prometheus to what monitors and annotations tell it to scrape. */
export function scrapeFlows(
  view: ClusterView,
  all: readonly AnalysedWorkload[],
): Pick<DeclaredFlows, 'flows' | 'unknown'> {
  const scrapers = scrapersOf(view, all);
  const flows: DeclaredFlow[] = [];
  const unknown: UnknownFlow[] = [];
  const add = ({ workload, ports, why }: Scrape, from: readonly AnalysedWorkload[]): void => {
    if (from.length === 0) {
      const text = `${why} on port ${ports.map((one) => one.port).join(', ')}, and no scraper of it was found`;
      unknown.push({ workload, direction: 'ingress', text });
    }
    for (const scraper of from) {
      if (scraper === workload) continue;
      const source = { type: 'workload', workload: scraper } as const;
      flows.push({ source, destination: { type: 'workload', workload }, ports, why });
    }
  };
  for (const workload of all) {
    const port = annotatedPort(workload);
    if (port === null) continue;
    const everyone = [...scrapers.others, ...[...scrapers.made.values()].flat()];
    add({ workload, ports: [{ protocol: 'TCP', port }], why: 'annotation prometheus.io/scrape' }, everyone);
  }
  const monitors = (['ServiceMonitor', 'PodMonitor', 'VMServiceScrape', 'VMPodScrape'] as const).flatMap((kind) =>
    view.list(kind),
  );
  for (const monitor of monitors) {
    const why = `${monitor.kind} ${monitor.namespace}/${monitor.name} has it scraped`;
    for (const endpoint of monitor.endpoints) {
      for (const target of monitorTargets(view, monitor, endpoint)) {
        add({ ...target, why }, takers(view, scrapers, monitor, target.workload.ref.namespace));
      }
    }
  }
  return { flows, unknown };
}

/**
 * The scrapers that take a monitor: by their Prometheus object, or nobody knows by what. What a VMAgent takes where it
 * selects nothing differs by version and setting, so that each is taken for a scraper of all.
 */
function takers(
  view: ClusterView,
  { made, others }: Scrapers,
  monitor: MonitorObject,
  namespace: string,
): readonly AnalysedWorkload[] {
  if (monitor.kind === 'VMServiceScrape' || monitor.kind === 'VMPodScrape') {
    return others.filter((one) => runsImage(one, VICTORIA_METRICS));
  }
  const taking = [...made].flatMap(([prometheus, own]) => {
    const { selector, namespaceSelector } = prometheus.monitors[monitor.kind];
    const isTaken =
      selector !== null &&
      matches(selector, monitor.labels) &&
      (namespaceSelector === null
        ? monitor.namespace === prometheus.namespace
        : matches(namespaceSelector, namespaceLabels(view, monitor.namespace))) &&
      (!prometheus.ignoreNamespaceSelectors || monitor.namespace === namespace);
    return isTaken ? own : [];
  });
  return [...taking, ...others];
}

function scrapersOf(view: ClusterView, all: readonly AnalysedWorkload[]): Scrapers {
  const objects = [...view.list('Prometheus'), ...view.list('PrometheusAgent')];
  const made = new Map(objects.map((one) => [one, workloadsOf(view, one)] as const));
  const known = new Set([...made.values()].flat().map(({ ref }) => refText(ref)));
  return { made, others: all.filter((one) => runsImage(one, PROMETHEUS) && !known.has(refText(one.ref))) };
}

function workloadsOf(view: ClusterView, { kind, namespace, name }: PrometheusObject): readonly AnalysedWorkload[] {
  const own = `${MADE[kind]}${name}`;
  return workloads(view, namespace).filter(({ ref }) => {
    if (ref.kind === kind) return ref.name === name;
    if (ref.kind !== 'StatefulSet' && !(kind === 'PrometheusAgent' && ref.kind === 'DaemonSet')) return false;
    return ref.name.startsWith(own) && /^(?:-shard-\d+)?$/.test(ref.name.slice(own.length));
  });
}

function annotatedPort(workload: AnalysedWorkload): number | null {
  const annotations = workload.template?.annotations ?? workload.classes[0]?.pods[0]?.annotations ?? {};
  if (annotations['prometheus.io/scrape'] !== 'true') return null;
  const written = Number(annotations['prometheus.io/port']);
  const spec = workload.template?.spec ?? workload.classes[0]?.spec;
  return Number.isInteger(written) && written > 0 ? written : (spec?.containers[0]?.ports[0]?.containerPort ?? null);
}
