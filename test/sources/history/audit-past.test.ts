import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Doubt, Observation } from '../../../src/model/observation.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { createAuditPastReader } from '../../../src/sources/history/audit-past.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { lines, rawEvent } from '../audit/raw-events.ts';

async function told(parts: Record<string, unknown>): Promise<readonly (Observation | Doubt)[]> {
  const read = createAuditPastReader(createSlimmer());
  const found: (Observation | Doubt)[] = [];
  await readAuditLog(['-'], {
    stdin: Readable.from(lines([rawEvent(parts)])),
    onEvents: () => undefined,
    onRaw: (event, raw) => {
      const { observations, doubt } = read(event, raw);
      found.push(...observations, ...(doubt === null ? [] : [doubt]));
    },
  });
  return found;
}

/** The API server names a namespace that is asked about as the namespace of the request, too. */
const SHOP = { resource: 'namespaces', namespace: 'shop', name: 'shop' };

function namespace(metadata: Record<string, unknown> = {}, finalizers: readonly string[] = ['kubernetes']): unknown {
  return { kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'a' }, ...metadata }, spec: { finalizers } };
}

const DELETED = { deletionTimestamp: '2026-11-23T10:00:00Z' };

describe('what audit events tell of namespaces', () => {
  it.each([
    ['its labels', { verb: 'patch' }, namespace(), 'content', 'written'],
    ['that it is kept until it is empty', { verb: 'delete' }, namespace(DELETED), 'content', 'written'],
    [
      'that its last finalizer goes',
      { verb: 'update', subresource: 'finalize' },
      namespace(DELETED, []),
      'gone',
      'deleted',
    ],
    ['that one finalizer goes', { verb: 'update', subresource: 'finalize' }, namespace(DELETED), 'content', 'written'],
  ] as const)('%s', async (_what, { verb, ...rest }, body, type, change) => {
    const [one, ...others] = await told({ verb, objectRef: { ...SHOP, ...rest }, responseObject: body });
    expect(others).toEqual([]);
    expect(one).toMatchObject({ kind: 'Namespace', namespace: '', name: 'shop', type, change });
    expect((one as Observation).object).toMatchObject({ namespace: '', name: 'shop', labels: { team: 'a' } });
  });

  it.each([
    ['patch', undefined, 'exists'],
    ['delete', undefined, 'unsure'],
    ['update', 'finalize', 'unsure'],
  ])('%s %s without a body: %s', async (verb, subresource, type) => {
    const [one] = await told({ verb, objectRef: { ...SHOP, subresource } });
    expect(one).toMatchObject({ kind: 'Namespace', namespace: '', name: 'shop', type, object: null });
  });
});

describe('what audit events tell of policies', () => {
  const spec = { podSelector: {}, policyTypes: ['Ingress'] };

  it('takes a NetworkPolicy from the request where there is no answer', async () => {
    const objectRef = { resource: 'networkpolicies', apiGroup: 'networking.k8s.io', namespace: 'shop', name: 'a' };
    const requestObject = { kind: 'NetworkPolicy', metadata: { name: 'a' }, spec };
    const [one] = await told({ verb: 'create', objectRef, requestObject });
    expect(one).toMatchObject({
      kind: 'NetworkPolicy',
      namespace: 'shop',
      name: 'a',
      type: 'content',
      change: 'created',
    });
    expect((one as Observation).object).toMatchObject({ namespace: 'shop', policyTypes: ['Ingress'] });
  });

  it("knows Calico's by the group of its own server, and of the definitions below it", async () => {
    for (const apiGroup of ['projectcalico.org', 'crd.projectcalico.org']) {
      const objectRef = { resource: 'networkpolicies', apiGroup, namespace: 'shop', name: 'a' };
      const responseObject = { kind: 'NetworkPolicy', metadata: { name: 'a', namespace: 'shop' }, spec: { order: 1 } };
      const [one] = await told({ verb: 'update', objectRef, responseObject });
      expect(one).toMatchObject({ kind: 'CalicoNetworkPolicy', type: 'content', object: { specs: [{ order: 1 }] } });
    }
  });
});
