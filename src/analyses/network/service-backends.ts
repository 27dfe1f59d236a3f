import type { ServiceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { KeyedList } from '../../store/keyed-list.ts';
import { LongList } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { mapChanged } from '../workload/map-changed.ts';
import { workloadList, workloadName, type AnalysedWorkload, type WorkloadId } from '../workload/workloads.ts';

type Ref = AnalysedWorkload['ref'];

/** A workload with the Services of its namespace that select pods of it. */
interface ServedWorkload {
  readonly ref: Ref;
  readonly services: readonly ServiceObject[];
  /** Those that select a pod which is not finished (or, in files, a template). */
  readonly sending: readonly ServiceObject[];
}

/** The workloads of which a Service selects pods. */
interface Backends {
  readonly service: string;
  readonly selected: readonly Ref[];
  /** Those of which it selects a pod that is not finished (or, in files, a template). */
  readonly live: readonly Ref[];
}

/** A Service without a selector selects no pods; its endpoints are written by somebody else. */
export function serviceSelects(service: ServiceObject, labels: Readonly<Record<string, string>>): boolean {
  if (service.selector === null || service.type === 'ExternalName') return false;
  let isAny = false;
  // Asked of every class for every Service: without a list of pairs.
  for (const key in service.selector) {
    if (labels[key] !== service.selector[key]) return false;
    isAny = true;
  }
  return isAny;
}

/** The Services that select pods of a workload, in order of name. */
export function servicesOf(view: ClusterView, ref: WorkloadId): readonly ServiceObject[] {
  const { namespace } = ref;
  const own = view.entry(`services-of/${namespace}/`, workloadName(ref), (whole) => servedByName(whole, namespace));
  return own?.services ?? NOBODY;
}

/** The workloads that a Service sends to: those with a live pod (or, in files, a template) that its selector selects. */
export function backendsOf(view: ClusterView, service: ServiceName): readonly Ref[] {
  return backends(view, service)?.live ?? NOBODY;
}

/** The workloads of which a Service selects any pod, also where all of them are finished. */
export function selectedBy(view: ClusterView, service: ServiceName): readonly Ref[] {
  return backends(view, service)?.selected ?? NOBODY;
}

type ServiceName = Pick<ServiceObject, 'namespace' | 'name'>;

const NOBODY: readonly never[] = [];

function backends(view: ClusterView, { namespace, name }: ServiceName): Backends | undefined {
  return view.entry(`backends-of/${namespace}/`, name, (whole) => backendsByService(whole, namespace));
}

function servedByName(view: ClusterView, namespace: string): KeyedList<ServedWorkload> {
  return view.derive('served-by-name', namespace, (inner) => served(inner, namespace).workloads);
}

interface Served {
  readonly services: readonly ServiceObject[];
  readonly workloads: KeyedList<ServedWorkload>;
}

/** The same as long as every Service selects pods of the same workloads, whatever their other labels are. */
function served(view: ClusterView, namespace: string): Served {
  return view.derive(
    'served-workloads',
    namespace,
    (inner, previous: Served | undefined) => {
      const services = inner.list('Service', namespace);
      const before = previous?.workloads;
      const now = mapChanged(
        workloadList(inner, namespace),
        previous?.services === services ? before?.list : undefined,
        (one) => servedBy(one, services, before?.get(workloadName(one.ref))),
      );
      return { services, workloads: KeyedList.of(now, ({ ref }) => workloadName(ref), before) };
    },
    (a, b) => a.services === b.services && a.workloads === b.workloads,
  );
}

function servedBy(
  { ref, classes }: AnalysedWorkload,
  all: readonly ServiceObject[],
  before: ServedWorkload | undefined,
): ServedWorkload {
  const services = all.filter((service) => classes.some((one) => serviceSelects(service, one.labels)));
  const sending = services.filter((service) =>
    classes.some((one) => one.state !== 'finished' && serviceSelects(service, one.labels)),
  );
  const isSame =
    before?.ref.apiVersion === ref.apiVersion &&
    sameItems(before.services, services) &&
    sameItems(before.sending, sending);
  return isSame ? before : { ref, services, sending };
}

function backendsByService(view: ClusterView, namespace: string): KeyedList<Backends> {
  return view.derive('backends-by-service', namespace, (inner, previous: KeyedList<Backends> | undefined) => {
    const found = new Map<string, { service: string; selected: Ref[]; live: Ref[] }>();
    for (const { ref, services, sending } of servedByName(inner, namespace).items) {
      for (const { name } of services) {
        let one = found.get(name);
        if (one === undefined) found.set(name, (one = { service: name, selected: [], live: [] }));
        one.selected.push(ref);
      }
      for (const { name } of sending) found.get(name)?.live.push(ref);
    }
    const list = [...found.values()].map((one) => keptBackends(one, previous?.get(one.service)));
    return KeyedList.of(LongList.of(list), ({ service }) => service, previous);
  });
}

function keptBackends(now: Backends, before: Backends | undefined): Backends {
  const isSame = before !== undefined && sameItems(before.selected, now.selected) && sameItems(before.live, now.live);
  return isSame ? before : now;
}
