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
      metadata: { name: 'cart\\u001b[31m', annotations: { note: 'plain' } },
      spec: {
        containers: [{ image: 'registry.example/cart:1', env: [{}, {}, { name: 'LOG_LEVEL', value: 'debug' }] }],
      },
    });
  });
});

it('the argument after a flag is judged by the name of the flag', () => {
  const container = { name: 'a', args: ['--token', 'WvOdpyoAx53LjhkkjC88QqUY', '--verbose', 'web-frontend'] };
  expect(maskObject({ kind: 'Pod', spec: { containers: [container] } })['spec']).toEqual({
    containers: [
      {
        name: 'a',
        args: ['--token', '(masked: looks like a named-secret, 16-31 characters)', '--verbose', 'web-frontend'],
      },
    ],
  });
});

it('an annotation is judged by its name without the prefix', () => {
  const metadata = { annotations: { 'example.com/api-password': 'WvOdpyoAx53LjhkkjC88QqUY' } };
  expect(maskObject({ kind: 'Pod', metadata })['metadata']).toEqual({
    annotations: { 'example.com/api-password': '(masked: looks like a named-password, 16-31 characters)' },
  });
});
