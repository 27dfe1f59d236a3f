import { expect, it } from 'vitest';
import { secretNodes } from '../../../src/analyses/secrets/secret-nodes.ts';
import { object } from '../../objects.ts';
import { judged } from '../../report/judged.ts';

function pod(name: string, node: string, phase: string, isDeleting = false): ReturnType<typeof object> {
  return object('Pod', {
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      ...(isDeleting ? { deletionTimestamp: '2026-11-01T00:00:00Z' } : {}),
    },
    spec: { nodeName: node, containers: [{ name: 'a', image: 'i:1', envFrom: [{ secretRef: { name: 'db' } }] }] },
    status: { phase },
  });
}

function node(name: string, ready: string): ReturnType<typeof object> {
  return object('Node', { metadata: { name, uid: name }, status: { conditions: [{ type: 'Ready', status: ready }] } });
}

it('names the nodes of running and of stuck pods, and not those of finished or unplaced ones', () => {
  const { view } = judged([
    node('a', 'True'),
    node('b', 'Unknown'),
    pod('one', 'a', 'Running'),
    pod('two', 'a', 'Running', true),
    pod('stuck', 'b', 'Running', true),
    pod('unread', 'c', 'Pending'),
    pod('done', 'd', 'Succeeded'),
    pod('waiting', '', 'Pending'),
  ]).engine;
  expect(secretNodes(view, 'shop').get('db')).toEqual([
    { name: 'a', pods: 2, ready: true, terminating: false },
    { name: 'b', pods: 1, ready: false, terminating: true },
    { name: 'c', pods: 1, ready: null, terminating: false },
  ]);
});
