import { refText } from '../../kube/object-ref.ts';
import { matches } from '../../kube/selector.ts';
import type { MonitorObject, ScraperObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import type { DeclaredFlow, DeclaredFlows, FlowPort, UnknownFlow } from './declared-flow.ts';
import { monitorTargets } from './monitor-targets.ts';
import { namespaceLabels } from './namespace-labels.ts';
import { runsImage } from './runs-image.ts';

const PROMETHEUS = /(?:^|\/)(?:prometheus|vmagent|victoria-metrics|alloy|grafana\/agent)(?=[:@]|$)/;
const VICTORIA_METRICS = /(?:^|\/)(?:vmagent|victoria-metrics)(?=[:@]|$)/;

/** What an operator makes of an object: the name, to which shards add theirs, and the kinds of workload. */
interface Made {
  readonly prefix: string;
  readonly shard: RegExp;
  readonly kinds: readonly string[];
}

const MADE: Readonly<Record<ScraperObject['kind'], Made>> = {
  Prometheus: { prefix: 'prometheus-', shard: /^(?:-shard-\d+)?$/, kinds: ['StatefulSet'] },
  PrometheusAgent: { prefix: 'prom-agent-', shard: /^(?:-shard-\d+)?$/, kinds: ['StatefulSet', 'DaemonSet'] },
  VMAgent: { prefix: 'vmagent-', shard: /^(?:-\d+)?$/, kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] },
};

/** Who scrapes: what an operator makes of an object, and everything else that runs such an image. */
interface Scrapers {
  readonly made: ReadonlyMap<ScraperObject, readonly AnalysedWorkload[]>;
  readonly others: readonly AnalysedWorkload[];
}

/** A pod port that is scraped, and who says so. */
interface Scrape {
  readonly workload: AnalysedWorkload;
  readonly ports: readonly FlowPort[];
  readonly why: string;
}

const NOTHING = { selector: null, namespaceSelector: null };

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

/** The scrapers that take a monitor: by the object that an operator made them of, or nobody knows by what. */
function takers(
  view: ClusterView,
  { made, others }: Scrapers,
  monitor: MonitorObject,
  namespace: string,
): readonly AnalysedWorkload[] {
  const taking = [...made].flatMap(([scraper, own]) => {
    const { selector, namespaceSelector } = scraper.monitors[monitor.kind] ?? NOTHING;
    const isTaken =
      selector !== null &&
      matches(selector, monitor.labels) &&
      (namespaceSelector === null
        ? monitor.namespace === scraper.namespace
        : matches(namespaceSelector, namespaceLabels(view, monitor.namespace))) &&
      (!scraper.ignoreNamespaceSelectors || monitor.namespace === namespace);
    return isTaken ? own : [];
  });
  const isOfVictoriaMetrics = monitor.kind === 'VMServiceScrape' || monitor.kind === 'VMPodScrape';
  return [...taking, ...(isOfVictoriaMetrics ? others.filter((one) => runsImage(one, VICTORIA_METRICS)) : others)];
}

function scrapersOf(view: ClusterView, all: readonly AnalysedWorkload[]): Scrapers {
  const objects = (['Prometheus', 'PrometheusAgent', 'VMAgent'] as const).flatMap((kind) => view.list(kind));
  const made = new Map(objects.map((one) => [one, workloadsOf(view, one)] as const));
  const known = new Set([...made.values()].flat().map(({ ref }) => refText(ref)));
  return { made, others: all.filter((one) => runsImage(one, PROMETHEUS) && !known.has(refText(one.ref))) };
}

function workloadsOf(view: ClusterView, { kind, namespace, name }: ScraperObject): readonly AnalysedWorkload[] {
  const { prefix, shard, kinds } = MADE[kind];
  const own = `${prefix}${name}`;
  return workloads(view, namespace).filter(({ ref }) => {
    if (ref.kind === kind) return ref.name === name;
    return kinds.includes(ref.kind) && ref.name.startsWith(own) && shard.test(ref.name.slice(own.length));
  });
}

function annotatedPort(workload: AnalysedWorkload): number | null {
  const annotations = workload.template?.annotations ?? workload.classes[0]?.pods[0]?.annotations ?? {};
  if (annotations['prometheus.io/scrape'] !== 'true') return null;
  const written = Number(annotations['prometheus.io/port']);
  const spec = workload.template?.spec ?? workload.classes[0]?.spec;
  return Number.isInteger(written) && written > 0 ? written : (spec?.containers[0]?.ports[0]?.containerPort ?? null);
}
