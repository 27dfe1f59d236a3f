import { seededRandom, type Random } from './random.ts';

/** At which kind of request a fault strikes. `list` is a first page, `continue` every later one. */
export type FaultPhase = 'list' | 'continue' | 'watch' | 'get' | 'review' | 'discovery' | 'metrics';

/** What goes wrong. */
type Fault =
  /** The connection is reset after some bytes of the body; a random number of them where none is named. */
  | { readonly fault: 'reset'; readonly afterBytes?: number }
  /** 410 Expired: as an HTTP status for lists, as an in-stream ERROR for watches. */
  | { readonly fault: 'gone' }
  | { readonly fault: 'too-many-requests'; readonly retryAfterSeconds: number }
  /** 500 or another code; `inStream` sends it as a watch's ERROR event. */
  | { readonly fault: 'server-error'; readonly code?: number; readonly inStream?: boolean }
  /** Half-open: the request is accepted and never answered. */
  | { readonly fault: 'no-answer' }
  /** Half-open later: the answer begins, and then nothing more comes. */
  | { readonly fault: 'stall'; readonly afterBytes?: number }
  /** A clean end of the HTTP body in the middle of the JSON. */
  | { readonly fault: 'truncated'; readonly afterBytes?: number }
  /** The body dribbles. */
  | { readonly fault: 'slow'; readonly chunkBytes: number; readonly everyMs: number }
  /** 401, as when a token has been rotated. */
  | { readonly fault: 'unauthorized' }
  | { readonly fault: 'forbidden' }
  /** A watch that ends cleanly almost at once. */
  | { readonly fault: 'short-watch'; readonly afterMs: number }
  /** One object of the answer is blown up by an unknown field of this many bytes. */
  | { readonly fault: 'huge-object'; readonly bytes: number }
  /** A server without WatchList: 422 for sendInitialEvents. */
  | { readonly fault: 'no-watch-list' };

/** A fault with the requests that it strikes. */
export type FaultRule = Fault & {
  /** Undefined: at every phase. */
  readonly at?: FaultPhase | readonly FaultPhase[];
  /** Plural resource name; undefined: every resource. */
  readonly resource?: string;
  /** 0 to 1; 1 where absent. */
  readonly probability?: number;
  /** How often it strikes at most. */
  readonly times?: number;
  /** How many matching requests are spared first. */
  readonly after?: number;
};

/** All faults of a server; the first rule that strikes decides about a request. */
export interface Faults {
  readonly seed?: number;
  readonly rules: readonly FaultRule[];
}

export const NO_FAULTS: Faults = { rules: [] };

/** Decides request by request, reproducibly for one order of requests. */
export class FaultDice {
  readonly random: Random;
  readonly #rules: { readonly rule: FaultRule; seen: number; struck: number }[];

  constructor(faults: Faults) {
    this.random = seededRandom(faults.seed ?? 1);
    this.#rules = faults.rules.map((rule) => ({ rule, seen: 0, struck: 0 }));
  }

  /** The fault that strikes this request, if any. */
  roll(phase: FaultPhase, resource: string): FaultRule | undefined {
    for (const state of this.#rules) {
      const { rule } = state;
      if (!matches(rule, phase, resource)) continue;
      state.seen += 1;
      if (state.seen <= (rule.after ?? 0) || state.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      if (this.random() >= (rule.probability ?? 1)) continue;
      state.struck += 1;
      return rule;
    }
    return undefined;
  }
}

/** Faults that make sense at some phases only; elsewhere they must not use up their turn. */
const ONLY_AT: Partial<Record<Fault['fault'], readonly FaultPhase[]>> = {
  gone: ['list', 'continue', 'watch'],
  'short-watch': ['watch'],
  'no-watch-list': ['watch'],
  'huge-object': ['list', 'continue', 'watch', 'get'],
};

function matches(rule: FaultRule, phase: FaultPhase, resource: string): boolean {
  if (rule.resource !== undefined && rule.resource !== resource) return false;
  if (!(ONLY_AT[rule.fault] ?? [phase]).includes(phase)) return false;
  return rule.at === undefined || (typeof rule.at === 'string' ? rule.at === phase : rule.at.includes(phase));
}
