import type { Container, PodSpec } from '../../model/pod-spec.ts';
import { original } from './alike-pod.ts';
import { securityAnnotations } from './annotations.ts';
import { annotationCredentials } from './annotation-credentials.ts';
import { slimContainer } from './container.ts';
import { controlPlane } from './control-plane.ts';
import { podFacts } from './pod-facts.ts';
import { digestOf, NO_LABELS, type Interner } from './interner.ts';
import { booleanOrNull, object, objects, textOrNull, type JsonObject } from './json-reading.ts';
import { networkAgentSettings } from './network-agent.ts';
import { createRecentCache } from './recent-cache.ts';
import { podSpecSignature } from './pod-spec-signature.ts';
import { podSecurityContext } from './security-context.ts';
import { placementTerms } from './placement-terms.ts';
import { slimVolume } from './volume.ts';
import type { Labels } from '../../model/selector.ts';

export interface PodSpecSlimmer {
  /**
   * The slim specification of a pod or template; equal ones are the same object.
   *
   * @param isPod pods on the host network get host ports by default, templates do not (kubernetes
   *   pkg/apis/core/v1/defaults.go, gate DefaultHostNetworkHostPortsInPodTemplates)
   */
  slim(spec: JsonObject, metadata: JsonObject, isPod: boolean): PodSpec;
}

/** Distinct specifications as they came that are remembered; one entry is a digest and a reference. */
const REMEMBERED_SPECS = 16_384;

/**
 * Pods of one workload differ only in what rules don't read, and in the name of one volume, and a list brings them one
 * after another. So a specification that the page's reader knows to be a copy is taken for its original, any other is
 * looked up by its digest, and walked only when it is new: that is what makes reading 20,000 pods cheap.
 */
export function createPodSpecSlimmer(interner: Interner): PodSpecSlimmer {
  const seen = createRecentCache<PodSpec>(REMEMBERED_SPECS);
  let previous: {
    readonly spec: JsonObject;
    readonly annotations: JsonObject;
    readonly result: PodSpec;
  } | null = null;
  // The raw text of a pod must not outlive the page that it came in, and a page is slimmed in one go.
  const forget = (): void => {
    previous = null;
  };

  const bySignature = (spec: JsonObject, hostPorts: boolean, profiles: Labels, annotated: Annotated, extra: string) => {
    const signature = podSpecSignature(spec);
    const key = digestOf(`${signature}${extra}`);
    const hit = seen.get(key);
    if (hit !== undefined) return hit;
    const copy: JsonObject = JSON.parse(signature);
    const slim = slimPodSpec(copy, hostPorts, interner);
    const credentials = interner.share([...slim.credentials, ...annotated]);
    const result = interner.share({ ...slim, credentials, securityAnnotations: profiles });
    seen.set(key, result);
    return result;
  };

  return {
    slim(spec, metadata, isPod) {
      const annotations = object(metadata['annotations']);
      if (
        isPod &&
        previous !== null &&
        previous.annotations === annotations &&
        original(previous.spec) === original(spec)
      ) {
        // Host ports depend on the specification alone.
        return previous.result;
      }
      const profiles = securityAnnotations(annotations, interner);
      const annotated = annotationCredentials(annotations);
      const hostPorts = isPod && spec['hostNetwork'] === true;
      const extra =
        profiles === NO_LABELS && annotated.length === 0 && !hostPorts
          ? ''
          : JSON.stringify([profiles, annotated, hostPorts]);
      if (previous === null) queueMicrotask(forget);
      const result = bySignature(spec, hostPorts, profiles, annotated, extra);
      previous = { spec, annotations, result };
      return result;
    },
  };
}

type Annotated = ReturnType<typeof annotationCredentials>;

function slimPodSpec(spec: JsonObject, hostPorts: boolean, interner: Interner): Omit<PodSpec, 'securityAnnotations'> {
  const hostNetwork = spec['hostNetwork'] === true;
  const containers = allContainers(spec, hostPorts, interner);
  const facts = podFacts(spec, interner);
  const component = controlPlane(spec);
  const agent = networkAgentSettings(spec);
  return {
    serviceAccountName: interner.string(spec['serviceAccountName'] || spec['serviceAccount']) || 'default',
    automountServiceAccountToken: booleanOrNull(spec['automountServiceAccountToken']),
    hostNetwork,
    hostPID: spec['hostPID'] === true,
    hostIPC: spec['hostIPC'] === true,
    hostUsers: booleanOrNull(spec['hostUsers']),
    shareProcessNamespace: spec['shareProcessNamespace'] === true,
    os: textOrNull(interner.string(object(spec['os'])['name'])),
    runtimeClassName: textOrNull(interner.string(spec['runtimeClassName'])),
    priorityClassName: textOrNull(interner.string(spec['priorityClassName'])),
    securityContext: interner.share(podSecurityContext(spec['securityContext'], interner)),
    containers: interner.share(containers),
    volumes: interner.share(objects(spec['volumes']).map((volume) => interner.share(slimVolume(volume, interner)))),
    imagePullSecrets: interner.share(
      objects(spec['imagePullSecrets'])
        .map((secret) => interner.string(secret['name']))
        .filter((name) => name !== ''),
    ),
    placementTerms: interner.share(placementTerms(spec, interner)),
    references: interner.share(facts.references),
    credentials: interner.share(facts.credentials),
    ...(facts.secrets.length === 0 ? {} : { secretArguments: interner.share(facts.secrets) }),
    ...(component === null ? {} : { controlPlane: component }),
    ...(agent === null ? {} : { networkAgent: agent }),
  };
}

function allContainers(spec: JsonObject, defaultHostPorts: boolean, interner: Interner): Container[] {
  const roles = [
    ['initContainers', 'init'],
    ['containers', 'container'],
    ['ephemeralContainers', 'ephemeral'],
  ] as const;
  return roles.flatMap(([field, role]) =>
    objects(spec[field]).map((container) =>
      interner.share(slimContainer(container, role, defaultHostPorts && role !== 'ephemeral', interner)),
    ),
  );
}
