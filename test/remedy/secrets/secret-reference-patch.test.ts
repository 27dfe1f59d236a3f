import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/model/objects.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { object } from '../../objects.ts';
import { judged } from '../../report/judged.ts';

const VALUE = 'k7Qz!pW2vX9m';

function workload(kind: 'Deployment' | 'StatefulSet', env: Readonly<Record<string, readonly string[]>>): KubeObject {
  return object(kind, {
    metadata: { name: 'cart', namespace: 'shop', uid: kind },
    spec: {
      selector: { matchLabels: { app: 'cart' } },
      template: {
        metadata: { labels: { app: 'cart' } },
        spec: {
          containers: Object.entries(env).map(([name, keys]) => ({
            name,
            image: 'registry.example/cart:1',
            env: keys.map((key) => ({ name: key, value: VALUE })),
          })),
        },
      },
    },
  });
}

/** The patches of all findings of credentials in workloads, in the order of their ids. */
function patches(objects: readonly KubeObject[]): readonly BuiltRemedy[] {
  const { engine } = judged(objects);
  return [...engine.findings.values()]
    .filter((one) => one.rule === 'secrets/credential-in-configuration')
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((finding) => buildRemedies(engine, finding))
    .filter((one) => one.id === 'secrets/secret-reference-patch');
}

const written = (key: string, manager: string): string =>
  `kubectl -n shop create secret generic cart-credentials --from-file=${key}=/dev/stdin --dry-run=client -o yaml | kubectl apply --server-side --field-manager=${manager} -f -`;

describe('a reference to a Secret in place of a literal', () => {
  it('adds its key to a Secret that another one made, and leaves the keys that are there', () => {
    const made = patches([workload('Deployment', { main: ['AMQP_URL_PASSWORD', 'DB_PASSWORD'] })]);
    expect(made.map(({ commands }) => commands[0])).toEqual([
      written('AMQP_URL_PASSWORD', 'k8sec.deployment.AMQP_URL_PASSWORD'),
      written('DB_PASSWORD', 'k8sec.deployment.DB_PASSWORD'),
    ]);
  });

  it('adds it to a Secret that is there too', () => {
    const there = object('Secret', { metadata: { name: 'cart-credentials', namespace: 'shop', uid: 's' } });
    const [made] = patches([workload('Deployment', { main: ['DB_PASSWORD'] }), there]);
    expect(made?.commands[0]).toBe(written('DB_PASSWORD', 'k8sec.deployment.DB_PASSWORD'));
    expect(made?.note).toContain('cart-credentials is there already');
  });

  it('is refused where that Secret takes no key: it is immutable, or a tool writes it anew', () => {
    const metadata = { name: 'cart-credentials', namespace: 'shop', uid: 's' };
    const refusal = (secret: KubeObject): string | null | undefined =>
      patches([workload('Deployment', { main: ['DB_PASSWORD'] }), secret])[0]?.refused;
    expect(refusal(object('Secret', { metadata, immutable: true }))).toBe(
      'Secret cart-credentials is there and immutable: refer to one of another name.',
    );
    const annotations = { 'cert-manager.io/certificate-name': 'cart' };
    expect(refusal(object('Secret', { metadata: { ...metadata, annotations } }))).toBe(
      'cert-manager writes Secret cart-credentials: add the key where cert-manager reads it, or refer to one of another name.',
    );
  });

  it('does not take the value of another workload of the name: the manager of the field is another one', () => {
    const made = patches([
      workload('Deployment', { main: ['DB_PASSWORD'] }),
      workload('StatefulSet', { main: ['DB_PASSWORD'] }),
    ]);
    expect(made.map(({ commands }) => commands[0])).toEqual([
      written('DB_PASSWORD', 'k8sec.deployment.DB_PASSWORD'),
      written('DB_PASSWORD', 'k8sec.statefulset.DB_PASSWORD'),
    ]);
  });

  it('has a key for each of two containers that have a variable of one name', () => {
    const made = patches([workload('Deployment', { main: ['DB_PASSWORD'], proxy: ['DB_PASSWORD', 'API_TOKEN'] })]);
    const keys = made.map(({ yaml }) => /key: (.*)/.exec(yaml)?.[1]);
    expect(keys).toEqual(['main.DB_PASSWORD', 'API_TOKEN', 'proxy.DB_PASSWORD']);
    expect(made[0]?.commands[0]).toBe(written('main.DB_PASSWORD', 'k8sec.deployment.main.DB_PASSWORD'));
  });
});
