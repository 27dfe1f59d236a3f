import type { Attestation } from './benchmark.ts';
import type { AuditState } from './audit-state.ts';
import type { Coverage } from './coverage.ts';
import type { Directory } from './directory.ts';
import type { Kind } from './kind.ts';
import type { LabelConvention } from './label-convention.ts';
import type { FileLocation, KubeObject } from './objects.ts';
import type { Sensitive } from './observation.ts';
import type { RotationPeriod } from './rotation.ts';
import type { LabelSelector } from './selector.ts';
import type { FlowState } from './observed-flow.ts';

/** A batch of these is all that a source ever tells the store. */
export type Change =
  | { readonly type: 'upsert'; readonly object: KubeObject }
  | { readonly type: 'remove'; readonly kind: Kind; readonly namespace: string; readonly name: string }
  /** End of a full list: every stored object of the kind in scope that is not in `keep` (`namespace/name`) is gone. */
  | {
      readonly type: 'retain';
      readonly kind: Kind;
      readonly namespaces: 'all' | readonly string[];
      readonly keep: ReadonlySet<string>;
    }
  | { readonly type: 'coverage'; readonly coverage: Coverage }
  | { readonly type: 'facts'; readonly facts: Partial<ClusterFacts> }
  | { readonly type: 'broken'; readonly problem: BrokenObject }
  /** What the audit logs have told so far, as `createAuditIntake` puts it together; replaces what was there. */
  | { readonly type: 'audit'; readonly audit: AuditState }
  /** What the flow logs have told; replaces what was there. */
  | { readonly type: 'flows'; readonly flows: FlowState };

/** What is known of the cluster beside its objects. null: not read, or not readable. */
export interface ClusterFacts {
  readonly source: 'cluster' | 'files' | 'snapshot' | 'demo';
  /** False for files that are neither a snapshot nor `--complete`: absence then proves nothing. */
  readonly complete: boolean;
  readonly serverVersion: string | null;
  /** `--pod-security-version`: judge pods at v1.x instead of the server's own version; `latest` or absent: no. */
  readonly podSecurityVersion?: string;
  /** What persons vouch for (config `attest`). */
  readonly attestations?: readonly Attestation[];
  /** How long credentials may stay as they are (config `rotation`), the first that fits counts. */
  readonly rotation?: readonly RotationPeriod[];
  /** Which labels workloads must carry (config `labels`). */
  readonly labels?: LabelConvention;
  /** What the sensitive databases are (config `sensitive`). */
  readonly sensitive?: Sensitive | null;
  /** Users and their groups, as an export of a directory tells (`--directory`). */
  readonly directory?: Directory;
  readonly clusterUID: string | null;
  readonly context: string | null;
  readonly server: string | null;
  readonly user: string | null;
  /** The groups of that user as the server sees them; absent where it does not say. */
  readonly userGroups?: readonly string[];
  /** Whether the server's certificate was checked; absent where there is no https connection. */
  readonly serverTrust?: 'checked' | 'unchecked';
  /** What the kubeconfig holds to log in with and that does not end by itself; absent where there is no kubeconfig. */
  readonly storedLogin?: 'token' | 'password' | 'none';
  /** Series of `apiserver_requested_deprecated_apis`; null where /metrics was not readable. */
  readonly deprecatedApis:
    | readonly {
        readonly group: string;
        readonly version: string;
        readonly resource: string;
        readonly removedRelease: string;
      }[]
    | null;
  /** Transformer prefixes seen writing Secrets (`k8s:enc:aescbc:v1:` …); null where /metrics was not readable. */
  readonly secretTransformers: readonly string[] | null;
  /** The same for reading Secrets from etcd; absent where the source does not tell. */
  readonly secretReadTransformers?: readonly string[] | null;
  /** Requests that `pod_security_exemptions_total` counts; null where /metrics was not readable, absent elsewhere. */
  readonly podSecurityExemptions?: number | null;
  /** Why /metrics could not be read; '' where it was. */
  readonly metricsReason: string;
  /** Objects that files declare more than once; the later one counts. */
  readonly duplicates: readonly {
    readonly kind: Kind;
    readonly namespace: string;
    readonly name: string;
    readonly dropped: FileLocation;
    readonly kept: FileLocation;
  }[];
  /** Objects in files whose API version a release removed; absent where there are no files. */
  readonly removedApis?: readonly WrittenObject[];
}

/** An object as a file writes it, whether or not k8sec reads its kind. */
export interface WrittenObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** null for what is in no namespace, as far as that is known. */
  readonly namespace: string | null;
  readonly name: string;
  readonly location: FileLocation;
}

/** An object or document that could not be used; whatever it may decide is unknown. */
export interface BrokenObject {
  readonly file: string | null;
  readonly line: number | null;
  readonly kind: Kind | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly field: string;
  readonly message: string;
  /** Of a NetworkPolicy, where it is known: what it would act on. */
  readonly about?: { readonly podSelector: LabelSelector; readonly ingress: boolean; readonly egress: boolean };
}

/** What a log could not tell: counted, never guessed. */
export interface AuditNotes {
  readonly source: string;
  readonly lines: number;
  readonly broken: number;
  readonly truncated: number;
  readonly duplicates: number;
  readonly legacy: number;
  /** Lines of something else: klog text, other categories of the same export. */
  readonly skipped: number;
  /** Events whose bodies were cut because their line was too long to be worth parsing. */
  readonly cut: number;
  /** Events that came over a minute after a newer one. */
  readonly unordered: number;
  readonly first: number | null;
  readonly last: number | null;
}
