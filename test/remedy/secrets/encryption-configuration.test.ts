import { describe, expect, it } from 'vitest';
import { buildRemedies } from '../../../src/remedy/build.ts';
import { engineOf } from '../case-engine.ts';

/** What the remedy says where the API server wrote and read Secrets by these providers. */
function note(written: readonly string[], read: readonly string[]): string {
  const facts = JSON.stringify({ secretTransformers: written, secretReadTransformers: read });
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n';
  const engine = engineOf(`apiVersion: k8sec/v1\nkind: Case\nspec: {facts: ${facts}}\n---\n${secret}`);
  const finding = [...engine.findings.values()].find((one) => one.rule === 'secrets/not-encrypted');
  if (finding === undefined) throw new Error('no finding');
  return buildRemedies(engine, finding)[0]?.note ?? 'no remedy';
}

describe('an EncryptionConfiguration', () => {
  it('in place of one that is there keeps its providers: without their keys nothing that they wrote can be read', () => {
    const kept = 'An EncryptionConfiguration is there already: put secretbox first in it and take nothing out';
    expect(note(['identity'], ['identity', 'k8s:enc:aescbc:v1:old:'])).toContain(
      `${kept}, or what aescbc encrypted cannot be read any more.`,
    );
    expect(note(['identity'], ['identity'])).toContain(`${kept}.`);
  });

  it('says nothing of that where there is none', () => {
    expect(note([], [])).not.toContain('already: put');
  });
});
