/** Who is in which group, as the organisation's directory tells: Kubernetes itself knows no users and no groups. */
export interface Directory {
  /** Where it was read from, for texts. */
  readonly source: string;
  readonly memberships: readonly Membership[];
}

export interface Membership {
  readonly user: string;
  /** '' for a user that is in no group. */
  readonly group: string;
  /** Milliseconds since the epoch; null: since ever. */
  readonly from: number | null;
  /** Milliseconds since the epoch, exclusive; null: for ever. */
  readonly to: number | null;
}
