import { WIDER_POLICY_KINDS, type WiderPolicyKind } from './kind.ts';
import type {
  BindingObject,
  NamespaceObject,
  NetworkPolicyObject,
  PodObject,
  RoleObject,
  WiderPolicyObject,
} from './objects.ts';

/** Pods say what they hold, the others who may do what. */
export const ACCESS_KINDS = ['Pod', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;

/** Policies, with the labels of namespaces that they select by, say who could connect to whom. */
export const POLICY_KINDS = ['NetworkPolicy', ...WIDER_POLICY_KINDS] as const;

/** The kinds whose past decides who could reach what. */
export const PAST_KINDS = [...ACCESS_KINDS, 'Namespace', ...POLICY_KINDS] as const;

export type PastKind = (typeof PAST_KINDS)[number];

export type PastObject =
  | PodObject
  | RoleObject
  | BindingObject
  | NamespaceObject
  | NetworkPolicyObject
  | Extract<WiderPolicyObject, { readonly kind: WiderPolicyKind }>;

/** Where a piece of evidence comes from. */
export type Basis = 'audit' | 'journal' | 'snapshot' | 'live';

/** What one piece of evidence says about one object. Times are milliseconds since the epoch. */
export interface Observation {
  readonly kind: PastKind;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  /** From then on it is so. */
  readonly time: number;
  /** When the change began: between `begun` and `time` it is not known whether it had happened. */
  readonly begun: number;
  /**
   * content: `object` is the whole of it; exists: it is there, with unknown content; unsure: it may have changed or
   * gone; gone: it is not there any more.
   */
  readonly type: 'content' | 'exists' | 'unsure' | 'gone';
  /** How it came about; seen: nothing happened then, it was only found so. */
  readonly change: 'created' | 'written' | 'deleted' | 'seen';
  /** Of `content`; of `gone`, what it was when it went, where that is known. */
  readonly object: PastObject | null;
  readonly basis: Basis;
  /** The auditID, or the file. */
  readonly evidence: string;
}

/** At one time, all objects of some kinds were read. */
export interface Listing {
  readonly time: number;
  readonly kinds: readonly { readonly kind: PastKind; readonly namespaces: 'all' | readonly string[] }[];
  readonly objects: readonly PastObject[];
  readonly basis: Basis;
  readonly evidence: string;
}

/** A time in which every change of a kind left an observation. */
export interface Window {
  readonly kind: PastKind;
  /** Where. */
  readonly namespaces: 'all' | readonly string[];
  readonly from: number;
  readonly to: number;
}

/** A change that names no object: what it did to those of the kind is not known. */
export interface Doubt {
  readonly kind: PastKind;
  /** '' for all. */
  readonly namespace: string;
  readonly time: number;
  /** unnamed: something was created under a name that was not logged; swept: some were deleted, without their names. */
  readonly type: 'unnamed' | 'swept';
  readonly evidence: string;
}

/** One kind of allowed request of one user that reaches into a workload, and when it was made. */
export interface Witness {
  readonly username: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** `authorization.k8s.io/reason`: names the binding, the role and the subject; '' where not RBAC allowed it. */
  readonly reason: string;
  /** Milliseconds since the epoch, ascending: of the last one before the time that is asked about, and of all within it. */
  readonly times: readonly number[];
  /** The earliest of all in order of time, at most `MOST_CITED`. */
  readonly earliest: readonly CitedRequest[];
}

/** A request as an answer cites it. */
export interface CitedRequest {
  readonly time: number;
  readonly auditID: string;
}

/** Requests that one access is shown with. */
export const MOST_CITED = 20;

/** All that is known about a past: the timeline is made of it. */
export interface PastEvidence {
  readonly observations: readonly Observation[];
  readonly listings: readonly Listing[];
  readonly windows: readonly Window[];
  readonly doubts: readonly Doubt[];
  readonly witnesses: readonly Witness[];
  /** What could not be used of the sources, in words. */
  readonly notes: readonly string[];
}

/** What the config file says the sensitive databases are. */
export interface Sensitive {
  /** Label selectors of pods, as `kubectl get -l` takes them. */
  readonly labels: readonly string[];
  /** Globs over `namespace/name` of Secrets. */
  readonly secrets: readonly string[];
  /** Globs over `namespace/name` of PersistentVolumeClaims. */
  readonly volumes: readonly string[];
}
