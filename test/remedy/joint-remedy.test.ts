import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { Engine } from '../../src/engine/engine.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { jointRemedy } from '../../src/remedy/joint-remedy.ts';
import { RULES } from '../../src/rules/index.ts';
import { auditChange, event } from '../analyses/rbac/audit-event.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects, type RawManifest } from '../analyses/rbac/view-of.ts';

const CART = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const DEFAULT = { kind: 'ServiceAccount', namespace: 'shop', name: 'default' };
const ALL = { kind: 'Group', name: 'system:authenticated' };
const BOB = { kind: 'User', name: 'bob' };
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cart', namespace: 'shop' } };
const READER = rawRole('reader', ['get,list core secrets']);

/** The remedies of the findings of these rules as one. */
function joined(
  objects: readonly RawManifest[],
  rules: readonly string[],
  events: readonly AuditEvent[] = [],
): BuiltRemedy {
  const view = viewOfObjects(objects);
  if (events.length > 0) view.apply([auditChange(events)]);
  const engine = new Engine(view, RULES);
  engine.settle();
  const found = (rule: string): readonly Finding[] => [...engine.findings.values()].filter((one) => one.rule === rule);
  const remedy = jointRemedy(engine, rules.flatMap(found));
  if (remedy === undefined) throw new Error('nothing to join');
  return remedy;
}

const closed = ({ closes }: BuiltRemedy): readonly string[] => [...new Set(closes.map((one) => one.rule))].sort();

describe('the remedies of several findings', () => {
  test('for one binding do not put back what the other took out', () => {
    const binding = rawBinding('shop', 'b', 'reader', ALL, DEFAULT, BOB);
    const remedy = joined([READER, binding], ['rbac/all-authenticated', 'rbac/default-service-account']);
    expect(remedy.joint).toHaveLength(2);
    expect(closed(remedy)).toEqual(expect.arrayContaining(['rbac/all-authenticated', 'rbac/default-service-account']));
    // The last patch of the subjects is the one that stays.
    expect(remedy.commands).toEqual([
      `kubectl -n shop patch rolebinding b --type=merge -p '{"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"shop"},{"kind":"User","name":"bob"}]}'`,
      `kubectl -n shop patch rolebinding b --type=merge -p '{"subjects":[{"kind":"User","name":"bob"}]}'`,
    ]);
  });

  test('name who stays as the API server does, whatever the name holds', () => {
    const odd = { kind: 'User', name: "o'b\u202e" };
    const one = rawBinding('shop', 'b', 'reader', ALL, odd);
    const two = rawBinding('data', 'b', 'reader', ALL, odd);
    const { commands } = joined([READER, one, two], ['rbac/all-authenticated']);
    expect(commands).toEqual([
      `kubectl -n data patch rolebinding b --type=merge -p $'{"subjects":[{"kind":"User","name":"o\\'b\\u202e"}]}'`,
      `kubectl -n shop patch rolebinding b --type=merge -p $'{"subjects":[{"kind":"User","name":"o\\'b\\u202e"}]}'`,
    ]);
  });

  test('leave out what an earlier one closes', () => {
    const secrets = rawBinding('shop', 'b', 'reader', ALL);
    const remedy = joined([READER, secrets], ['rbac/all-authenticated', 'rbac/reads-secrets']);
    expect(remedy.joint).toHaveLength(2);
    expect(remedy.commands).toEqual(['kubectl -n shop delete rolebinding b']);
  });

  test('are replayed over the log together: what only all of them deny is named', () => {
    const read = [0, 60_000].map((at) =>
      event(at, {
        user: { ...event(0).user, groups: ['system:serviceaccounts', 'system:authenticated'] },
        object: { resource: 'secrets', subresource: '', namespace: 'shop', name: 'pg', apiGroup: '', uid: '' },
      }),
    );
    const bindings = [rawBinding('shop', 'first', 'reader', CART), rawBinding('shop', 'second', 'reader', CART)];
    const remedy = joined([ACCOUNT, READER, ...bindings], ['rbac/reads-secrets'], read);
    expect(remedy.commands).toEqual([
      'kubectl -n shop delete rolebinding first',
      'kubectl -n shop delete rolebinding second',
    ]);
    const denied =
      '2 events, last on 2026-11-01 by system:serviceaccount:shop:cart: get secrets in namespace shop (pg)';
    expect(remedy.effects).toEqual(
      expect.arrayContaining([
        `DENIES what the audit log of 2026-11-01 to 2026-11-01 shows: ${denied}`,
        `DENIES only all together: ${denied}`,
      ]),
    );
    expect(remedy.yaml).toMatch(/^# by evaluation of all together: ServiceAccount shop\/cart loses get,list secrets/);
  });

  test('hold in the file only what may be applied, the rest as comments', () => {
    const wide = rawBinding('', 'wide', 'reader', CART);
    const remedy = joined([ACCOUNT, READER, wide, rawBinding('data', 'b', 'reader', ALL)], ['rbac/reads-secrets']);
    expect(remedy.commands).toEqual([
      'kubectl apply -f k8sec-remedies-2.yaml',
      'kubectl -n data delete rolebinding b',
      'kubectl delete clusterrolebinding wide',
    ]);
    const documents = parseAllDocuments(remedy.yaml).map((one): unknown => one.toJS());
    expect(documents.filter((one) => one !== null)).toEqual([expect.objectContaining({ kind: 'RoleBinding' })]);
    expect(remedy.yaml).toContain('# kubectl -n data delete rolebinding b\n');
  });
});
