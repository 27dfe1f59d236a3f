// A ServiceMonitor finds Services by their labels, a PodMonitor pods; each endpoint then takes the ports of that name. One
// that finds nothing, or names a port that nothing has, scrapes nothing, and no alert ever fires for what is not measured.
// Source: prometheus-operator pkg/apis/monitoring/v1/{servicemonitor,podmonitor}_types.go.
import { LabelIndex } from '../../analyses/labels/label-index.ts';
import { nearestSelector } from '../../analyses/labels/nearest-selector.ts';
import type { Selectable } from '../../analyses/labels/selectable.ts';
import { judgeSelector, unreadKinds, type SelectorVerdict } from '../../analyses/labels/selector-verdict.ts';
import { monitoredServices, monitorNamespaces, monitorTargets } from '../../analyses/network/monitor-targets.ts';
import { nearestName } from '../../kube/nearest-name.ts';
import { servingPorts } from '../../kube/network-policy-rule.ts';
import { refOf, refText } from '../../kube/object-ref.ts';
import { matches } from '../../kube/selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { MonitorObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { LongList } from '../../store/long-list.ts';
import { workloads } from '../../analyses/workload/workloads.ts';
import { rule } from '../rule.ts';
import { UNMATCHED, unmatchedFinding } from './unmatched-finding.ts';

const serviceMonitor = rule({
  ...UNMATCHED,
  subject: 'ServiceMonitor',
  needs: ['ServiceMonitor', 'Service'],
  check: (monitor, view) => {
    const services = monitoredServices(view, monitor);
    if (services.length === 0) return unmatched(monitor, judgeServices(view, monitor), 'Service');
    const names = services.flatMap((service) => service.ports.flatMap(({ name }) => name ?? []));
    return portFindings(monitor, ({ port }) => port === null || names.includes(port), names, 'selected Service');
  },
});

const podMonitor = rule({
  ...UNMATCHED,
  subject: 'PodMonitor',
  needs: ['PodMonitor', 'Pod', ...WORKLOAD_KINDS],
  check: (monitor, view) => {
    const verdict = judgeSelector(view, monitor.selector, monitorNamespaces(view, monitor));
    if (verdict.type !== 'matches') return unmatched(monitor, verdict, 'pod or workload');
    const specs = monitorNamespaces(view, monitor).flatMap((namespace) =>
      workloads(view, namespace).flatMap(({ classes, template }) =>
        [...classes, ...(template === undefined ? [] : [template])]
          .filter(({ labels }) => matches(monitor.selector, labels))
          .map(({ spec }) => spec),
      ),
    );
    // Templates that an operator owns are selected too, and hold no ports that were read.
    if (specs.length === 0) return [];
    const names = specs.flatMap((spec) => servingPorts(spec).flatMap(({ name }) => name ?? []));
    const isThere = (endpoint: MonitorObject['endpoints'][number]): boolean =>
      (endpoint.port === null && endpoint.targetPort === null) || monitorTargets(view, monitor, endpoint).length > 0;
    return portFindings(monitor, isThere, names, 'selected pod');
  },
});

export const MONITOR_SELECTOR_MATCHES_NOTHING = [serviceMonitor, podMonitor] as const;

function unmatched(monitor: MonitorObject, verdict: SelectorVerdict, selects: string): readonly FindingDraft[] {
  return unmatchedFinding(verdict, {
    object: refOf(monitor),
    path: 'spec.selector',
    selector: monitor.selector,
    where: monitor.namespaces === null ? 'any namespace' : `namespace ${monitor.namespaces.join(', ')}`,
    consequence: 'so that nothing is scraped',
    selects,
  });
}

function judgeServices(view: ClusterView, monitor: MonitorObject): SelectorVerdict {
  const { namespaces } = monitor;
  const [first = monitor.namespace] = namespaces ?? [];
  const unread = (namespaces ?? [undefined]).flatMap((namespace) => unreadKinds(view, namespace, ['Service']) ?? []);
  if (unread[0] !== undefined) return unread[0];
  const candidates = view.list('Service').map((service): Selectable => ({
    namespace: service.namespace,
    labels: service.labels,
    owner: refText(refOf(service)),
  }));
  const { here = [], elsewhere = [] } = Object.groupBy(candidates, ({ namespace }) =>
    namespaces === null || namespaces.includes(namespace) ? 'here' : 'elsewhere',
  );
  const found = elsewhere.filter(({ labels }) => matches(monitor.selector, labels));
  return { type: 'nothing', near: nearestSelector(monitor.selector, first, LabelIndex.of(LongList.of([here])), found) };
}

function portFindings(
  monitor: MonitorObject,
  isThere: (endpoint: MonitorObject['endpoints'][number]) => boolean,
  names: readonly string[],
  where: string,
): readonly FindingDraft[] {
  const list = monitor.kind === 'ServiceMonitor' ? 'endpoints' : 'podMetricsEndpoints';
  return monitor.endpoints.flatMap((endpoint, index): FindingDraft[] => {
    if (isThere(endpoint)) return [];
    const [field, port] = endpoint.port === null ? ['targetPort', endpoint.targetPort] : ['port', endpoint.port];
    const near = nearestName(`${port}`, names);
    const have = names.length === 0 ? 'its ports have no names' : `there are ${[...new Set(names)].sort().join(', ')}`;
    return [
      {
        key: `${port}`,
        severity: 'medium',
        title: `no ${where} has a port ${port}`,
        why: `The endpoint takes ports named ${port}, and ${have}, so that it scrapes nothing.${near === undefined ? '' : ` Nearest: ${near}.`}`,
        evidence: [{ text: `port ${port}`, object: refOf(monitor), path: `spec.${list}[${index}].${field}` }],
        absence: true,
      },
    ];
  });
}
