/**
 * One request as any provider's audit log tells it, normalised (audit.k8s.io/v1 Event). Every string is sanitised;
 * bodies are reduced to the facts that detections read, never stored.
 */
export interface AuditEvent {
  readonly auditID: string;
  readonly stage: 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  readonly level: 'Metadata' | 'Request' | 'RequestResponse';
  /** Milliseconds since the epoch of the request's arrival. */
  readonly time: number;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: AuditUser;
  readonly impersonated: AuditUser | null;
  /** As logged: the last one is the only one that the client cannot set. */
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  readonly object: AuditObjectRef | null;
  /** HTTP status; null where the provider gives none. */
  readonly code: number | null;
  readonly statusReason: string;
  readonly statusMessage: string;
  /** `authenticationMetadata.impersonationConstraint` (KEP-5284), such as `impersonate:serviceaccount`; '' where absent. */
  readonly impersonationConstraint: string;
  /** `authorization.k8s.io/decision`; null where absent. */
  readonly decision: 'allow' | 'forbid' | null;
  /** `authorization.k8s.io/reason` */
  readonly reason: string;
  /** Annotations other than the two above. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Facts from the request or response body; null at level Metadata. */
  readonly body: AuditBodyFacts | null;
}

export interface AuditUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A service account's uid, and when it was used. Times are milliseconds since the epoch. */
export interface AccountUid {
  readonly uid: string;
  readonly first: number;
  readonly last: number;
}

export interface AuditObjectRef {
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly apiGroup: string;
  readonly uid: string;
}

/** What detections read of bodies; no environment value, no secret value. */
export interface AuditBodyFacts {
  /** Whether the body was a patch: it then holds only what the request meant to change. */
  readonly patch: boolean;
  /** Of created or updated pods and pod templates. */
  readonly pod: AuditPodFacts | null;
  /** Of written bindings. */
  readonly binding: {
    readonly roleKind: string;
    readonly roleName: string;
    readonly subjects: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  } | null;
  /** Of written roles. */
  readonly rules:
    | readonly {
        readonly verbs: readonly string[];
        readonly apiGroups: readonly string[];
        readonly resources: readonly string[];
        readonly resourceNames: readonly string[];
      }[]
    | null;
  readonly service: { readonly type: string; readonly externalIPs: boolean } | null;
  readonly ingressWithoutTLS: boolean;
  /** Keys of a ConfigMap whose values look like credentials. */
  readonly credentialKeys: readonly string[];
  /** Of certificate signing requests. */
  readonly csr: {
    readonly signerName: string;
    readonly username: string;
    /** Whether the request asks for the group system:masters. */
    readonly masters: boolean;
  } | null;
}

export interface AuditPodFacts {
  readonly name: string;
  /** The controller that owns the pod, as its body says. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly serviceAccountName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly privileged: boolean;
  readonly hostNamespaces: readonly string[];
  readonly hostPaths: readonly string[];
  readonly addedCapabilities: readonly string[];
  readonly images: readonly string[];
  /** Secrets that volumes, env and envFrom name. */
  readonly secrets: readonly string[];
  readonly claims: readonly string[];
}
