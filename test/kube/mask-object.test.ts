import { describe, expect, it } from 'vitest';
import { maskObject } from '../../src/kube/mask-object.ts';

describe('maskObject', () => {
  const shown = maskObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'cart\u001b[31m',
      managedFields: [{ manager: 'kubectl' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"MARKER-1"}', note: 'plain' },
    },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.example/cart:1',
          args: ['--password=MARKER-2-x7Kq9', '--verbose'],
          env: [
            { name: 'DB_PASSWORD', value: 'MARKER-3-x7Kq9' },
            { name: 'DATABASE_URL', value: 'postgres://app:MARKER-4-x7Kq9@postgres.data:5432/shop' },
            { name: 'LOG_LEVEL', value: 'debug' },
          ],
        },
      ],
    },
  });

  it('shows no credential and no copy of the object', () => {
    expect(JSON.stringify(shown)).not.toContain('MARKER');
    expect(JSON.stringify(shown)).not.toContain('managedFields');
  });

  it('keeps everything else, sanitised', () => {
    expect(shown).toMatchObject({
      metadata: { name: 'cart^[[31m', annotations: { note: 'plain' } },
      spec: {
        containers: [{ image: 'registry.example/cart:1', env: [{}, {}, { name: 'LOG_LEVEL', value: 'debug' }] }],
      },
    });
  });
});
