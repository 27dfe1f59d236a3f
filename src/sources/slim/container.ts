import type { Container, ContainerPort, EnvSource } from '../../model/pod-spec.ts';
import type { Interner } from './interner.ts';
import { isObject, numberOrNull, object, objects, text, textOrNull, type JsonObject } from './json-reading.ts';
import { containerSecurityContext } from './security-context.ts';

/** Everything of a container but its env values, arguments and commands, which `pod-facts` reads. */
export function slimContainer(
  raw: JsonObject,
  role: Container['role'],
  defaultHostPorts: boolean,
  interner: Interner,
): Container {
  const handlers = handlersOf(raw);
  return {
    name: interner.string(raw['name']),
    role,
    image: interner.string(raw['image']),
    imagePullPolicy: textOrNull(interner.string(raw['imagePullPolicy'])),
    sidecar: role === 'init' && raw['restartPolicy'] === 'Always',
    ports: objects(raw['ports']).map((port) => slimPort(port, defaultHostPorts, interner)),
    securityContext: containerSecurityContext(raw['securityContext'], interner),
    volumeMounts: objects(raw['volumeMounts']).map((mount) => ({
      name: interner.string(mount['name']),
      mountPath: interner.string(mount['mountPath']),
      subPath: text(mount['subPath']) !== '' || text(mount['subPathExpr']) !== '',
      readOnly: mount['readOnly'] === true,
      ...(mount['mountPropagation'] === 'Bidirectional' ? { bidirectional: true as const } : {}),
    })),
    envSources: envSources(raw, interner),
    handlerHosts: handlers.flatMap(([path, handler]) => handlerHosts(path, handler, interner)),
    hasProbes: PROBES.some((probe) => isObject(raw[probe])),
  };
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Probes and lifecycle handlers by their field path in the container. */
export function handlersOf(container: JsonObject): (readonly [path: string, handler: JsonObject])[] {
  const lifecycle = object(container['lifecycle']);
  const handlers = [
    ...PROBES.map((probe) => [probe, container[probe]] as const),
    ...['postStart', 'preStop'].map((hook) => [`lifecycle.${hook}`, lifecycle[hook]] as const),
  ];
  return handlers.flatMap(([path, handler]) => (isObject(handler) ? [[path, handler] as const] : []));
}

function handlerHosts(path: string, handler: JsonObject, interner: Interner): { path: string; host: string }[] {
  return ['httpGet', 'tcpSocket'].flatMap((action) => {
    const host = interner.string(object(handler[action])['host']);
    return host === '' ? [] : [{ path: `${path}.${action}.host`, host }];
  });
}

function slimPort(raw: JsonObject, defaultHostPort: boolean, interner: Interner): ContainerPort {
  const containerPort = numberOrNull(raw['containerPort']) ?? 0;
  const hostPort = numberOrNull(raw['hostPort']) ?? 0;
  const effective = hostPort === 0 && defaultHostPort ? containerPort : hostPort;
  return {
    name: textOrNull(interner.string(raw['name'])),
    containerPort,
    hostPort: effective === 0 ? null : effective,
    protocol: interner.string(raw['protocol']) || 'TCP',
  };
}

function envSources(raw: JsonObject, interner: Interner): EnvSource[] {
  const source = (kind: EnvSource['kind'], value: unknown, withKey: boolean): EnvSource[] => {
    if (!isObject(value)) return [];
    const name = interner.string(value['name']);
    const key = withKey ? interner.string(value['key']) : null;
    return name === '' ? [] : [{ kind, name, key, optional: value['optional'] === true }];
  };
  return [
    ...objects(raw['env']).flatMap((variable) => {
      const from = object(variable['valueFrom']);
      return [...source('Secret', from['secretKeyRef'], true), ...source('ConfigMap', from['configMapKeyRef'], true)];
    }),
    ...objects(raw['envFrom']).flatMap((from) => [
      ...source('Secret', from['secretRef'], false),
      ...source('ConfigMap', from['configMapRef'], false),
    ]),
  ];
}
