import { describe, expect, it } from 'vitest';
import { pastObject, samePast } from '../../src/kube/past-object.ts';
import type { PastObject } from '../../src/model/observation.ts';
import { object, pod } from '../objects.ts';

function policy(spec: Record<string, unknown>): PastObject {
  return object('NetworkPolicy', { metadata: { name: 'a', namespace: 'shop' }, spec });
}

describe('the past of an object', () => {
  it('is the same policy before and after the API server filled in its defaults', () => {
    const asked = policy({
      podSelector: { matchLabels: { b: '1', a: '2' } },
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }],
    });
    const stored = policy({
      podSelector: { matchLabels: { a: '2', b: '1' } },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: 5432 }], from: [{ podSelector: {} }] }],
    });
    expect(samePast(asked, stored)).toBe(true);
  });

  it.each([
    [{ podSelector: {} }, { podSelector: {}, policyTypes: ['Egress'] }],
    [{ podSelector: {} }, { podSelector: {}, ingress: [{}] }],
    [
      { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
      { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] },
    ],
    [
      { podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] },
      { podSelector: {}, ingress: [{ ports: [{ port: 1, endPort: 2 }] }] },
    ],
    [
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] },
      { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] },
    ],
  ])('is another policy where it says something else: %j, %j', (one, other) => {
    expect(samePast(policy(one), policy(other))).toBe(false);
  });

  it('is another namespace where a label differs, and another policy of a plugin where its spec does', () => {
    const namespace = (team: string): PastObject => object('Namespace', { metadata: { name: 'a', labels: { team } } });
    expect(samePast(namespace('x'), namespace('x'))).toBe(true);
    expect(samePast(namespace('x'), namespace('y'))).toBe(false);
    const cilium = (spec: unknown): PastObject => object('CiliumNetworkPolicy', { metadata: { name: 'a' }, spec });
    expect(samePast(cilium({ ingress: [], egress: [] }), cilium({ egress: [], ingress: [] }))).toBe(true);
    expect(samePast(cilium({ ingress: [] }), cilium({ ingress: [{}] }))).toBe(false);
  });

  it('keeps the ports of a pod, by which policies name them', () => {
    const ports = [{ name: 'pg', containerPort: 5432 }];
    const kept = pastObject(pod('db', { spec: { containers: [{ name: 'c', image: 'x', ports }] } }));
    expect(kept).toMatchObject({ spec: { containers: [{ ports: [{ name: 'pg', containerPort: 5432 }] }] } });
  });
});
