/** What was learned of principals from audit logs, as it is saved: by the name of the detection that learned it. */
export type LearnedProfiles = Readonly<Record<string, LearnedBook>>;

/** What one detection learned. */
export interface LearnedBook {
  /** Of the first request that it saw, in milliseconds since the epoch; null where it saw none. */
  readonly first: number | null;
  readonly profiles: readonly LearnedProfile[];
}

/** What one principal usually does. */
export interface LearnedProfile {
  readonly name: string;
  /** Of its first request, in milliseconds since the epoch. */
  readonly first: number;
  /** How many new things it did after its first day. */
  readonly novel: number;
  /** What it does (verb, resource, namespace, as the detection names it), with the most requests of an hour. */
  readonly edges: Readonly<Record<string, number>>;
  readonly agents: readonly string[];
  readonly addresses: readonly string[];
}

/** How many principals there is too little history of for anything to be odd about them. */
export interface LearningState {
  readonly principals: number;
  readonly warmingUp: number;
}
