import { encryption } from '../../analyses/secrets/encryption.ts';
import { dataAge, daysBetween } from '../../analyses/secrets/secret-age.ts';
import { readerCount } from '../../analyses/secrets/secret-readers.ts';
import { secretUses } from '../../analyses/secrets/secret-uses.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface SecretItem {
  readonly namespace: string;
  readonly name: string;
  readonly type: string | null;
  readonly keys: number | null;
  /** `exactlyDays` for immutable Secrets; nothing but the basis where the age is unknown. */
  readonly dataAge: {
    readonly atLeastDays?: number;
    readonly exactlyDays?: number;
    readonly basis: 'managedFields' | 'immutable' | 'unknown';
  };
  readonly encryption: 'yes' | 'no' | 'unknown';
  readonly usedBy: readonly { readonly kind: string; readonly namespace: string | null; readonly name: string }[];
  /** Subjects that bindings let read it; null where that could not be evaluated. */
  readonly readers: number | null;
}

/** The `secrets` field of the report: every Secret known, never a value. */
export function secretsSection(view: ClusterView): { readonly items: Iterable<SecretItem> } {
  return { items: items(view) };
}

function* items(view: ClusterView): Generator<SecretItem> {
  const { status } = encryption(view);
  for (const namespace of view.namespaces('Secret')) {
    const uses = secretUses(view, namespace);
    for (const secret of view.list('Secret', namespace)) {
      yield {
        namespace,
        name: secret.name,
        type: secret.type,
        keys: secret.keyCount ?? secret.keys?.length ?? null,
        dataAge: ageOf(secret, view.now),
        encryption: status,
        usedBy: distinct((uses.get(secret.name) ?? []).map((use) => use.by)),
        readers: readerCount(view, namespace, secret.name),
      };
    }
  }
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

function distinct(refs: readonly ObjectRef[]): SecretItem['usedBy'] {
  const byKey = new Map(refs.map((ref) => [`${ref.kind}/${ref.namespace ?? ''}/${ref.name}`, ref]));
  return [...byKey.values()].map(({ kind, namespace, name }) => ({ kind, namespace, name }));
}
