import { describe, expect, it } from 'vitest';
import { dataAge } from '../../../src/analyses/secrets/secret-age.ts';
import { ownKind, rotatorOf } from '../../../src/analyses/secrets/secret-origin.ts';
import { object } from '../../objects.ts';

const CREATED = '2024-01-01T00:00:00Z';

function secret(metadata: Record<string, unknown>, more: Record<string, unknown> = {}): ReturnType<typeof make> {
  return make(metadata, more);
}

function make(metadata: Record<string, unknown>, more: Record<string, unknown>) {
  return object('Secret', {
    metadata: { name: 'db', namespace: 'shop', creationTimestamp: CREATED, ...metadata },
    type: 'Opaque',
    ...more,
  });
}

function entry(time: string, fields: Record<string, unknown>): Record<string, unknown> {
  return { manager: 'm', operation: 'Update', time, fieldsType: 'FieldsV1', fieldsV1: fields };
}

const DATA = { 'f:data': { 'f:password': {} } };
const LABELS = { 'f:metadata': { 'f:labels': {} } };

describe('the age of the data', () => {
  it('is the newest write by whoever owns data fields', () => {
    const managedFields = [
      entry('2025-01-01T00:00:00Z', DATA),
      entry('2025-06-01T00:00:00Z', DATA),
      entry('2026-01-01T00:00:00Z', LABELS),
    ];
    expect(dataAge(secret({ managedFields }))).toEqual({
      basis: 'at-least',
      since: Date.parse('2025-06-01T00:00:00Z'),
    });
  });

  it('is exact where the Secret is immutable', () => {
    const managedFields = [entry('2026-01-01T00:00:00Z', DATA)];
    expect(dataAge(secret({ managedFields }, { immutable: true }))).toEqual({
      basis: 'exactly',
      since: Date.parse(CREATED),
    });
  });

  it('is unknown where no manager owns data, however old the object is', () => {
    const unknown = { basis: 'unknown', created: Date.parse(CREATED) };
    expect(dataAge(secret({}))).toEqual(unknown);
    expect(dataAge(secret({ managedFields: [entry('2026-01-01T00:00:00Z', LABELS)] }))).toEqual(unknown);
  });
});

describe('whose a Secret is', () => {
  it.each([
    [{ ownerReferences: [{ apiVersion: 'e/v1', kind: 'ExternalSecret', name: 'x', uid: 'u' }] }, 'External Secrets'],
    [{ labels: { 'secrets-store.csi.k8s.io/managed': 'true' } }, 'Secrets Store CSI'],
    [{ annotations: { 'cert-manager.io/certificate-name': 'web' } }, 'cert-manager'],
    [{ labels: { 'app.kubernetes.io/managed-by': 'hashicorp-vso' } }, 'Vault'],
    [{ ownerReferences: [{ apiVersion: 'b/v1', kind: 'SealedSecret', name: 'x', uid: 'u' }] }, 'Sealed Secrets'],
    [{ labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, null],
  ])('%j is rotated by %s', (metadata, expected) => {
    expect(rotatorOf(secret(metadata))).toBe(expected);
  });

  it('leaves what Kubernetes and tools make for themselves out', () => {
    expect(ownKind(secret({}, { type: 'helm.sh/release.v1' }))).toBe('helm-release');
    expect(ownKind(secret({}, { type: 'bootstrap.kubernetes.io/token' }))).toBe('bootstrap-token');
    expect(ownKind(secret({ labels: { 'argocd.argoproj.io/secret-type': 'cluster' } }))).toBe('tool');
    expect(ownKind(secret({}, { type: 'kubernetes.io/tls' }))).toBeUndefined();
  });
});
