import { expect, test } from 'vitest';
import { pullsWithSecret } from '../../../src/analyses/secrets/private-images.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { pod } from '../../objects.ts';

test('who asks about a repository is not asked again where another one becomes private', () => {
  const view = new StoreView(new ClusterStore(), 0);
  const runs = (name: string, image: string): void => {
    const spec = { containers: [{ name: 'main', image }], imagePullSecrets: [{ name: 'registry' }] };
    view.apply([{ type: 'upsert', object: pod(name, { namespace: 'shop', spec }) }]);
  };
  const asked: (string | undefined)[] = [];
  const ask = (): void => {
    view.graph.settle(
      () => undefined,
      () => false,
    );
    view.derive('asker', '', (inner) => asked.push(pullsWithSecret(inner, 'registry.example/web')));
  };
  runs('db', 'registry.example/db:1');
  ask();
  runs('cache', 'registry.example/cache:1');
  ask();
  expect(asked).toEqual([undefined]);
  runs('web', 'registry.example/web:1');
  ask();
  expect(asked).toEqual([undefined, 'Pod shop/web']);
});
