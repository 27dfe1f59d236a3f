import { dnsLabelProblem, portNameProblem } from '../../../kube/label-syntax.ts';
import { isObject } from '../json-reading.ts';
import { templateMetadata } from './metadata.ts';
import { labelMap, labelSelector } from './selector.ts';
import {
  anyObject,
  anyText,
  at,
  boolean,
  fields,
  integer,
  listOf,
  oneOf,
  required,
  textThat,
  type Check,
} from './shape.ts';

/**
 * Types of every field that k8sec reads, and the rules that decide whether containers and ports exist at all.
 * Source: kubernetes pkg/apis/core/validation/validation.go and the types of staging/src/k8s.io/api/core/v1.
 */
const PORT = integer(1, 65_535);

const profile = fields({ type: anyText, localhostProfile: anyText });
const seLinuxOptions = fields({ type: anyText, user: anyText, role: anyText, level: anyText });
const windowsOptions = fields({ hostProcess: boolean });

const containerSecurity = fields({
  privileged: boolean,
  allowPrivilegeEscalation: boolean,
  readOnlyRootFilesystem: boolean,
  runAsNonRoot: boolean,
  runAsUser: integer(0),
  procMount: anyText,
  capabilities: fields({ add: listOf(anyText), drop: listOf(anyText) }),
  seccompProfile: profile,
  appArmorProfile: profile,
  seLinuxOptions,
  windowsOptions,
});

const containerPort = fields(
  {
    name: textThat((name) => (name === '' ? null : portNameProblem(name))),
    containerPort: PORT,
    hostPort: integer(0, 65_535),
    protocol: oneOf('TCP', 'UDP', 'SCTP'),
  },
  required('containerPort'),
);

const reference = fields({ name: anyText, key: anyText, optional: boolean });

const env = fields({
  name: anyText,
  value: anyText,
  valueFrom: fields({ secretKeyRef: reference, configMapKeyRef: reference }),
});

const handler = fields({
  httpGet: fields({ host: anyText, httpHeaders: listOf(fields({ name: anyText, value: anyText })) }),
  tcpSocket: fields({ host: anyText }),
  exec: fields({ command: listOf(anyText) }),
});

const container = fields(
  {
    name: textThat((name) => (name === '' ? null : dnsLabelProblem(name))),
    image: anyText,
    imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
    command: listOf(anyText),
    args: listOf(anyText),
    ports: listOf(containerPort),
    env: listOf(env),
    envFrom: listOf(fields({ prefix: anyText, secretRef: reference, configMapRef: reference })),
    volumeMounts: listOf(
      fields({ name: anyText, mountPath: anyText, subPath: anyText, readOnly: boolean, mountPropagation: anyText }),
    ),
    securityContext: containerSecurity,
    livenessProbe: handler,
    readinessProbe: handler,
    startupProbe: handler,
    lifecycle: fields({ postStart: handler, preStop: handler }),
  },
  required('name'),
);

const affinityTerm = fields({ labelSelector, topologyKey: anyText });
const podAffinity = fields({
  requiredDuringSchedulingIgnoredDuringExecution: listOf(affinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(fields({ podAffinityTerm: affinityTerm })),
});

/** Every volume source is an object; a volume has one of them at most. */
const volume: Check = fields({ name: anyText }, required('name'), (value, place, report) => {
  if (!isObject(value)) return;
  const sources = Object.keys(value).filter((key) => key !== 'name' && value[key] !== null);
  for (const source of sources) anyObject(value[source], at(place, source), report);
  if (sources.length > 1) report(place, 'may not specify more than one volume type');
});

const atLeastOneContainer: Check = (value, place, report) => {
  if (!isObject(value)) return;
  const containers = value['containers'];
  if (containers === undefined || containers === null || (Array.isArray(containers) && containers.length === 0)) {
    report(at(place, 'containers'), 'must have at least one container');
  }
};

const podSpec: Check = fields(
  {
    containers: listOf(container),
    initContainers: listOf(container),
    ephemeralContainers: listOf(container),
    volumes: listOf(volume),
    serviceAccountName: anyText,
    serviceAccount: anyText,
    automountServiceAccountToken: boolean,
    hostNetwork: boolean,
    hostPID: boolean,
    hostIPC: boolean,
    hostUsers: boolean,
    shareProcessNamespace: boolean,
    nodeName: anyText,
    runtimeClassName: anyText,
    priorityClassName: anyText,
    os: fields({ name: anyText }),
    imagePullSecrets: listOf(fields({ name: anyText })),
    securityContext: fields({
      runAsNonRoot: boolean,
      runAsUser: integer(0),
      seccompProfile: profile,
      appArmorProfile: profile,
      seLinuxOptions,
      sysctls: listOf(fields({ name: anyText, value: anyText })),
      windowsOptions,
    }),
    affinity: fields({ podAffinity, podAntiAffinity: podAffinity }),
    topologySpreadConstraints: listOf(fields({ labelSelector })),
  },
  atLeastOneContainer,
);

const podTemplate: Check = fields({ metadata: templateMetadata, spec: podSpec }, required('spec'));

/** A bare pod. */
export const pod: Check = fields({ spec: podSpec }, required('spec'));

/** A workload whose template is at `spec.template`. */
export const workload: Check = fields(
  {
    spec: fields(
      { replicas: integer(0), selector: labelSelector, template: podTemplate, suspend: boolean },
      required('template'),
    ),
  },
  required('spec'),
);

export const replicationController: Check = fields(
  { spec: fields({ replicas: integer(0), selector: labelMap, template: podTemplate }) },
  required('spec'),
);

export const cronJob: Check = fields(
  {
    spec: fields(
      {
        suspend: boolean,
        jobTemplate: fields({ spec: fields({ template: podTemplate }, required('template')) }, required('spec')),
      },
      required('jobTemplate'),
    ),
  },
  required('spec'),
);

export const bareTemplate: Check = fields({ template: podTemplate });
