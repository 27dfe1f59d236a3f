/** How long the data of some Secrets may stay as it is. */
export interface RotationPeriod {
  /** Type of the Secret, such as `kubernetes.io/tls`; null is any. */
  readonly type: string | null;
  /** Labels that the Secret must have; an empty map is any. */
  readonly labels: Readonly<Record<string, string>>;
  readonly days: number;
}
