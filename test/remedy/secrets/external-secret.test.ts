import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1beta1';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/model/objects.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import type { Manifest } from '../../../src/remedy/remedy.ts';
import { object } from '../../objects.ts';
import { judged, type Judged } from '../../report/judged.ts';

const VALUE = 'k7Qz!pW2vX9m';
const ID = 'secrets/external-secret';
const PATH = 'REPLACE-WITH-THE-PATH-IN-THE-STORE';

const cart = object('Deployment', {
  metadata: { name: 'cart', namespace: 'shop', uid: 'd' },
  spec: {
    selector: { matchLabels: { app: 'cart' } },
    template: {
      metadata: { labels: { app: 'cart' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'registry.example/cart:1',
            env: [{ name: 'DB_PASSWORD', value: VALUE }],
            args: [`--api-token=${VALUE}`],
          },
        ],
      },
    },
  },
});

const settings = object('ConfigMap', {
  metadata: { name: 'settings', namespace: 'shop', uid: 'c' },
  data: { DB_PASSWORD: VALUE },
});

function secret(fields: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): KubeObject {
  const fieldsV1 = { 'f:data': { 'f:password': {}, 'f:user': {} } };
  const managedFields = [{ manager: 'kubectl', operation: 'Update', time: '2024-01-01T00:00:00Z', fieldsV1 }];
  return object('Secret', {
    metadata: { name: 'pg', namespace: 'shop', uid: 's', managedFields, ...metadata },
    type: 'Opaque',
    ...fields,
  });
}

const store = (kind: 'SecretStore' | 'ClusterSecretStore', name: string, namespace?: string): KubeObject =>
  object(kind, { metadata: { name, namespace, uid: `${kind}-${name}` }, spec: { provider: {} } });

/** The remedy of the first finding of a rule; undefined where it names none. */
function remedy(rule: string, objects: readonly KubeObject[], given: Judged = {}): BuiltRemedy | undefined {
  const { engine } = judged(objects, given);
  const finding = [...engine.findings.values()].find((one) => one.rule === `secrets/${rule}`);
  if (finding === undefined) throw new Error(`no finding of ${rule}`);
  return buildRemedies(engine, finding).find((one) => one.id === ID);
}

const served = (version: string): Judged => ({
  coverage: [{ kind: 'ExternalSecret', apiVersion: `external-secrets.io/${version}` }],
});

const keysUnknown = secret(
  {},
  { managedFields: [{ manager: 'm', operation: 'Update', time: '2024-01-01T00:00:00Z', fieldsV1: { 'f:data': {} } }] },
);

/** What the operator's definition of v1beta1 (release 0.8) refuses of a manifest; empty where it is valid. */
function refusal(manifest: Manifest): string {
  try {
    new ExternalSecret(manifest).validate();
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('an ExternalSecret', () => {
  it('for what stands in a workload names every place, the Secret of the reference patch, and no value', () => {
    const built = remedy('credential-in-configuration', [cart, store('SecretStore', 'vault', 'shop')]);
    expect(built?.manifests).toEqual([
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { namespace: 'shop', name: 'cart-credentials' },
        spec: {
          refreshInterval: '1h',
          secretStoreRef: { kind: 'SecretStore', name: 'vault' },
          target: { name: 'cart-credentials', creationPolicy: 'Owner' },
          data: [
            { secretKey: 'DB_PASSWORD', remoteRef: { key: PATH, property: 'DB_PASSWORD' } },
            { secretKey: 'api-token', remoteRef: { key: PATH, property: 'api-token' } },
          ],
        },
      },
    ]);
    expect(built?.safety).toBe('review');
    expect(JSON.stringify(built)).not.toContain(VALUE);
    expect(built?.effects).toContainEqual(expect.stringMatching(/this finding stays$/));
  });

  it('for what stands in a ConfigMap', () => {
    const [manifest] = remedy('credential-in-config-map', [settings])?.manifests ?? [];
    expect(manifest).toMatchObject({
      metadata: { namespace: 'shop', name: 'settings-credentials' },
      spec: { data: [{ secretKey: 'DB_PASSWORD' }] },
    });
  });

  it('for a Secret that nobody rotates is merged into it', () => {
    const [manifest] = remedy('stale', [secret()])?.manifests ?? [];
    expect(manifest).toMatchObject({
      metadata: { namespace: 'shop', name: 'pg' },
      spec: {
        target: { name: 'pg', creationPolicy: 'Merge' },
        data: [{ secretKey: 'password' }, { secretKey: 'user' }],
      },
    });
  });

  it('of a Secret whose keys are not known takes all that the store holds', () => {
    const [manifest] = remedy('stale', [keysUnknown])?.manifests ?? [];
    expect(manifest?.['spec']).toMatchObject({ dataFrom: [{ extract: { key: PATH } }] });
    expect(manifest?.['spec']).not.toHaveProperty('data');
  });

  it.each(['v1', 'v1beta1'])('is written in the version that the cluster serves: %s', (version) => {
    const [manifest] = remedy('credential-in-config-map', [settings], served(version))?.manifests ?? [];
    expect(manifest?.['apiVersion']).toBe(`external-secrets.io/${version}`);
  });

  it.each<readonly [string, readonly KubeObject[]]>([
    ['credential-in-configuration', [cart]],
    ['credential-in-config-map', [settings]],
    ['stale', [secret()]],
    ['stale', [keysUnknown]],
  ])("for %s keeps to the operator's own definition", (rule, objects) => {
    const [manifest = {}] = remedy(rule, objects, served('v1beta1'))?.manifests ?? [];
    expect(manifest['kind']).toBe('ExternalSecret');
    expect(refusal(manifest)).toBe('');
    const wrong = JSON.stringify(manifest).replaceAll('"key"', '"path"');
    expect(refusal(JSON.parse(wrong) as Manifest)).toContain('must have required property key');
  });

  it('says so where files do not tell the version', () => {
    const built = remedy('credential-in-config-map', [settings], { facts: { source: 'files', complete: false } });
    expect(built?.yaml).toContain('apiVersion: external-secrets.io/v1 # which version the cluster serves is not known');
  });

  it.each<readonly [string, readonly KubeObject[], string, string]>([
    ['none', [], 'replace-with-the-store', 'no store was found: name yours'],
    [
      'one of another namespace',
      [store('SecretStore', 'other', 'data')],
      'replace-with-the-store',
      'no store was found',
    ],
    ['one of the cluster', [store('ClusterSecretStore', 'aws')], 'aws', 'a store of the cluster; see that it admits'],
    [
      'several',
      [store('SecretStore', 'a', 'shop'), store('SecretStore', 'b', 'shop'), store('ClusterSecretStore', 'aws')],
      'a',
      'the store of this namespace; there are also b',
    ],
  ])('names a store: %s', (_name, stores, name, why) => {
    const built = remedy('credential-in-config-map', [settings, ...stores]);
    expect(built?.manifests[0]).toMatchObject({ spec: { secretStoreRef: { name } } });
    expect(built?.yaml).toContain(why);
  });

  it('says where stores could not be read', () => {
    const coverage: Judged['coverage'] = [{ kind: 'SecretStore', status: 'denied', reason: 'forbidden' }];
    expect(remedy('credential-in-config-map', [settings], { coverage })?.yaml).toContain(
      'stores could not be read (SecretStore): name yours',
    );
  });

  it('is not offered where the operator is not, nor for what a tool writes already', () => {
    const absent: Judged = { coverage: [{ kind: 'ExternalSecret', status: 'absent' }] };
    expect(remedy('credential-in-config-map', [settings], absent)).toBeUndefined();
    expect(remedy('credential-in-configuration', [cart], absent)).toBeUndefined();
    expect(remedy('stale', [secret()], absent)).toBeUndefined();
    expect(remedy('stale', [secret()], { facts: { source: 'files', complete: false } })).toBeUndefined();
    const byVault = secret({}, { labels: { 'secrets.hashicorp.com/vso-ownerRefUID': 'u' } });
    expect(remedy('stale', [byVault])).toBeUndefined();
  });

  it('is refused where it is there already, and for what nothing can write to', () => {
    const there = object('ExternalSecret', {
      metadata: { name: 'settings-credentials', namespace: 'shop', uid: 'e' },
      spec: {},
    });
    expect(remedy('credential-in-config-map', [settings, there])?.refused).toBe(
      'ExternalSecret shop/settings-credentials is there already: add the keys to it.',
    );
    const taken = object('Secret', {
      metadata: { name: 'settings-credentials', namespace: 'shop', uid: 's' },
      immutable: true,
    });
    expect(remedy('credential-in-config-map', [settings, taken])?.refused).toBe(
      'Secret settings-credentials is there and immutable: nothing can write new data to it.',
    );
    const fixed = secret({ immutable: true }, { creationTimestamp: '2024-01-01T00:00:00Z' });
    expect(remedy('stale', [fixed])?.refused).toBe('It is immutable: nothing can write new data to it.');
  });
});
