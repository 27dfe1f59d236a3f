import { expect, it } from 'vitest';
import { buildRemedies } from '../../../src/remedy/build.ts';
import { engineOf } from '../case-engine.ts';

const POD = '{metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: "i:1"}]}}';
const KINDS: Readonly<Record<string, readonly [apiVersion: string, spec: string]>> = {
  Deployment: ['apps/v1', `{selector: {matchLabels: {app: a}}, template: ${POD}}`],
  StatefulSet: ['apps/v1', `{selector: {matchLabels: {app: a}}, template: ${POD}}`],
  ReplicaSet: ['apps/v1', `{selector: {matchLabels: {app: a}}, template: ${POD}}`],
  CronJob: ['batch/v1', `{schedule: "* * * * *", jobTemplate: {spec: {template: ${POD}}}}`],
};

it.each([
  ['Deployment', 'its pods are replaced by a rollout'],
  ['StatefulSet', 'its pods are replaced by a rollout; with the update strategy OnDelete, each when it is deleted'],
  ['ReplicaSet', 'only pods that are created from now on get it'],
  ['CronJob', 'pods get it at the next run; those that run stay as they are'],
])('patches of the template of a %s say when its pods get it', (kind, expected) => {
  const [apiVersion, spec] = KINDS[kind] ?? [];
  const engine = engineOf(
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a, namespace: shop}\nspec: ${spec}\n`,
  );
  const rules = ['vigilance/weak-security-context', 'vigilance/token-automounted'];
  const findings = [...engine.findings.values()].filter((one) => rules.includes(one.rule));
  expect(findings).toHaveLength(2);
  const built = findings.flatMap((finding) => buildRemedies(engine, finding).filter((one) => one.refused === null));
  expect(built.length).toBeGreaterThanOrEqual(2);
  for (const { effects } of built) expect(effects).toContain(expected);
});
