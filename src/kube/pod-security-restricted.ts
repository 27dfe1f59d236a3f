/**
 * The restricted checks of the Pod Security Standards, each with its revisions and the baseline checks it replaces.
 * Source: k8s.io/pod-security-admission v0.37.2, policy/check_*.go; texts and ids are upstream's.
 */
import type { PodSpec } from '../model/pod-spec.ts';
import { checkProcMount } from './pod-security-baseline.ts';
import {
  containersText,
  containersWhere,
  inUserNamespace,
  joinQuoted,
  plural,
  settersText,
  sortedSet,
  type CheckFailure,
  type PodSecurityCheck,
} from './pod-security-check.ts';
import { checkSeccompFields } from './pod-security-profiles.ts';

/** The inline volume sources that restricted allows. A volume without a source is defaulted to emptyDir. */
const ALLOWED_VOLUMES: ReadonlySet<string> = new Set([
  '',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** The sources that upstream names; another one reads `unknown` there. */
const NAMED_VOLUMES: ReadonlySet<string> = new Set([
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
]);

/** In the order in which upstream lists them: by id, in byte order. */
export const RESTRICTED_CHECKS: readonly PodSecurityCheck[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    revisions: [
      { from: 8, run: checkPrivilegeEscalation },
      { from: 25, run: (spec) => (isWindows(spec) ? null : checkPrivilegeEscalation(spec)) },
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    revisions: [
      { from: 22, run: checkCapabilities, overrides: ['capabilities_baseline'] },
      {
        from: 25,
        run: (spec) => (isWindows(spec) ? null : checkCapabilities(spec)),
        overrides: ['capabilities_baseline'],
      },
    ],
  },
  {
    id: 'procMount_restricted',
    level: 'restricted',
    revisions: [{ from: 35, run: checkProcMount, overrides: ['procMount'] }],
  },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    revisions: [{ from: 0, run: checkVolumes, overrides: ['hostPathVolumes'] }],
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    revisions: [
      { from: 0, run: checkRunAsNonRoot },
      { from: 35, run: (spec) => (inUserNamespace(spec) ? null : checkRunAsNonRoot(spec)) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    revisions: [
      { from: 23, run: checkRunAsUser },
      { from: 35, run: (spec) => (inUserNamespace(spec) ? null : checkRunAsUser(spec)) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    revisions: [
      { from: 19, run: (spec) => checkSeccompFields(spec, 'restricted'), overrides: ['seccompProfile_baseline'] },
      {
        from: 25,
        run: (spec) => (isWindows(spec) ? null : checkSeccompFields(spec, 'restricted')),
        overrides: ['seccompProfile_baseline'],
      },
    ],
  },
];

/** API validation refuses these fields on Windows pods, so that the checks skip them. */
function isWindows(spec: PodSpec): boolean {
  return spec.os === 'windows';
}

function checkPrivilegeEscalation(spec: PodSpec): CheckFailure | null {
  const bad = containersWhere(spec, (container) => container.securityContext.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return null;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function checkCapabilities(spec: PodSpec): CheckFailure | null {
  const forbidden = new Set<string>();
  const keeping = containersWhere(spec, (one) => one.securityContext.capabilities?.drop?.includes('ALL') !== true);
  const adding = containersWhere(spec, (container) => {
    const beyond = (container.securityContext.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE');
    for (const capability of beyond) forbidden.add(capability);
    return beyond.length > 0;
  });
  const details = [
    ...(keeping.length > 0 ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [
          `${containersText(adding)} must not include ${joinQuoted(sortedSet(forbidden))} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return details.length === 0 ? null : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function checkVolumes(spec: PodSpec): CheckFailure | null {
  const bad = spec.volumes.filter((volume) => !ALLOWED_VOLUMES.has(volume.type));
  if (bad.length === 0) return null;
  const types = sortedSet(bad.map(({ type }) => (NAMED_VOLUMES.has(type) ? type : 'unknown')));
  const names = joinQuoted(bad.map((volume) => volume.name));
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  const uses = `${plural('volume', 'volumes', bad.length)} ${names} ${plural('uses', 'use', bad.length)}`;
  return { reason: 'restricted volume types', detail: `${uses} ${what} ${joinQuoted(types)}` };
}

function checkRunAsNonRoot(spec: PodSpec): CheckFailure | null {
  const pod = spec.securityContext.runAsNonRoot;
  const explicit = containersWhere(spec, (container) => container.securityContext.runAsNonRoot === false);
  if (pod === false || explicit.length > 0) {
    const detail = `${settersText(pod === false, explicit)} must not set securityContext.runAsNonRoot=false`;
    return { reason: 'runAsNonRoot != true', detail };
  }
  if (pod === true) return null;
  const implicit = containersWhere(spec, (container) => container.securityContext.runAsNonRoot === undefined);
  if (implicit.length === 0) return null;
  return {
    reason: 'runAsNonRoot != true',
    detail: `pod or ${containersText(implicit)} must set securityContext.runAsNonRoot=true`,
  };
}

function checkRunAsUser(spec: PodSpec): CheckFailure | null {
  const isPodBad = spec.securityContext.runAsUser === 0;
  const bad = containersWhere(spec, (container) => container.securityContext.runAsUser === 0);
  if (!isPodBad && bad.length === 0) return null;
  return { reason: 'runAsUser=0', detail: `${settersText(isPodBad, bad)} must not set runAsUser=0` };
}
