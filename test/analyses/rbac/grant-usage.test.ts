import { describe, expect, test } from 'vitest';
import { grantUsage, usageText } from '../../../src/analyses/rbac/grant-usage.ts';
import { bindingsIn } from '../../../src/analyses/rbac/policy.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { rbacPane } from '../../../src/panes/rbac.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { auditChange, event } from './audit-event.ts';
import { viewOf } from './view-of.ts';

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

const role = (name: string, rule: string): string =>
  `${RBAC}\nkind: Role\nmetadata: {name: ${name}, namespace: shop}\nrules: [${rule}]\n`;
const bind = (name: string, of: string, account = 'cart'): string =>
  `${RBAC}\nkind: RoleBinding\nmetadata: {name: ${name}, namespace: shop}\nroleRef: {kind: Role, name: ${of}}\nsubjects: [{kind: ServiceAccount, name: ${account}, namespace: shop}]\n`;

const CLUSTER = [
  role('pods', '{verbs: [get], apiGroups: [""], resources: [pods]}'),
  role('named', '{verbs: [get], apiGroups: [""], resources: [pods], resourceNames: [a]}'),
  role('others', '{verbs: [get], apiGroups: [""], resources: [pods], resourceNames: [z]}'),
  role('secrets', '{verbs: [get], apiGroups: [""], resources: [secrets]}'),
  role('maker', '{verbs: [create], apiGroups: [""], resources: [pods], resourceNames: [a]}'),
  role('star', '{verbs: ["*"], apiGroups: [""], resources: [configmaps]}'),
  bind('first', 'pods'),
  bind('second', 'named'),
  bind('third', 'others'),
  bind('idle', 'pods', 'web'),
  bind('secret', 'secrets'),
  bind('star', 'star'),
  bind('maker', 'maker'),
].join('---\n');

function logged(events: readonly AuditEvent[]): StoreView {
  const view = viewOf(CLUSTER);
  if (events.length > 0) view.apply([auditChange(events)]);
  return view;
}

function usages(events: readonly AuditEvent[]): Readonly<Record<string, string>> {
  const view = logged(events);
  return Object.fromEntries(bindingsIn(view, 'shop').map((one) => [one.name, usageText(grantUsage(view, one))]));
}

describe('the usage of a grant', () => {
  test('stands in the pane beside the binding', () => {
    const used = (events: readonly AuditEvent[]): unknown =>
      [...rbacPane.rows(logged(events), [])].find((row) => row.name === 'first')?.cells['USED'];
    expect(used([])).toEqual({ text: '-', tone: 'muted' });
    expect(used([event(0)])).toEqual({
      text: 'used, last on 2026-11-01 by system:serviceaccount:shop:cart',
      tone: 'plain',
    });
  });

  test('is unknown without a log', () => {
    expect(new Set(Object.values(usages([])))).toEqual(new Set(['unknown: no audit log']));
  });

  test('is that of the binding that the server named, or of one that it would have asked next', () => {
    expect(usages([event(0), event(MINUTE)])).toEqual({
      first: 'used, last on 2026-11-01 by system:serviceaccount:shop:cart',
      second: 'another binding answered first, last on 2026-11-01 for system:serviceaccount:shop:cart',
      third: 'not observed in 2026-11-01 to 2026-11-01',
      idle: 'not observed in 2026-11-01 to 2026-11-01',
      secret: 'unknown: the log of 2026-11-01 to 2026-11-01 does not hold all such requests',
      maker: 'unknown: the log of 2026-11-01 to 2026-11-01 does not hold all such requests',
      star: 'unknown: the log of 2026-11-01 to 2026-11-01 does not hold all such requests',
    });
  });

  test('of what was created by name is none of a rule with names, which no create can match', () => {
    const created = [event(0, { verb: 'create' }), event(MINUTE, { verb: 'create' })];
    expect(usages(created)['maker']).toBe('not observed in 2026-11-01 to 2026-11-01');
  });

  test('is not known to be none where the log has a gap', () => {
    const { idle } = usages([event(0), event(DAY)]);
    expect(idle).toBe('unknown: the log of 2026-11-01 to 2026-11-02 does not hold all such requests');
  });

  test('is of who was impersonated, and a request that was refused or was only received uses nothing', () => {
    const cart = event(0).user;
    const bob = { ...cart, username: 'bob', groups: [] };
    expect(usages([event(0, { user: bob, impersonated: cart })])['first']).toContain(
      'by system:serviceaccount:shop:cart',
    );
    const none = [event(0, { decision: 'forbid', code: 403, reason: '' }), event(1, { stage: 'RequestReceived' })];
    expect(usages(none)['first']).toBe('unknown: the log of 2026-11-01 to 2026-11-01 does not hold all such requests');
  });

  test('of another role under the same binding name is not of this one', () => {
    const reason = 'RBAC: allowed by RoleBinding "third/shop" of Role "pods" to ServiceAccount "cart/shop"';
    expect(usages([event(0, { reason })])['third']).toBe('not observed in 2026-11-01 to 2026-11-01');
  });

  test('many names of one kind of request are one use, of any name', () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      event(at, {
        object: { resource: 'pods', subresource: '', namespace: 'shop', name: `p${at}`, apiGroup: '', uid: '' },
      }),
    );
    const found = usages(many);
    expect(found['first']).toContain('used, last on 2026-11-01');
    // Which names were asked for is not known any more: nothing is claimed of the roles that name some.
    expect(found['third']).toContain('unknown');
  });
});
