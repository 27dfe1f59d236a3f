/** Two letters swapped in a policy's selector on the demo cluster: found, explained, and closed by the remedy. */
import { expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Change } from '../../../src/model/change.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import { RULES } from '../../../src/rules/index.ts';
import { demoCluster } from '../../analyses/network/fixtures.ts';

const POLICY = 'network/policy-selects-nothing / NetworkPolicy.networking.k8s.io / data / kafka / ';
const OPEN = 'network/no-ingress-isolation / StatefulSet.apps / data / kafka / ';

it('a planted typo is found with the pods that it leaves open, and its remedy closes them', () => {
  const engine = new Engine(demoCluster(), RULES);
  engine.settle();
  expect([POLICY, OPEN].filter((id) => engine.findings.has(id))).toEqual([]);

  const policy = engine.view.get('NetworkPolicy', 'data', 'kafka');
  if (policy === undefined) throw new Error('the demo has no policy data/kafka');
  const key = 'app.kubernetes.io/name';
  const planted: Change = { type: 'upsert', object: { ...policy, podSelector: { matchLabels: { [key]: 'kakfa' } } } };
  engine.apply([planted]);
  engine.settle();

  const found = engine.findings.get(POLICY);
  expect(found?.severity).toBe('medium');
  expect(found?.why).toContain(`Nearest: ${key}=kakfa is written ${key}=kafka on StatefulSet data/kafka.`);
  expect(found?.evidence.map((one) => one.text)).toContain('it would protect StatefulSet data/kafka');
  const open = engine.findings.get(OPEN);
  expect(open?.members).toEqual(['kafka-0', 'kafka-1', 'kafka-2']);

  const [fix] = found === undefined ? [] : buildRemedies(engine, found);
  expect(fix?.id).toBe('network/fix-selector');
  expect(fix?.closes.map((one) => one.id)).toEqual(expect.arrayContaining([POLICY, OPEN]));
  expect(fix?.opens).toEqual([]);
});
