/** What remedies bring up: nothing but what is listed here, and nothing that they could avoid. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { REMEDIES } from '../../src/remedy/index.ts';
import { labelObject } from '../../src/remedy/labels/label-object.ts';
import { RULES } from '../../src/rules/index.ts';
import { demoCluster } from '../analyses/network/fixtures.ts';
import { allCases, engineOfCase } from './case-engine.ts';

const LAST = 'the role of the last binding that named it';
const GRANTED_NOTHING = 'the token of an account without rights is of no use any more';
const NARROWED = 'the same rights, in some namespaces instead of all';
const ON_A_NETWORK = 'a pod that leaves the network of its node comes to where policies could isolate it';

/** What a remedy may bring up, and why it is no fault of it. */
const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'labels/label-workload': {
    'labels/label-not-on-template': 'the first of two steps: the second restarts pods',
  },
  'network/default-deny': {
    'labels/missing-recommended': 'labels that nothing tells',
    'network/api-server-callback-blocked': 'it says what it cuts',
    'network/service-port-blocked': 'it says what it cuts',
  },
  'network/fix-selector': {
    'network/cross-environment-reach': 'the policy begins to select pods, and allows them what it always said',
  },
  'network/least-policy': {
    'labels/missing-recommended': 'labels that nothing tells',
    'network/allows-everyone': 'what is reached from outside stays so',
    'network/peer-matches-nothing': 'of DNS, where a cluster has none: it says so',
    'network/service-port-blocked': 'of a Service that nothing is known to call: it says so',
  },
  'rbac/cut-path': { 'rbac/unused-role': LAST, 'vigilance/token-automounted': GRANTED_NOTHING },
  'rbac/drop-rules': { 'rbac/escalation-path': 'the way that is next when the shortest is gone' },
  'rbac/least-role': { 'rbac/reads-widely': 'what the log shows that it needs' },
  'rbac/narrow-to-namespaces': {
    'rbac/alters-policy': NARROWED,
    'rbac/dangling-subject': NARROWED,
    'rbac/escalates': NARROWED,
    'rbac/escalation-path': NARROWED,
    'rbac/exec': NARROWED,
    'rbac/exposes-services': NARROWED,
    'rbac/namespace-admin': NARROWED,
    'rbac/reads-secrets': NARROWED,
    'rbac/reads-widely': NARROWED,
    'rbac/tokens': NARROWED,
    'rbac/wildcard': NARROWED,
  },
  'rbac/remove-binding': { 'rbac/unused-role': LAST, 'vigilance/token-automounted': GRANTED_NOTHING },
  'rbac/remove-subject': {
    'rbac/escalation-path': 'the way that is next when the shortest is gone',
    'rbac/unused-role': LAST,
    'vigilance/token-automounted': GRANTED_NOTHING,
  },
  'secrets/rotation': { 'secrets/rotated-not-picked-up': 'pods read it when they start' },
  'secrets/secret-reference-patch': { 'secrets/mounted-as-env': 'a variable stays one' },
  'vigilance/security-context-patch': {
    'network/no-egress-isolation': ON_A_NETWORK,
    'network/no-ingress-isolation': ON_A_NETWORK,
    'vigilance/pod-security-below-workloads': 'a hint that the namespace may enforce more from then on',
  },
};

/** What the remedies of an engine's findings bring up, and is not listed or could have been avoided. */
function faults(engine: Engine): readonly string[] {
  const found = new Set<string>();
  for (const finding of engine.findings.values()) {
    for (const id of finding.remedies ?? []) {
      const draft = REMEDIES.find((one) => one.id === id)?.build(finding, engine.view);
      if (draft === undefined || 'refused' in draft) continue;
      const { opens, after } = engine.prove(draft.changes);
      for (const opened of opens) {
        if (LISTED[id]?.[opened.rule] === undefined) found.add(`${id} opens ${opened.id}`);
        if (opened.rule !== 'labels/missing-recommended') continue;
        const more = labelObject.build(opened, after);
        if (!('refused' in more)) found.add(`${id} opens ${opened.id}, whose remedy sets more labels`);
      }
    }
  }
  return [...found];
}

it('of the demo cluster is what is listed, and new objects carry every label that something tells', () => {
  const engine = new Engine(demoCluster(), RULES);
  engine.settle();
  expect(faults(engine)).toEqual([]);
});

it.each(['audit', 'labels', 'network', 'rbac', 'secrets', 'vigilance'])('of the cases of %s too', (pane) => {
  const found = allCases(pane).flatMap((file) => faults(engineOfCase(file)).map((fault) => `${file}: ${fault}`));
  expect(found).toEqual([]);
});
