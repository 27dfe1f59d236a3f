import type { PodObject } from '../../model/objects.ts';
import { exactText } from '../../kube/exact-text.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { Interner } from './interner.ts';
import { timeOrNull, type JsonObject } from './json-reading.ts';

/** What a number of raw pods have in common, as the first of them was read. */
export interface PodParts {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
}

/** A text of a pod's own; null where it is as in what it has in common with others, or absent as there. */
type Own = string | null;

/** The texts of a part in this order; null for a part that is whole. */
export interface OwnTexts {
  readonly metadata: readonly [name: Own, uid: Own, creationTimestamp: Own] | null;
  readonly spec: readonly [nodeName: Own] | null;
  readonly status: readonly [podIP: Own, startTime: Own, ...podIPs: readonly string[]] | null;
}

/**
 * A raw pod that has all but a few texts in common with those before and after it; the replicas of a workload are so.
 * Its members are made when somebody asks for them.
 */
export class AlikePod {
  readonly [member: string]: unknown;
  /** The same object for all that have it in common. */
  readonly common: PodParts;
  readonly own: OwnTexts;

  constructor(common: PodParts, own: OwnTexts) {
    this.common = common;
    this.own = own;
  }

  get metadata(): JsonObject {
    const { metadata } = this.common;
    if (this.own.metadata === null) return metadata;
    const [name, uid, created] = this.own.metadata;
    return {
      ...metadata,
      name: name ?? metadata['name'],
      uid: uid ?? metadata['uid'],
      creationTimestamp: created ?? metadata['creationTimestamp'],
    };
  }

  get spec(): JsonObject {
    const { spec } = this.common;
    if (this.own.spec === null) return spec;
    return { ...spec, nodeName: this.own.spec[0] ?? spec['nodeName'], [LIKE]: spec };
  }

  get status(): JsonObject {
    const { status } = this.common;
    if (this.own.status === null) return status;
    const [podIP, startTime, ...addresses] = this.own.status;
    return {
      phase: status['phase'],
      podIP: podIP ?? status['podIP'],
      startTime: startTime ?? status['startTime'],
      podIPs: addresses.length > 0 ? addresses.map((ip) => ({ ip })) : status['podIPs'],
    };
  }
}

/**
 * On a raw specification that is a copy of another but for nodeName and the random end of its token volume's name: that
 * other. No JSON has such a key.
 */
const LIKE = Symbol('like');

/** What a raw specification is a copy of; itself where it is none. */
export function original(spec: JsonObject & { readonly [LIKE]?: JsonObject }): JsonObject {
  return spec[LIKE] ?? spec;
}

/** Slim pods that are made from the slim pod before them. */
export interface AlikePods {
  /** The slim form of a raw pod; null where it has not all parts in common with the last that was noted. */
  slim(raw: AlikePod): PodObject | null;
  /** Those that have their parts in common with this one can be made from its slim form, until the page is done. */
  note(raw: AlikePod, slim: PodObject): void;
}

export function createAlikePods(interner: Interner): AlikePods {
  let last: { readonly common: PodParts; readonly slim: PodObject } | null = null;
  // No raw text must outlive the page that it came in, and a page is slimmed in one go.
  const forget = (): void => {
    last = null;
  };
  return {
    slim: ({ common, own }) => (last?.common === common ? copyOf(last.slim, own, interner) : null),
    note({ common }, slim) {
      if (last === null) queueMicrotask(forget);
      last = { common, slim };
    },
  };
}

function copyOf(pod: PodObject, { metadata, spec, status }: OwnTexts, interner: Interner): PodObject | null {
  if (metadata === null || spec === null || status === null) return null;
  const [name, uid, created] = metadata;
  const [nodeName] = spec;
  const [podIP, startTime, address, ...more] = status;
  // Such a name depends on another member, and so do such addresses.
  if (name === '' || address === '' || more.length > 0 || (address === undefined && podIP !== null)) return null;
  return {
    kind: 'Pod',
    namespace: pod.namespace,
    name: name === null ? pod.name : exactText(name),
    uid: uid === null ? pod.uid : sanitise(uid),
    labels: pod.labels,
    annotations: pod.annotations,
    created: created === null ? pod.created : timeOrNull(created),
    owners: pod.owners,
    deleting: pod.deleting,
    managers: pod.managers,
    location: pod.location,
    spec: pod.spec,
    nodeName: nodeName === null ? pod.nodeName : interner.string(nodeName),
    phase: pod.phase,
    podIPs: address === undefined ? pod.podIPs : [sanitise(address)],
    started: startTime === null ? pod.started : timeOrNull(startTime),
    mirror: pod.mirror,
  };
}
