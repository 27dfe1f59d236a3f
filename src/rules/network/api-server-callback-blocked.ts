// The API server calls webhooks, aggregated APIs and CRD conversions from outside the pod network. A policy that
// isolates the pods behind them and allows no address from there stops writes (failurePolicy Fail) or skips the check.
// Source: kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers; facts: kubeflow #3580.
import { portsWithOutside } from '../../analyses/network/allowed-ports.ts';
import { apiServerEnd } from '../../analyses/network/api-server-address.ts';
import { profilesBehind, type PeerProfiles } from '../../analyses/network/direction-profile.ts';
import { containsAddress, parseCidr, type IpRange } from '../../kube/ip-range.ts';
import { refOf } from '../../kube/object-ref.ts';
import { hasPort, isProtocol } from '../../kube/port-set.ts';
import { targetPorts } from '../../kube/network-service-port.ts';
import type { ServiceObject, ServicePort } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

/** Something that the API server calls through a Service. */
interface Callback {
  readonly port: number;
  readonly by: string;
  /** Whether requests fail while it can't be reached. */
  readonly isRequired: boolean;
}

export const apiServerCallbackBlocked = rule({
  id: 'network/api-server-callback-blocked',
  subject: 'Service',
  summary: 'webhooks, conversions and aggregated APIs that policy keeps the API server from reaching',
  help: 'The API server is not on the pod network: no pod selector matches it. Allow the target port without `from`, or from the addresses of the control plane.',
  references: [],
  needs: [
    'Pod',
    'NetworkPolicy',
    'Service',
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'APIService',
    'CustomResourceDefinition',
  ],
  check: (service, view) => {
    const callbacks = callbacksOf(service, view);
    if (callbacks.length === 0) return [];
    const behind = profilesBehind(view, service);
    if (behind.length === 0) return [];
    return service.ports.flatMap((port) => {
      const calling = callbacks.filter((one) => one.port === port.port);
      if (calling.length === 0 || !behind.every((one) => isBlocked(view, one, port))) return [];
      const policies = [...new Set(behind.flatMap((one) => one.ingress.isolatedBy))];
      const isRequired = calling.some((one) => one.isRequired);
      return [
        {
          key: port.name ?? `${port.port}`,
          severity: isRequired ? ('high' as const) : ('medium' as const),
          title: `the API server can not reach port ${port.name ?? port.port}`,
          why: `${calling.map((one) => one.by).join(', ')} ${calling.length === 1 ? 'needs' : 'need'} it; ${policies.join(', ')} isolate every pod behind it, and no rule allows an address outside the pod network.`,
          evidence: calling.map((one) => ({ text: one.by, object: refOf(service) })),
        },
      ];
    });
  },
});

function callbacksOf(service: ServiceObject, view: ClusterView): readonly Callback[] {
  const isThis = (target: { readonly namespace: string; readonly name: string } | null): boolean =>
    target !== null && target.namespace === service.namespace && target.name === service.name;
  const webhooks = (['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const).flatMap((kind) =>
    view
      .list(kind)
      .flatMap((object) =>
        object.webhooks.flatMap((one): Callback[] =>
          one.service === null || !isThis(one.service)
            ? []
            : [{ port: one.service.port, by: `webhook ${object.name}`, isRequired: one.failurePolicy !== 'Ignore' }],
        ),
      ),
  );
  const apis = view
    .list('APIService')
    .flatMap((one): Callback[] =>
      one.service === null || !isThis(one.service)
        ? []
        : [{ port: one.service.port, by: `APIService ${one.name}`, isRequired: true }],
    );
  const conversions = (conversionsByService(view).get(`${service.namespace}/${service.name}`) ?? []).map(
    ({ name, port }): Callback => ({ port, by: `conversion of ${name}`, isRequired: true }),
  );
  return [...webhooks, ...apis, ...conversions];
}

interface Conversion {
  readonly name: string;
  readonly service: string;
  readonly port: number;
}

/** A cluster may have more CustomResourceDefinitions than Services: they are looked through once. */
function conversionsByService(view: ClusterView): ReadonlyMap<string, readonly Conversion[]> {
  return view.derive('conversions-by-service', '', (inner) =>
    Map.groupBy(
      inner
        .list('CustomResourceDefinition')
        .flatMap(({ name, conversionService: target }): Conversion[] =>
          target === null ? [] : [{ name, service: `${target.namespace}/${target.name}`, port: target.port }],
        ),
      (one) => one.service,
    ),
  );
}

function isBlocked(view: ClusterView, { peer, ingress }: PeerProfiles, port: ServicePort): boolean {
  if (ingress.policies === null || ingress.undecided !== '' || !isProtocol(port.protocol)) return false;
  const { protocol } = port;
  const targets = targetPorts(port, peer.podClass.spec);
  const callers = (apiServerEnd(view)?.end.cidrs ?? []).flatMap((cidr) => parseCidr(cidr) ?? []);
  const ranges = portsWithOutside(ingress, peer);
  return (
    targets.length > 0 &&
    targets.every(
      (target) => !ranges.some((one) => hasPort(one.ports, protocol, target) && mayBeCaller(one.range, callers)),
    )
  );
}

/** Where the API server's addresses are not known, any address outside may be its. */
function mayBeCaller(range: IpRange, callers: readonly IpRange[]): boolean {
  return (
    callers.length === 0 || callers.some((one) => containsAddress(range, { family: one.family, value: one.first }))
  );
}
