import { describe, expect, it } from 'vitest';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { engineOf } from '../case-engine.ts';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n';
const POD = (spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {${spec}containers: [{name: a, image: "i:1"}]}\nstatus: {phase: Running}\n`;

function remedyOf(yaml: string, rule: string): BuiltRemedy {
  const engine = engineOf(yaml);
  const finding = [...engine.findings.values()].find((one) => one.rule === rule);
  const built = finding === undefined ? [] : buildRemedies(engine, finding);
  if (built[0] === undefined) throw new Error('no remedy');
  return built[0];
}

function manifest(yaml: string): unknown {
  return remedyOf(yaml, 'vigilance/namespace-without-pod-security').manifests[0];
}

function namespaceWith(labels: Record<string, string>): unknown {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } };
}

const P = 'pod-security.kubernetes.io';

describe('namespace labels', () => {
  it('enforce what breaks nothing, pinned, and watch the next level', () => {
    expect(manifest(NAMESPACE + POD(''))).toEqual(
      namespaceWith({
        [`${P}/enforce`]: 'baseline',
        [`${P}/enforce-version`]: 'v1.36',
        [`${P}/warn`]: 'restricted',
        [`${P}/audit`]: 'restricted',
      }),
    );
    expect(manifest(NAMESPACE)).toMatchObject({ metadata: { labels: { [`${P}/enforce`]: 'restricted' } } });
  });

  it('only watch where baseline would refuse a workload, and name it', () => {
    const yaml = NAMESPACE + POD('hostPID: true, ');
    expect(manifest(yaml)).toEqual(namespaceWith({ [`${P}/warn`]: 'baseline', [`${P}/audit`]: 'baseline' }));
    const built = remedyOf(yaml, 'vigilance/namespace-without-pod-security');
    expect(built.effects.join(' ')).toContain('refuses Pod shop/p');
    expect(built.effects.join(' ')).toContain('this finding stays');
  });
});

describe('a remedy for a credential', () => {
  it('never holds the value', () => {
    const env = '{name: DB_PASSWORD, value: "k7Qz!pW2vX9m"}';
    const yaml = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec: {template: {spec: {containers: [{name: a, image: "i:1", env: [${env}]}]}}}\n`;
    const built = remedyOf(yaml, 'secrets/credential-in-configuration');
    expect(JSON.stringify(built)).not.toContain('k7Qz');
    expect(built.yaml).toContain('secretKeyRef');
    expect(built.commands[0]).toBe(
      'kubectl -n shop create secret generic cart-credentials --from-file=DB_PASSWORD=/dev/stdin --dry-run=client -o yaml | kubectl apply --server-side --field-manager=k8sec.deployment.DB_PASSWORD -f -',
    );
  });
});
