import type {
  EndpointsObject,
  GatewayObject,
  IngressObject,
  Meta,
  RouteFields,
  ServiceObject,
  ServicePort,
} from '../../model/objects.ts';
import { isObject, numberOrNull, object, objects, textOrNull, type JsonObject } from './json-reading.ts';
import { annotatedSecrets } from './secret-references.ts';
import { loadBalancerAddresses, namespacedName, strings, type SlimContext } from './slim-context.ts';

export function slimService(raw: JsonObject, meta: Meta, context: SlimContext): ServiceObject {
  const spec = object(raw['spec']);
  const clusterIPs = strings(spec['clusterIPs'], context);
  const clusterIP = context.string(spec['clusterIP']);
  return {
    ...meta,
    kind: 'Service',
    type: context.string(spec['type']) || 'ClusterIP',
    selector: isObject(spec['selector']) ? context.labels(spec['selector']) : null,
    clusterIPs: clusterIPs.length > 0 || clusterIP === '' ? clusterIPs : [clusterIP],
    externalIPs: strings(spec['externalIPs'], context),
    externalName: textOrNull(context.string(spec['externalName'])),
    loadBalancerAddresses: loadBalancerAddresses(raw['status'], context),
    loadBalancerSourceRanges: strings(spec['loadBalancerSourceRanges'], context),
    publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
    ports: objects(spec['ports']).map((port) => servicePort(port, context)),
  };
}

function servicePort(raw: JsonObject, context: SlimContext): ServicePort {
  const port = numberOrNull(raw['port']) ?? 0;
  const target = raw['targetPort'];
  return {
    name: textOrNull(context.string(raw['name'])),
    port,
    // 0 and '' are "unset" on the wire: the target then is the port itself.
    targetPort: (typeof target === 'string' ? context.string(target) : numberOrNull(target)) || port,
    nodePort: numberOrNull(raw['nodePort']) || null,
    protocol: context.string(raw['protocol']) || 'TCP',
  };
}

export function slimEndpointSlice(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): EndpointsObject & { kind: 'EndpointSlice' } {
  return {
    ...meta,
    kind: 'EndpointSlice',
    service: meta.labels['kubernetes.io/service-name'] ?? '',
    addresses: objects(raw['endpoints']).flatMap((endpoint) => strings(endpoint['addresses'], context)),
    ports: endpointPorts(raw['ports'], context),
  };
}

export function slimEndpoints(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): EndpointsObject & { kind: 'Endpoints' } {
  const subsets = objects(raw['subsets']);
  return {
    ...meta,
    kind: 'Endpoints',
    service: meta.name,
    addresses: subsets.flatMap((subset) =>
      [...objects(subset['addresses']), ...objects(subset['notReadyAddresses'])]
        .map((address) => context.string(address['ip']))
        .filter((ip) => ip !== ''),
    ),
    ports: subsets.flatMap((subset) => endpointPorts(subset['ports'], context)),
  };
}

function endpointPorts(value: unknown, context: SlimContext): EndpointsObject['ports'] {
  return objects(value).map((port) => ({
    name: textOrNull(context.string(port['name'])),
    port: numberOrNull(port['port']),
    protocol: context.string(port['protocol']) || 'TCP',
  }));
}

/** Annotations whose value a controller pastes into its own configuration; the value is not kept. */
const SNIPPET = /\/(?:[a-z-]+-)?snippets?$/;

/** How a class was named before the field, which controllers still read. */
const INGRESS_CLASS = 'kubernetes.io/ingress.class';

export function slimIngress(raw: JsonObject, meta: Meta, context: SlimContext): IngressObject {
  const spec = object(raw['spec']);
  const annotations = object(object(raw['metadata'])['annotations']);
  const backend = (host: string, value: unknown): IngressObject['backends'] => {
    const service = object(object(value)['service']);
    const name = context.string(service['name']);
    const port = object(service['port']);
    return name === ''
      ? []
      : [{ host, service: name, port: numberOrNull(port['number']) ?? textOrNull(context.string(port['name'])) }];
  };
  return {
    ...meta,
    kind: 'Ingress',
    className: textOrNull(context.string(spec['ingressClassName'] ?? annotations[INGRESS_CLASS])),
    tls: objects(spec['tls']).map((tls) => ({
      secretName: textOrNull(context.string(tls['secretName'])),
      hosts: strings(tls['hosts'], context),
    })),
    backends: [
      ...backend('', spec['defaultBackend']),
      ...objects(spec['rules']).flatMap((rule) =>
        objects(object(rule['http'])['paths']).flatMap((path) =>
          backend(context.string(rule['host']), path['backend']),
        ),
      ),
    ],
    addresses: loadBalancerAddresses(raw['status'], context),
    secretRefs: annotatedSecrets(annotations, meta.namespace, context),
    snippets: Object.keys(annotations)
      .filter((key) => SNIPPET.test(key))
      .map(context.string),
  };
}

export function slimGateway(raw: JsonObject, meta: Meta, context: SlimContext): GatewayObject {
  const spec = object(raw['spec']);
  return {
    ...meta,
    kind: 'Gateway',
    className: context.string(spec['gatewayClassName']),
    listeners: objects(spec['listeners']).map((listener) => ({
      name: context.string(listener['name']),
      port: numberOrNull(listener['port']) ?? 0,
      protocol: context.string(listener['protocol']),
      certificateRefs: objects(object(listener['tls'])['certificateRefs'])
        .filter((reference) => (reference['kind'] ?? 'Secret') === 'Secret')
        .flatMap((reference) => namespacedName(reference, meta.namespace, context) ?? []),
    })),
    addresses: objects(object(raw['status'])['addresses'])
      .map((address) => context.string(address['value']))
      .filter((address) => address !== ''),
  };
}

/** Fields that all kinds of route share. Source: gateway-api apis/v1/httproute_types.go and its siblings. */
export function routeFields(raw: JsonObject, meta: Meta, context: SlimContext): RouteFields {
  const spec = object(raw['spec']);
  return {
    parents: objects(spec['parentRefs']).flatMap((parent) => {
      const target = namespacedName(parent, meta.namespace, context);
      return target === null ? [] : [{ ...target, section: textOrNull(context.string(parent['sectionName'])) }];
    }),
    hostnames: strings(spec['hostnames'], context),
    backends: objects(spec['rules'])
      .flatMap((rule) => objects(rule['backendRefs']))
      .filter((reference) => (reference['kind'] ?? 'Service') === 'Service')
      .flatMap((reference) => {
        const target = namespacedName(reference, meta.namespace, context);
        return target === null
          ? []
          : [{ namespace: target.namespace, service: target.name, port: numberOrNull(reference['port']) }];
      }),
  };
}
