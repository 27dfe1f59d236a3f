import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findHosts, portFromSibling } from '../../src/kube/host-reference.ts';

function hosts(value: string, key = ''): string[] {
  return findHosts(value, key).map(({ host, port }) => (port === null ? host : `${host}:${port}`));
}

describe('findHosts', () => {
  test.each([
    ['postgres.data:5432', '', ['postgres.data:5432']],
    ['http://cart', '', ['cart:80']],
    ['https://cart.shop.svc.cluster.local/x?y=1', '', ['cart.shop.svc.cluster.local:443']],
    ['postgres://user:p%40ss@postgres.data/app', '', ['postgres.data:5432']],
    ['jdbc:postgresql://db.data:6432/app', '', ['db.data:6432']],
    ['mongodb://m-0.m:27017,m-1.m:27018/db', '', ['m-0.m:27017', 'm-1.m:27018']],
    ['kafka-0.kafka:9092,kafka-1.kafka:9092', '', ['kafka-0.kafka:9092', 'kafka-1.kafka:9092']],
    ['app:@tcp(mysql.data:3306)/shop', '', ['mysql.data:3306']],
    ['host=pg.data port=5432 user=x', '', ['pg.data']],
    ['redis-master', 'REDIS_HOST', ['redis-master']],
    ['redis-master', 'redisHost', ['redis-master']],
    ['redis-master', 'MODE', []],
    // psql, pg_dump, mysql and redis-cli name their server so.
    ['redis-master', 'h', ['redis-master']],
    ['exec psql -h db -U app', '', ['db']],
    ['redis-cli -p 6380 -h  cache.data ping', '', ['cache.data']],
    ['df -h /data', '', []],
    ['tool --no-h db', '', []],
    ['cart.shop', 'UPSTREAM_NAME', ['cart.shop']],
    ['10.0.0.7:6379', '', ['10.0.0.7:6379']],
    ['[fd00::7]:6379', '', ['fd00::7:6379']],
    ['10.0.0.7', 'X', ['10.0.0.7']],
    ['Cart.Shop.svc.', '', ['cart.shop.svc']],
    [
      'server:\n  redis: redis.cache.svc:6379\n  url: "http://api.shop:8080/v1"\n',
      '',
      ['api.shop:8080', 'redis.cache.svc:6379'],
    ],
  ] as const)('%j under %j names %j', (value, key, expected) => expect(hosts(value, key)).toEqual(expected));

  test.each([
    '12:30',
    'true',
    'localhost:8080',
    '0.0.0.0:9090',
    ':8080',
    '$(CART_HOST):8080',
    'http://${HOST}/x',
    'app.properties',
    'config.yaml',
    '1.2.3',
    'v1.27.3',
    'com.example.shop.Main',
    '300.1.1.1:80',
    'cart:99999',
    'a',
  ])('%j names no host', (value) => expect(hosts(value)).toEqual([]));

  test('a password in a URL is no host', () => {
    expect(JSON.stringify(findHosts('amqp://guest:hunter2:5672@mq.data'))).not.toContain('hunter2');
  });

  test('any text: only host characters come out, and ports in range', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (value, key) => {
        for (const { host, port } of findHosts(value, key)) {
          expect(host).toMatch(/^[a-z0-9._:-]+$/);
          expect(port === null || (port >= 1 && port <= 65_535)).toBe(true);
        }
      }),
    );
  });
});

test('a sibling variable gives the port', () => {
  const env = new Map([
    ['DB_PORT', '5432'],
    ['CACHE_ADDR_PORT', '6379'],
    ['BAD_PORT', 'many'],
  ]);
  expect(portFromSibling('DB_HOST', env)).toBe(5432);
  expect(portFromSibling('CACHE_ADDR', env)).toBe(6379);
  expect(portFromSibling('BAD_HOST', env)).toBeNull();
  expect(portFromSibling('DB_NAME', env)).toBeNull();
});
