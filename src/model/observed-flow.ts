/** One end of an observed flow, as far as its log names it; null: not said. */
export interface ObservedEnd {
  readonly namespace: string | null;
  readonly pod: string | null;
  /** The owner that the log names; its kind is null where only a common beginning of pod names is known. */
  readonly workload: { readonly kind: string | null; readonly name: string } | null;
  readonly address: string | null;
}

/** Connections of the same ends, port and verdict that a flow log reports. */
export interface ObservedFlow {
  readonly source: ObservedEnd;
  readonly destination: ObservedEnd;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly verdict: 'forwarded' | 'dropped';
  /** Records, not packets: a log may report a connection more than once. */
  readonly count: number;
  /** Milliseconds since the epoch; null where the log has no times. */
  readonly first: number | null;
  readonly last: number | null;
}

/** What one flow log could and could not tell: counted, never guessed. */
export interface FlowNotes {
  readonly source: string;
  readonly lines: number;
  /** Lines that became evidence. */
  readonly used: number;
  /** Replies, protocols without ports, records without data. */
  readonly skipped: number;
  /** Records that do not tell which end opened the connection. */
  readonly undirected: number;
  readonly broken: number;
  readonly firstBroken: { readonly line: number; readonly reason: string } | null;
  /** Records of further connections after the most that are kept. */
  readonly beyond: number;
}

/** All that is kept of flow logs. */
export interface FlowState {
  readonly flows: readonly ObservedFlow[];
  /** One per source; empty where no flow log was given. */
  readonly notes: readonly FlowNotes[];
}

export const NO_FLOWS: FlowState = { flows: [], notes: [] };
