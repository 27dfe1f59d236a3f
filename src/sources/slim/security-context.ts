import type { ContainerSecurityContext, PodSecurityContext, SELinuxOptions } from '../../model/pod-spec.ts';
import type { Interner } from './interner.ts';
import { CONTAINER_SECURITY_FIELDS, POD_SECURITY_FIELDS } from '../../kube/security-context-fields.ts';
import {
  booleanOrNull,
  isObject,
  numberOrNull,
  object,
  objects,
  textOrNull,
  withoutAbsent,
  type JsonObject,
} from './json-reading.ts';
import { strings } from './slim-context.ts';

/** A pod's security context; only fields that are set appear. */
export function podSecurityContext(value: unknown, interner: Interner): PodSecurityContext {
  const context = object(value);
  return withoutAbsent<PodSecurityContext>({
    runAsNonRoot: booleanOrNull(context['runAsNonRoot']),
    runAsUser: numberOrNull(context['runAsUser']),
    seccompProfile: profile(context['seccompProfile'], interner),
    appArmorProfile: profile(context['appArmorProfile'], interner),
    seLinuxOptions: seLinuxOptions(context['seLinuxOptions'], interner),
    sysctls: Array.isArray(context['sysctls'])
      ? objects(context['sysctls']).map((sysctl) => ({ name: interner.string(sysctl['name']) }))
      : undefined,
    windowsOptions: windowsOptions(context['windowsOptions']),
    unknownFields: unknownFields(context, POD_SECURITY_FIELDS, interner),
  });
}

/** A container's security context; only fields that are set appear. */
export function containerSecurityContext(value: unknown, interner: Interner): ContainerSecurityContext {
  const context = object(value);
  return withoutAbsent<ContainerSecurityContext>({
    privileged: booleanOrNull(context['privileged']),
    allowPrivilegeEscalation: booleanOrNull(context['allowPrivilegeEscalation']),
    readOnlyRootFilesystem: booleanOrNull(context['readOnlyRootFilesystem']),
    runAsNonRoot: booleanOrNull(context['runAsNonRoot']),
    runAsUser: numberOrNull(context['runAsUser']),
    procMount: textOrNull(interner.string(context['procMount'])),
    capabilities: capabilities(context['capabilities'], interner),
    seccompProfile: profile(context['seccompProfile'], interner),
    appArmorProfile: profile(context['appArmorProfile'], interner),
    seLinuxOptions: seLinuxOptions(context['seLinuxOptions'], interner),
    windowsOptions: windowsOptions(context['windowsOptions']),
    unknownFields: unknownFields(context, CONTAINER_SECURITY_FIELDS, interner),
  });
}

function unknownFields(
  context: JsonObject,
  known: ReadonlySet<string>,
  interner: Interner,
): readonly string[] | undefined {
  const unknown = Object.keys(context).filter((field) => !known.has(field));
  return unknown.length === 0 ? undefined : unknown.map((field) => interner.string(field));
}

function capabilities(value: unknown, interner: Interner): ContainerSecurityContext['capabilities'] {
  if (!isObject(value)) return undefined;
  return withoutAbsent<NonNullable<ContainerSecurityContext['capabilities']>>({
    add: Array.isArray(value['add']) ? strings(value['add'], interner) : undefined,
    drop: Array.isArray(value['drop']) ? strings(value['drop'], interner) : undefined,
  });
}

function profile(value: unknown, interner: Interner): { readonly type: string } | undefined {
  return isObject(value) ? { type: interner.string(value['type']) } : undefined;
}

function seLinuxOptions(value: unknown, interner: Interner): SELinuxOptions | undefined {
  if (!isObject(value)) return undefined;
  return withoutAbsent<SELinuxOptions>({
    type: textOrNull(interner.string(value['type'])),
    user: textOrNull(interner.string(value['user'])),
    role: textOrNull(interner.string(value['role'])),
  });
}

function windowsOptions(value: unknown): { readonly hostProcess?: boolean } | undefined {
  if (!isObject(value)) return undefined;
  return withoutAbsent<{ readonly hostProcess?: boolean }>({ hostProcess: booleanOrNull(value['hostProcess']) });
}
