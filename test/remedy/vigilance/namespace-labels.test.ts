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

describe('namespace labels where something is not certain', () => {
  const labelled = (labels: string): string => NAMESPACE.replace('name: shop', `name: shop, labels: {${labels}}`);

  it('leave a stricter level that warns or audits already', () => {
    const yaml = labelled(`${P}/warn: restricted, ${P}/audit: privileged`) + POD('hostPID: true, ');
    expect(manifest(yaml)).toEqual(namespaceWith({ [`${P}/audit`]: 'baseline' }));
    const both = labelled(`${P}/warn: restricted, ${P}/audit: baseline`) + POD('hostPID: true, ');
    expect(remedyOf(both, 'vigilance/namespace-without-pod-security').refused).toContain(
      'baseline at v1.36 refuses Pod shop/p',
    );
  });

  it('enforce nothing that the next pod of a template would not pass', () => {
    const template = 'hostPID: true, containers: [{name: a, image: "i:1"}]';
    const set = `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s, namespace: shop, uid: u}\nspec: {updateStrategy: {type: OnDelete}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {${template}}}}\n---\n`;
    const owned = POD('').replace(
      'namespace: shop}',
      'namespace: shop, labels: {a: b}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: s, uid: u, controller: true}]}',
    );
    expect(manifest(NAMESPACE + set + owned)).toEqual(
      namespaceWith({ [`${P}/warn`]: 'baseline', [`${P}/audit`]: 'baseline' }),
    );
  });

  it('enforce nothing where workloads without pods could not be read', () => {
    const engine = engineOf(NAMESPACE + POD(''));
    engine.apply([
      {
        type: 'coverage',
        coverage: {
          kind: 'CronJob',
          apiVersion: 'batch/v1',
          status: 'denied',
          namespaces: 'all',
          reason: 'cronjobs are denied',
          since: 0,
        },
      },
    ]);
    engine.settle();
    const finding = [...engine.findings.values()].find(
      (one) => one.rule === 'vigilance/namespace-without-pod-security',
    );
    if (finding === undefined) throw new Error('no finding');
    expect(finding.why).toContain('Which level breaks nothing is unknown: cronjobs are denied.');
    const [built] = buildRemedies(engine, finding);
    expect(built?.manifests).toEqual([namespaceWith({ [`${P}/warn`]: 'restricted', [`${P}/audit`]: 'restricted' })]);
    expect(built?.effects).toContain(
      'nothing is enforced yet, because which level breaks nothing is unknown: cronjobs are denied',
    );
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
