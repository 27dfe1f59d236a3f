import type { LearnedBook, LearnedProfile, LearningState } from '../../../model/learned-profiles.ts';
import type { AuditRequest } from '../request.ts';

/** History that a principal needs before what is new about it says anything: a week in milliseconds. */
const WEEK = 7 * 86_400_000;
const MOST_PRINCIPALS = 20_000;

interface Edge {
  hour: number;
  count: number;
  busiest: number;
}

export interface Profile {
  readonly first: number;
  readonly edges: Map<string, Edge>;
  /** Edges that came after the first day. */
  novel: number;
  readonly agents: Set<string>;
  readonly addresses: Set<string>;
  lastAgent: string | undefined;
  lastAddress: string;
  /** Somebody saved it: it is history enough. */
  readonly isSaved: boolean;
}

/** What each principal usually does. Every detection keeps its own, so that none depends on the order of the others. */
export class ProfileBook {
  readonly #profiles = new Map<string, Profile>();
  readonly #isSaved: boolean;
  #first: number;
  #last = Number.NEGATIVE_INFINITY;

  /** @param saved what was learned before; null where nothing was */
  constructor(saved: LearnedBook | null) {
    this.#first = saved?.first ?? Number.POSITIVE_INFINITY;
    this.#isSaved = saved !== null;
    for (const profile of saved?.profiles.slice(0, MOST_PRINCIPALS) ?? []) {
      this.#profiles.set(profile.name, restored(profile));
    }
  }

  /** The profile of whoever sent a request: a new one where it is the first. */
  of({ principal, event }: AuditRequest): Profile {
    const { name } = principal.actor;
    this.see(event.time);
    let profile = this.#profiles.get(name);
    if (profile === undefined) {
      if (this.#profiles.size >= MOST_PRINCIPALS) this.#profiles.clear();
      profile = newProfile(event.time, false);
      this.#profiles.set(name, profile);
    }
    return profile;
  }

  see(time: number): void {
    if (time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
  }

  /** Whether the log, or what was saved, goes back far enough at that time. */
  isOldEnough(time: number): boolean {
    return this.#isSaved || time - this.#first >= WEEK;
  }

  learning(): LearningState {
    let warmingUp = 0;
    for (const profile of this.#profiles.values()) if (!isLearned(profile, this.#last)) warmingUp += 1;
    return { principals: this.#profiles.size, warmingUp };
  }

  saved(): LearnedBook {
    return {
      first: Number.isFinite(this.#first) ? this.#first : null,
      profiles: [...this.#profiles].map(([name, profile]) => ({
        name,
        first: profile.first,
        novel: profile.novel,
        edges: Object.fromEntries(
          [...profile.edges].map(([key, { count, busiest }]) => [key, Math.max(count, busiest)]),
        ),
        agents: [...profile.agents],
        addresses: [...profile.addresses],
      })),
    };
  }
}

/** Whether a principal has a week of history at that time, or a saved profile. */
export function isLearned({ isSaved, first }: Profile, time: number): boolean {
  return isSaved || time - first >= WEEK;
}

function newProfile(first: number, isSaved: boolean): Profile {
  return {
    first,
    isSaved,
    edges: new Map(),
    novel: 0,
    agents: new Set(),
    addresses: new Set(),
    lastAgent: undefined,
    lastAddress: '',
  };
}

function restored({ first, novel, edges, agents, addresses }: LearnedProfile): Profile {
  return {
    ...newProfile(first, true),
    novel,
    edges: new Map(Object.entries(edges).map(([key, busiest]) => [key, { hour: 0, count: 0, busiest }])),
    agents: new Set(agents),
    addresses: new Set(addresses),
  };
}
