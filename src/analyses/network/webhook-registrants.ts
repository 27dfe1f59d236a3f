import type { PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import type { UnknownFlow } from './declared-flow.ts';
import { workloadsGranted } from './granted-accounts.ts';
import { lateServiceText, lateTargets, portsText, servicesTo } from './service-target.ts';

/** Objects by which a program has the API server call it. */
const REGISTRATIONS: ReadonlySet<string> = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'apiservices',
]);
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', '*']);

/**
 * Programs that register their webhooks or APIs themselves, as policy engines do: their account may write such objects
 * by name, a Service stands before them, and no object that was read has the API server call them yet.
 *
 * @param called those that the API server is known to call
 */
export function registrantFlows(
  view: ClusterView,
  all: readonly AnalysedWorkload[],
  called: ReadonlySet<AnalysedWorkload>,
): readonly UnknownFlow[] {
  return workloadsGranted(view, all, 'webhooks', registers).flatMap((workload): readonly UnknownFlow[] => {
    const { namespace } = workload.ref;
    if (called.has(workload)) return [];
    const told = (where: string): readonly UnknownFlow[] => {
      const text = `its account may register webhooks or APIs, and none names it yet: the API server may come to call ${where}`;
      return [{ workload, direction: 'ingress', text }];
    };
    const leading = new Map(servicesTo(view, workload).map(({ service, ports }) => [service, ports]));
    return view.list('Service', namespace).flatMap((service) => {
      const ports = leading.get(service);
      if (ports !== undefined) return told(`Service ${service.name} (${portsText(ports)})`);
      const late = lateTargets(view, service).find((one) => one.workload === workload);
      return late === undefined ? [] : told(lateServiceText(service, late));
    });
  });
}

/** Whether a rule names such objects: a star says nothing of what a program does. */
function registers({ verbs, resources = [] }: PolicyRule): boolean {
  return verbs.some((verb) => WRITES.has(verb)) && resources.some((resource) => REGISTRATIONS.has(resource));
}
