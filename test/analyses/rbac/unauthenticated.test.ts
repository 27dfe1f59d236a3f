import { describe, expect, test } from 'vitest';
import { anonymousRequests, anonymousText } from '../../../src/analyses/rbac/unauthenticated.ts';
import { canCommand } from '../../../src/commands/can.ts';
import { BOOTSTRAP_ROLES } from '../../../src/kube/rbac-bootstrap-policy.ts';
import { runCommand } from '../../commands/rbac-command.ts';
import { auditChange, event } from './audit-event.ts';
import { rawBinding, rawRole } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest } from './view-of.ts';

interface Answer {
  readonly grants: readonly { readonly binding: { readonly name: string }; readonly ruleIndex: number }[];
  readonly beyondDefaults: Answer['grants'];
  readonly notes: readonly string[];
}

function server(name: string, ...flags: readonly string[]): RawManifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `kube-apiserver-${name}`, namespace: 'kube-system' },
    spec: { containers: [{ name: 'kube-apiserver', image: 'x', command: ['kube-apiserver', ...flags] }] },
  };
}

describe('whether requests without credentials are accepted', () => {
  test.each([
    ['by default', [server('a')], 'accepted (no --anonymous-auth=false: they are accepted by default)'],
    ['by the flag', [server('a', '--anonymous-auth=true')], 'accepted (--anonymous-auth is set)'],
    ['not by the flag', [server('a', '--anonymous-auth=false')], 'refused (--anonymous-auth=false)'],
    [
      'by one of two servers',
      [server('a', '--anonymous-auth=false'), server('b')],
      'accepted (no --anonymous-auth=false: they are accepted by default)',
    ],
    [
      'where a file decides',
      [server('a', '--authentication-config=/etc/auth.yaml')],
      'unknown whether accepted (configured by the file of --authentication-config, which the cluster does not show: it may refuse them, or accept them for single paths)',
    ],
    [
      'by the flag, which a server takes only where the file says nothing of it',
      [server('a', '--authentication-config=/etc/auth.yaml', '--anonymous-auth=false')],
      'refused (--anonymous-auth=false)',
    ],
    [
      'by one of two servers, whatever the file of the other says',
      [server('a', '--authentication-config=/etc/auth.yaml'), server('b')],
      'accepted (no --anonymous-auth=false: they are accepted by default)',
    ],
    [
      'where a file decides for one, and the flag refuses them at the other',
      [server('a', '--authentication-config=/etc/auth.yaml'), server('b', '--anonymous-auth=false')],
      'unknown whether accepted (configured by the file of --authentication-config, which the cluster does not show: it may refuse them, or accept them for single paths)',
    ],
    [
      'where no server can be seen',
      [],
      'unknown whether accepted (no kube-apiserver pod can be seen, and they are accepted by default)',
    ],
  ] as const)('%s', (_says, objects, text) => {
    expect(anonymousText(anonymousRequests(viewOfObjects(objects)))).toBe(`requests without credentials: ${text}`);
  });

  test('by default, before a file could decide it', () => {
    const view = viewOfObjects([server('a', '--authentication-config=/etc/auth.yaml')], {
      facts: { serverVersion: 'v1.30.4' },
    });
    expect(anonymousText(anonymousRequests(view))).toBe(
      'requests without credentials: accepted (no --anonymous-auth=false: they are accepted by default)',
    );
  });

  test('by the audit log, perhaps for single paths where a file decides', () => {
    const view = viewOfObjects([server('a', '--authentication-config=/etc/auth.yaml')]);
    const user = { username: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };
    view.apply([auditChange([event(0, { user })])]);
    expect(anonymousText(anonymousRequests(view))).toBe(
      'requests without credentials: accepted (the audit log has requests of system:anonymous; the file of --authentication-config may limit them to single paths)',
    );
  });

  test('by the audit log, whatever the flags say now', () => {
    const view = viewOfObjects([]);
    const user = { username: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };
    view.apply([auditChange([event(0, { user })])]);
    expect(anonymousRequests(view)).toMatchObject({
      status: 'accepted',
      reason: 'the audit log has requests of system:anonymous',
    });
  });
});

test('what they may do is told apart from what every cluster gives', async () => {
  const name = 'system:public-info-viewer';
  const anonymous = { kind: 'User', name: 'system:anonymous' };
  const group = { kind: 'Group', name: 'system:unauthenticated' };
  const authenticated = { kind: 'Group', name: 'system:authenticated' };
  const view = viewOfObjects([
    server('a'),
    rawRole(name, [...(BOOTSTRAP_ROLES[`/${name}`] ?? []), 'get url /metrics']),
    rawBinding('', name, name, authenticated, group),
    rawRole('system:discovery', BOOTSTRAP_ROLES['/system:discovery'] ?? []),
    rawBinding('', 'system:discovery', 'system:discovery', authenticated, group),
    rawRole('pods', ['list core pods']),
    rawBinding('shop', 'open', 'pods', anonymous),
    rawBinding('shop', 'closed', 'pods', authenticated),
  ]);
  const { output } = await runCommand(canCommand, view, ['unauthenticated'], { output: 'json' });
  const { beyondDefaults, grants, notes } = JSON.parse(output) as Answer;
  const named = (list: Answer['grants']): readonly string[] =>
    list.map(({ binding, ruleIndex }) => `${binding.name} ${ruleIndex}`);
  expect(named(grants)).toEqual(['system:discovery 0', `${name} 0`, `${name} 1`, 'open 0']);
  expect(named(beyondDefaults)).toEqual(['system:discovery 0', `${name} 1`, 'open 0']);
  expect(notes).toEqual([
    'requests without credentials: accepted (no --anonymous-auth=false: they are accepted by default)',
    'requests without credentials to kubelets: not visible (their configuration is served by nodes/configz and nodes/proxy, which k8sec does not read)',
    '3 of these rules go beyond what Kubernetes itself gives',
  ]);
});
