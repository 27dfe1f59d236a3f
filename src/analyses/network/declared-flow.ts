import type { Kind } from '../../model/kind.ts';
import type { Protocol } from '../../kube/port-set.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/** Who is at one end of a declared flow. */
export type FlowEnd =
  | { readonly type: 'workload'; readonly workload: AnalysedWorkload }
  /** Whoever it is: its address is not known beforehand (clients of a load balancer, the API server, nodes). */
  | { readonly type: 'anyone' }
  | { readonly type: 'addresses'; readonly cidrs: readonly string[] };

export interface FlowPort {
  readonly protocol: Protocol;
  readonly port: number;
}

/** A connection that something in the cluster declares: it must stay possible. */
export interface DeclaredFlow {
  readonly source: FlowEnd;
  readonly destination: FlowEnd;
  readonly ports: readonly FlowPort[];
  /** Why it is needed, such as `env DATABASE_URL of container app names postgres.data:5432`. */
  readonly why: string;
  /** Only the source needs a rule for it: the destination has a wider one. */
  readonly sourceOnly?: true;
}

/** Something that probably is a connection and could not be turned into one; a person has to decide. */
export interface UnknownFlow {
  readonly workload: AnalysedWorkload;
  readonly direction: 'ingress' | 'egress';
  readonly text: string;
  /** That it is one is declared, and only where it leads is not known: whatever closes that direction cuts it. */
  readonly isDeclared?: true;
}

export interface DeclaredFlows {
  readonly flows: readonly DeclaredFlow[];
  readonly unknown: readonly UnknownFlow[];
  /** Kinds that declare flows and could not wholly be read: what their objects say is not known. */
  readonly unread: readonly Kind[];
}
