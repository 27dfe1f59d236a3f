import { CONTAINER_FIELDS } from '../../analyses/vigilance/spec-path.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { Container, PodSpec } from '../../model/pod-spec.ts';

type Json = Record<string, unknown>;

/**
 * The strategic merge patch of a pod specification that leads from `before` to `after`: null removes a field, containers
 * are merged by name and ports by containerPort. Only the fields that pod security reads are compared.
 */
export function specPatch(before: PodSpec, after: PodSpec): Json {
  const hostFields = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => before[field] && !after[field]);
  const securityContext = changedFields(before.securityContext, after.securityContext);
  const containers = (['init', 'container'] as const).flatMap((role): [string, unknown][] => {
    const changed = containerPatches(ofRole(before, role), ofRole(after, role));
    return changed.length === 0 ? [] : [[CONTAINER_FIELDS[role], changed]];
  });
  return {
    ...Object.fromEntries(hostFields.map((field) => [field, null])),
    ...(securityContext === undefined ? {} : { securityContext }),
    ...Object.fromEntries(containers),
  };
}

/** Annotations of the template that go, as a patch; undefined where none does. */
export function annotationPatch(before: PodSpec, after: PodSpec): Json | undefined {
  const gone = Object.keys(before.securityAnnotations).filter((key) => after.securityAnnotations[key] === undefined);
  return gone.length === 0 ? undefined : Object.fromEntries(gone.map((key) => [key, null]));
}

/** A patch of a workload object around the patch of its pod specification. */
export function workloadPatch(
  subject: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string },
  spec: Json,
  annotations: Json | undefined,
): Json {
  const { apiVersion, kind, namespace, name } = subject;
  const template = { ...(annotations === undefined ? {} : { metadata: { annotations } }), spec };
  return {
    apiVersion,
    kind,
    metadata: { namespace, name },
    spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template },
  };
}

function ofRole(spec: PodSpec, role: Container['role']): readonly Container[] {
  return spec.containers.filter((container) => container.role === role);
}

function containerPatches(before: readonly Container[], after: readonly Container[]): Json[] {
  return after.flatMap((container) => {
    const old = before.find((one) => one.name === container.name);
    if (old === undefined) return [];
    const securityContext = changedFields(old.securityContext, container.securityContext);
    const ports = old.ports
      .filter((port, index) => port.hostPort !== null && container.ports[index]?.hostPort === null)
      .map(({ containerPort, protocol }) => ({ containerPort, protocol, hostPort: null }));
    const handlers = container.handlerHosts.length === 0 ? hostsRemoved(old) : {};
    const patch = {
      ...(securityContext === undefined ? {} : { securityContext }),
      ...(ports.length === 0 ? {} : { ports }),
      ...handlers,
    };
    return Object.keys(patch).length === 0 ? [] : [{ name: container.name, ...patch }];
  });
}

/** `livenessProbe.httpGet.host` becomes `{livenessProbe: {httpGet: {host: null}}}`. */
function hostsRemoved(container: Container): Json {
  const patch: Json = {};
  for (const { path } of container.handlerHosts) {
    let at = patch;
    for (const word of path.split('.').slice(0, -1)) {
      const there = at[word];
      const next = isPlain(there) ? there : {};
      at[word] = next;
      at = next;
    }
    at['host'] = null;
  }
  return patch;
}

function changedFields(before: object, after: object): Json | undefined {
  const old: Json = { ...before };
  const now: Json = { ...after };
  const changed = [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((field): [string, unknown][] => {
    if (deepEqual(old[field], now[field])) return [];
    return [[field, fieldPatch(old[field], now[field])]];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** Objects are merged: what they lose is named too. */
function fieldPatch(before: unknown, after: unknown): unknown {
  if (after === undefined) return null;
  if (!isPlain(before) || !isPlain(after)) return after;
  const lost = Object.keys(before).filter((key) => after[key] === undefined);
  return { ...after, ...Object.fromEntries(lost.map((key) => [key, null])) };
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
