import type { Authorize } from './authorizer.ts';
import type { FaultDice } from './faults.ts';
import type { DemoMetrics } from './metrics.ts';
import type { NodeLogFiles } from './node-proxy.ts';
import type { ObjectStore } from './object-store.ts';
import type { Tokens, User } from './users.ts';

/** What all requests share; the settable parts are the fields that are not readonly. */
export interface ServerState {
  readonly store: ObjectStore;
  readonly version: { readonly major: string; readonly minor: string; readonly gitVersion: string };
  tokens: Tokens;
  readonly defaultUser: User;
  authorize: Authorize;
  dice: FaultDice;
  metrics: DemoMetrics;
  readonly nodeLogs: NodeLogFiles;
  readonly bookmarkEveryMs: number;
  readonly watchTimeoutMs: number | undefined;
  readonly watchList: boolean;
  /** One function per open watch that ends it. */
  readonly watches: Set<() => void>;
  readonly now: () => number;
}
