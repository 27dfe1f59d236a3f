import { reasonOf } from './connection-error.ts';
import type { Clock } from './clock.ts';

/** As whom one request goes out. */
export interface Identity {
  /** The Authorization header; null where there is none. */
  readonly authorization: string | null;
  /** PEM of the client certificate and its key; null where there is none. */
  readonly certificate: string | null;
  readonly key: string | null;
}

/** Gives identities, and better ones when they expire or are refused. */
export interface Credential {
  /** The identity for the next request. */
  identity(): Promise<Identity>;
  /**
   * Called after a 401.
   *
   * @param refused the identity that the server did not accept
   * @returns whether `identity()` now gives another one, so that a second try makes sense
   */
  refresh(refused: Identity): Promise<boolean>;
}

/** A freshly read identity. */
export interface Lease {
  readonly identity: Identity;
  /** Milliseconds since the epoch at which to read it again; null: only when it is refused. */
  readonly renewAt: number | null;
}

export const NOBODY: Identity = { authorization: null, certificate: null, key: null };

/** A failed login is not tried again for this long: dozens of requests may ask at the same moment. */
const FAILURE_HOLD_MS = 5000;

/** A credential that never changes. */
export function fixedCredential(identity: Identity): Credential {
  return { identity: async () => identity, refresh: async () => false };
}

/**
 * A credential that is read when first needed, kept until its time, and read once for any number of waiting requests.
 *
 * @param read reads it anew (a file, a plugin, a login provider)
 * @param keepOnError whether an old identity is better than none when reading fails (files that are being rotated)
 */
export function renewedCredential(
  read: (previous: Identity | null) => Promise<Lease>,
  clock: Clock,
  keepOnError: boolean,
): Credential {
  let lease: Lease | null = null;
  let reading: Promise<Lease> | null = null;
  let failure: { readonly error: unknown; readonly until: number } | null = null;

  const readOnce = (): Promise<Lease> => {
    if (reading !== null) return reading;
    if (failure !== null && clock.now() < failure.until) return Promise.reject(asError(failure.error));
    reading = read(lease?.identity ?? null)
      .then(
        (fresh) => {
          failure = null;
          lease = fresh;
          return fresh;
        },
        (error: unknown) => {
          failure = { error, until: clock.now() + FAILURE_HOLD_MS };
          throw asError(error);
        },
      )
      .finally(() => {
        reading = null;
      });
    return reading;
  };

  return {
    async identity() {
      const held = lease;
      if (held !== null && (held.renewAt === null || clock.now() < held.renewAt)) return held.identity;
      try {
        return (await readOnce()).identity;
      } catch (error) {
        if (keepOnError && held !== null) return held.identity;
        throw error;
      }
    },
    async refresh(refused) {
      if (lease !== null && lease.identity !== refused) return true;
      try {
        const { identity } = await readOnce();
        return !sameIdentity(identity, refused);
      } catch {
        return false;
      }
    },
  };
}

/** One credential for the header and one for the client certificate. */
export function combinedCredential(header: Credential, certificate: Credential): Credential {
  let last: { header: Identity; certificate: Identity; both: Identity } | null = null;
  return {
    async identity() {
      const [one, other] = await Promise.all([header.identity(), certificate.identity()]);
      if (last === null || last.header !== one || last.certificate !== other) {
        last = {
          header: one,
          certificate: other,
          both: { authorization: one.authorization, certificate: other.certificate, key: other.key },
        };
      }
      return last.both;
    },
    async refresh(refused) {
      const used = last;
      if (used === null || used.both !== refused) return true;
      const refreshed = await Promise.all([header.refresh(used.header), certificate.refresh(used.certificate)]);
      return refreshed.includes(true);
    },
  };
}

function sameIdentity(a: Identity, b: Identity): boolean {
  return a.authorization === b.authorization && a.certificate === b.certificate && a.key === b.key;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(reasonOf(error));
}
