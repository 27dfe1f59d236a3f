import { describe, expect, it } from 'vitest';
import { ask, parse, PARTIAL, PARTIAL_LIST, TABLE } from './demo-client.ts';
import { pod, secret, serve } from './running-server.ts';

const PODS = '/api/v1/pods';

async function withPods(count: number) {
  const server = await serve();
  server.store.load(
    Array.from({ length: count }, (_, index) => pod(`pod-${index}`, index % 2 === 0 ? 'shop' : 'data')),
  );
  return server;
}

describe('lists', () => {
  it('pages through one snapshot although objects change meanwhile', async () => {
    const server = await withPods(7);
    const first = parse(await ask(`${server.url}${PODS}?limit=3`));
    expect(first.metadata.remainingItemCount).toBe(4);
    server.store.delete('v1', 'Pod', 'shop', 'pod-6');
    server.store.apply(pod('zz', 'shop'));
    const names = first.items.map((item) => item.metadata.name);
    let next = first.metadata.continue;
    while (next !== undefined) {
      const page = parse(await ask(`${server.url}${PODS}?limit=3&continue=${next}`));
      expect(page.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      names.push(...page.items.map((item) => item.metadata.name));
      next = page.metadata.continue;
    }
    expect(names.toSorted()).toEqual(['pod-0', 'pod-1', 'pod-2', 'pod-3', 'pod-4', 'pod-5', 'pod-6']);
  });

  it('answers a compacted continue token with 410 and a token that ends the list inconsistently', async () => {
    const server = await withPods(5);
    const first = parse(await ask(`${server.url}${PODS}?limit=2`));
    server.store.apply(pod('zz', 'shop'));
    server.store.compact();
    const gone = await ask(`${server.url}${PODS}?limit=2&continue=${first.metadata.continue}`);
    expect(gone.code).toBe(410);
    expect(parse(gone)).toMatchObject({ kind: 'Status', reason: 'Expired', code: 410 });
    const rest = parse(await ask(`${server.url}${PODS}?continue=${parse(gone).metadata.continue}`));
    expect(rest.items.map((item) => item.metadata.name)).toEqual(['pod-0', 'pod-2', 'pod-4', 'zz']);
    expect(rest.metadata.resourceVersion).toBe(String(server.store.resourceVersion));
  });

  it('orders by namespace and name, and keeps namespaces apart', async () => {
    const server = await withPods(4);
    server.store.apply(pod('other', 'shop-2'));
    const inShop = parse(await ask(`${server.url}/api/v1/namespaces/shop/pods?limit=1`));
    expect(inShop.items.map((item) => item.metadata.name)).toEqual(['pod-0']);
    expect(inShop.metadata.remainingItemCount).toBe(1);
    const rest = parse(await ask(`${server.url}/api/v1/namespaces/shop/pods?continue=${inShop.metadata.continue}`));
    expect(rest.items.map((item) => item.metadata.name)).toEqual(['pod-2']);
    expect(rest.metadata.continue).toBeUndefined();
  });

  it.each([
    ['labelSelector=app=pod-1', ['pod-1']],
    ['labelSelector=app in (pod-1, pod-2),app!=pod-2', ['pod-1']],
    ['labelSelector=app notin (pod-0,pod-1)', ['pod-3', 'pod-2']],
    ['labelSelector=!app', []],
    ['labelSelector=app', ['pod-1', 'pod-3', 'pod-0', 'pod-2']],
    ['fieldSelector=metadata.name=pod-3', ['pod-3']],
    ['fieldSelector=metadata.namespace==data', ['pod-1', 'pod-3']],
    ['fieldSelector=status.phase!=Running', []],
  ])('selects by %s', async (selector, names) => {
    const server = await withPods(4);
    const list = parse(await ask(`${server.url}${PODS}?${encodeURI(selector)}&limit=500`));
    expect(list.items.map((item) => item.metadata.name)).toEqual(names);
  });

  it('says nothing about remaining items where a selector is used', async () => {
    const server = await withPods(4);
    const list = parse(await ask(`${server.url}${PODS}?labelSelector=app&limit=1`));
    expect(list.metadata.continue).toBeDefined();
    expect(list.metadata.remainingItemCount).toBeUndefined();
  });

  it.each([
    ['a rubbish token', '?continue=rubbish', 400, 'BadRequest'],
    ['an unsupported field', '?fieldSelector=spec.foo=1', 400, 'BadRequest'],
    ['a selector that is none', '?labelSelector=%3D%3D%3D', 400, 'BadRequest'],
    ['a match without a version', '?resourceVersionMatch=Exact', 422, 'Invalid'],
    ['a version of the future', '?resourceVersion=99999999', 504, 'Timeout'],
    ['an exact version that is compacted', '?resourceVersion=1&resourceVersionMatch=Exact', 410, 'Expired'],
  ])('refuses %s', async (_what, query, code, reason) => {
    const server = await withPods(2);
    server.store.compact();
    const answer = await ask(`${server.url}${PODS}${query}`);
    expect(answer.code).toBe(code);
    expect(parse(answer)).toMatchObject({ kind: 'Status', reason, code });
  });

  it('ignores the limit for resourceVersion=0 and serves an exact version of the past', async () => {
    const server = await withPods(4);
    expect(parse(await ask(`${server.url}${PODS}?limit=2&resourceVersion=0`)).items).toHaveLength(4);
    const then = server.store.resourceVersion;
    server.store.apply(pod('new'));
    const query = `?resourceVersion=${then}&resourceVersionMatch=Exact`;
    expect(parse(await ask(`${server.url}${PODS}${query}`)).items).toHaveLength(4);
  });

  it('writes managedFields last in the metadata, and items of built-in kinds without kind', async () => {
    const server = await serve();
    const { metadata, ...rest } = pod('a');
    server.store.apply({ managedBy: undefined, ...rest, metadata: { managedFields: [{ manager: 'x' }], ...metadata } });
    const answer = await ask(`${server.url}${PODS}`);
    expect(answer.text).toContain(',"managedFields":[{"manager":"x"}]},"spec":');
    expect(parse(answer).items[0]?.kind).toBeUndefined();
  });
});

describe('forms', () => {
  it.each([
    ['None', null],
    ['Metadata', 'PartialObjectMetadata'],
    ['Object', 'Secret'],
  ])('lists Secrets as a Table with includeObject=%s', async (include, kind) => {
    const server = await serve();
    server.store.apply(secret('db', 'shop', 'kubernetes.io/tls'));
    const answer = await ask(`${server.url}/api/v1/secrets?includeObject=${include}`, { headers: TABLE });
    const table = parse(answer);
    expect(table).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.columnDefinitions?.map((column) => column.name)).toEqual(['Name', 'Type', 'Data', 'Age']);
    expect(table.rows[0]?.cells.slice(0, 3)).toEqual(['db', 'kubernetes.io/tls', 2]);
    expect(table.rows[0]?.object?.kind ?? null).toBe(kind);
    expect(answer.text.includes('"data"')).toBe(include === 'Object');
  });

  it('lists metadata only, without type or data', async () => {
    const server = await serve();
    server.store.apply(secret('db'));
    const answer = await ask(`${server.url}/api/v1/secrets`, { headers: PARTIAL_LIST });
    expect(parse(answer)).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata' }],
    });
    expect(answer.text).not.toContain('"type"');
    expect(answer.text).not.toContain('"data"');
  });

  it.each([
    ['PartialObjectMetadata for a list', '/api/v1/secrets', PARTIAL],
    ['PartialObjectMetadataList for an object', '/api/v1/namespaces/shop/secrets/db', PARTIAL_LIST],
    ['an unknown form', '/api/v1/secrets', { accept: 'application/json;as=Nonsense;g=meta.k8s.io;v=v1' }],
    ['protobuf alone', '/api/v1/secrets', { accept: 'application/vnd.kubernetes.protobuf' }],
  ])('refuses %s with 406', async (_what, path, headers) => {
    const server = await serve();
    server.store.apply(secret('db'));
    expect((await ask(server.url + path, { headers })).code).toBe(406);
  });

  it('falls back to plain JSON where the client allows it', async () => {
    const server = await serve();
    const accept =
      'application/vnd.kubernetes.protobuf,application/json;as=Nonsense;g=meta.k8s.io;v=v1,application/json';
    expect(parse(await ask(`${server.url}/api/v1/secrets`, { headers: { accept } })).kind).toBe('SecretList');
  });

  it('gets one object in every form, and 404 where there is none', async () => {
    const server = await serve();
    server.store.apply(secret('db'));
    const url = `${server.url}/api/v1/namespaces/shop/secrets/db`;
    expect(parse(await ask(url)).kind).toBe('Secret');
    expect(parse(await ask(url, { headers: PARTIAL })).kind).toBe('PartialObjectMetadata');
    expect(parse(await ask(url, { headers: TABLE })).kind).toBe('Table');
    const missing = await ask(`${url}x`);
    expect(parse(missing)).toMatchObject({ code: 404, reason: 'NotFound', message: 'secrets "dbx" not found' });
  });

  it.each([
    ['compresses a large body', 200, 'gzip'],
    ['leaves a small body alone', 2, undefined],
  ])('%s for a client that accepts gzip', async (_what, pods, encoding) => {
    const server = await serve();
    const padding = { annotations: { padding: 'x'.repeat(1000) } };
    for (let index = 0; index < pods; index += 1) {
      const one = pod(`p-${index}`);
      server.store.apply({ ...one, metadata: { ...one.metadata, ...padding } });
    }
    const answer = await ask(`${server.url}${PODS}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(parse(answer).items).toHaveLength(pods);
    expect((await ask(`${server.url}${PODS}`)).headers['content-encoding']).toBeUndefined();
  });
});
