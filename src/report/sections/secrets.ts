import { dayText } from '../../kube/age.ts';
import { encryption } from '../../analyses/secrets/encryption.ts';
import { rotationDue } from '../../analyses/secrets/rotation-due.ts';
import { rotationSchedule } from '../../analyses/secrets/rotation-schedule.ts';
import { certificateOf } from '../../analyses/secrets/certificates.ts';
import { dataAge, daysBetween } from '../../analyses/secrets/secret-age.ts';
import { rotatorOf } from '../../analyses/secrets/secret-origin.ts';
import { readerCount, secretReaders, type SecretReader } from '../../analyses/secrets/secret-readers.ts';
import { secretReadings } from '../../analyses/secrets/secret-readings.ts';
import { escapesByNode, escapesTo, type NodeEscape } from '../../analyses/secrets/secret-escapes.ts';
import { secretNodes, type HoldingNode } from '../../analyses/secrets/secret-nodes.ts';
import { secretUses, usersOf } from '../../analyses/secrets/secret-uses.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { capped, type Capped } from './capped.ts';

export interface SecretItem {
  readonly namespace: string;
  readonly name: string;
  readonly type: string | null;
  readonly keys: number | null;
  /** null where no manager tells them. */
  readonly keyNames: readonly string[] | null;
  /** null where it was not read. */
  readonly immutable: boolean | null;
  /** `exactlyDays` for immutable Secrets; nothing but the basis where the age is unknown. */
  readonly dataAge: {
    readonly atLeastDays?: number;
    readonly exactlyDays?: number;
    readonly basis: 'managedFields' | 'immutable' | 'unknown';
  };
  /** null for Secrets that are nobody's to rotate; `due` (a day) is null where the age of the data is unknown. */
  readonly rotation: { readonly periodDays: number; readonly due: string | null } | null;
  /** The tool that renews its data; null where none is known to. */
  readonly rotatedBy: string | null;
  /** The day on which the certificate in it ends, by cert-manager, or `unknown`; null for what holds none. */
  readonly certificateEnds: string | null;
  readonly encryption: 'yes' | 'no' | 'unknown';
  readonly usedBy: readonly { readonly kind: string; readonly namespace: string | null; readonly name: string }[];
  /** The nodes on which pods have it now. */
  readonly nodes: readonly HoldingNode[];
  /** Subjects that bindings let read it; null where that could not be evaluated. */
  readonly readers: number | null;
  /** They, once for each binding that lets them; null where that could not be evaluated. */
  readonly readBy: Capped<SecretReader> | null;
  /** Workloads that run on its nodes and can escape to them; null where pods could not be read everywhere. */
  readonly escapes: Capped<Omit<NodeEscape, 'ref'>> | null;
  /** Who read it, by the audit log, the last first; null without one. */
  readonly didRead: Capped<{
    readonly username: string;
    readonly count: number;
    readonly last: string;
    readonly how: 'named' | 'listed' | 'perhaps';
  }> | null;
}

/** A Secret that has to be rotated, and what uses it. */
interface DueItem {
  readonly namespace: string;
  readonly name: string;
  /** YYYY-MM-DD, at the latest. */
  readonly due: string;
  readonly periodDays: number;
  readonly usedBy: SecretItem['usedBy'];
}

/** Secrets that Kubernetes or a tool makes for itself: they have no date, and are not called unused. */
interface LeftOut {
  readonly helmReleases: number;
  readonly bootstrapTokens: number;
  readonly serviceAccountTokens: number;
  /** Those that a tool reads through the API and finds by a label. */
  readonly readByLabel: number;
}

/** As many are listed as due next. */
export const MOST_DUE = 20;

/**
 * The `secrets` field of the report: every Secret known, never a value, those that are due (next), soonest first, and how
 * many are nobody's to rotate.
 *
 * @param isAsked the namespaces whose Secrets count
 */
export function secretsSection(
  view: ClusterView,
  isAsked: (namespace: string) => boolean = () => true,
): {
  readonly items: Iterable<SecretItem>;
  readonly dueNext: readonly DueItem[];
  readonly leftOut: LeftOut;
} {
  const { due, leftOut } = rotationSchedule(view, isAsked, MOST_DUE);
  const counts = new Map(leftOut);
  return {
    items: secretItems(view, isAsked),
    dueNext: due.map(({ namespace, name, due: at, days, usedBy }) => ({
      namespace,
      name,
      due: dayText(at),
      periodDays: days,
      usedBy: usedBy.map(named),
    })),
    leftOut: {
      helmReleases: counts.get('helm-release') ?? 0,
      bootstrapTokens: counts.get('bootstrap-token') ?? 0,
      serviceAccountTokens: counts.get('service-account-token') ?? 0,
      readByLabel: counts.get('tool') ?? 0,
    },
  };
}

/** Every Secret known of the namespaces that are asked for, never a value. */
export function* secretItems(view: ClusterView, isAsked: (namespace: string) => boolean): Generator<SecretItem> {
  const { status } = encryption(view);
  const escapesOf = escapesTold(view);
  for (const namespace of view.namespaces('Secret').filter(isAsked)) {
    const uses = secretUses(view, namespace);
    const nodes = secretNodes(view, namespace);
    for (const secret of view.list('Secret', namespace)) {
      const holding = nodes.get(secret.name) ?? [];
      yield {
        namespace,
        name: secret.name,
        type: secret.type,
        keys: secret.keyCount ?? secret.keys?.length ?? null,
        keyNames: secret.keys,
        immutable: secret.immutable,
        dataAge: ageOf(secret, view.now),
        rotation: rotationOf(view, secret),
        rotatedBy: rotatorOf(secret),
        certificateEnds: certificateEnds(view, secret),
        encryption: status,
        usedBy: usersOf(uses, secret.name).map(named),
        nodes: holding,
        readers: readerCount(view, namespace, secret.name),
        readBy: capped(secretReaders(view, namespace, secret.name)),
        escapes: escapesOf(holding),
        didRead: capped(readingsOf(view, secret)),
      };
    }
  }
}

/** Who can escape to some nodes, told once for all Secrets that are on the same. */
function escapesTold(view: ClusterView): (nodes: readonly HoldingNode[]) => SecretItem['escapes'] {
  const escapes = escapesByNode(view);
  if (escapes === null) return () => null;
  const told = new Map<string, SecretItem['escapes']>();
  return (nodes) => {
    const key = nodes.map(({ name }) => name).join(' ');
    let found = told.get(key);
    if (found === undefined) {
      found = capped(escapesTo(nodes, escapes).map(({ ref: _ref, ...one }) => one));
      told.set(key, found);
    }
    return found;
  };
}

function readingsOf(view: ClusterView, { namespace, name }: SecretObject) {
  const readings = secretReadings(view, namespace, name);
  return readings?.map((one) => ({ ...one, last: new Date(one.last).toISOString() })) ?? null;
}

function rotationOf(view: ClusterView, secret: SecretObject): SecretItem['rotation'] {
  const rotation = rotationDue(view, secret);
  if (rotation === null) return null;
  return { periodDays: rotation.days, due: rotation.due === null ? null : dayText(rotation.due) };
}

/** Only cert-manager says when a certificate ends: the one in a plain TLS Secret would have to be read. */
function certificateEnds(view: ClusterView, secret: SecretObject): SecretItem['certificateEnds'] {
  const certificate = certificateOf(view, secret);
  if (certificate !== undefined) return certificate.notAfter === null ? 'unknown' : dayText(certificate.notAfter);
  return secret.type === 'kubernetes.io/tls' ? 'unknown' : null;
}

function ageOf(secret: SecretObject, now: number): SecretItem['dataAge'] {
  const age = dataAge(secret);
  switch (age.basis) {
    case 'exactly':
      return { exactlyDays: daysBetween(age.since, now), basis: 'immutable' };
    case 'at-least':
      return { atLeastDays: daysBetween(age.since, now), basis: 'managedFields' };
    case 'unknown':
      return { basis: 'unknown' };
  }
}

function named({ kind, namespace, name }: ObjectRef): SecretItem['usedBy'][number] {
  return { kind, namespace, name };
}
