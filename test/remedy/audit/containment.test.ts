/** What is written to contain an actor: rotation list, denial of certificate requests, evidence to save first. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Change } from '../../../src/model/change.ts';
import { ALL_KINDS, type Kind } from '../../../src/model/kind.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { object, pod } from '../../objects.ts';
import { auditEngine } from '../../panes/audit/audit-engine.ts';
import { allowedBy, normalised, rawEvent, rawExec } from '../../sources/audit/raw-events.ts';

const RUNNER = {
  username: 'system:serviceaccount:ci:runner',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
};
const BY_DEV = allowedBy('RoleBinding "dev/shop" of Role "dev" to ServiceAccount "runner/ci"');
const RBAC = 'rbac.authorization.k8s.io';

function byRunner(verb: string, objectRef: Record<string, unknown>, parts: Record<string, unknown> = {}): AuditEvent {
  return normalised(
    rawEvent({ verb, user: RUNNER, annotations: BY_DEV, objectRef: { namespace: 'shop', ...objectRef }, ...parts }),
  );
}

/** An exec that reads a credential, which is a finding whatever else there is. */
const EXEC = normalised(rawExec({ user: RUNNER, annotations: BY_DEV }));

const READABLE: readonly Change[] = ALL_KINDS.map((kind) => ({
  type: 'coverage',
  coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
}));

function denied(kind: Kind): Change {
  return {
    type: 'coverage',
    coverage: { kind, apiVersion: '', status: 'denied', namespaces: 'all', reason: '', since: 0 },
  };
}

function secret(namespace: string, name: string, parts: Record<string, unknown> = {}): Change {
  return {
    type: 'upsert',
    object: object('Secret', { metadata: { namespace, name }, type: 'Opaque', data: { password: '' }, ...parts }),
  };
}

function binding(role: Record<string, unknown>): readonly Change[] {
  return [
    {
      type: 'upsert',
      object: object('Role', { metadata: { namespace: 'shop', name: 'dev' }, rules: [role] }),
    },
    {
      type: 'upsert',
      object: object('RoleBinding', {
        metadata: { namespace: 'shop', name: 'dev' },
        roleRef: { apiGroup: RBAC, kind: 'Role', name: 'dev' },
        subjects: [{ kind: 'ServiceAccount', name: 'runner', namespace: 'ci' }],
      }),
    },
  ];
}

const CART = pod('cart', {
  spec: {
    serviceAccountName: 'cart',
    volumes: [{ name: 'v', secret: { secretName: 'pg' } }],
    containers: [{ name: 'main', image: 'i', envFrom: [{ secretRef: { name: 'mail' } }] }],
    imagePullSecrets: [{ name: 'registry' }],
  },
});

function remedies(events: readonly AuditEvent[], changes: readonly Change[]): ReadonlyMap<string, BuiltRemedy> {
  const engine = auditEngine(events, [...READABLE, ...changes]);
  return new Map(
    [...engine.findings.values()].flatMap((finding) => buildRemedies(engine, finding)).map((one) => [one.id, one]),
  );
}

/** What a rotation list names, with the first of its comments. */
function listed(remedy: BuiltRemedy | undefined): readonly string[] {
  return (remedy?.yaml ?? '').split('\n---\n').map((text) => {
    const { kind, metadata } = parse(text) as { kind: string; metadata: { namespace: string; name: string } };
    const way = /^# ((?:its tokens: )?(?:was|could have been) read: .*)$/m.exec(text)?.[1] ?? '';
    return `${kind} ${metadata.namespace}/${metadata.name}: ${way}`;
  });
}

describe('the rotation list of an actor', () => {
  it('holds what it read, then what it could have read, with what uses it', () => {
    const events = [
      EXEC,
      byRunner('get', { resource: 'secrets', name: 'stripe' }),
      byRunner('get', { resource: 'secrets', name: 'stripe' }),
      byRunner('create', { resource: 'serviceaccounts', subresource: 'token', name: 'deployer' }),
    ];
    const list = remedies(events, [
      { type: 'upsert', object: CART },
      secret('shop', 'pg'),
      secret('shop', 'mail'),
      secret('shop', 'registry'),
      secret('shop', 'stripe'),
      secret('shop', 'other'),
      secret('billing', 'pg'),
      ...binding({ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['stripe', 'registry'] }),
    ]).get('audit/rotation-list');
    expect(list).toMatchObject({
      safety: 'review',
      refused: null,
      fileName: 'rotation-list-system-serviceaccount-ci-runner.yaml',
    });
    expect(listed(list)).toEqual([
      'Secret shop/stripe: was read: read 2 times, last on 2026-11-23; readable by RoleBinding shop/dev',
      'Secret shop/mail: could have been read: in pod cart, which it entered',
      'Secret shop/pg: could have been read: in pod cart, which it entered',
      'Secret shop/registry: could have been read: readable by RoleBinding shop/dev',
      'ServiceAccount shop/deployer: its tokens: was read: minted once',
      'ServiceAccount shop/cart: its tokens: could have been read: in pod cart, which it entered',
    ]);
    expect(list?.yaml).toContain('# Pod cart uses it (env) and has to be restarted');
    expect(list?.yaml).toContain('password: REPLACE-WITH-THE-NEW-VALUE');
    expect(list?.commands).toContain('kubectl -n shop patch secret stripe --patch-file shop-stripe.yaml');
    expect(list?.effects[0]).toBe('system:serviceaccount:ci:runner was handed 2 of these, and could have read 4 more');
  });

  it('holds every Secret of what was listed, and of where pods were made', () => {
    const events = [
      EXEC,
      byRunner('list', { resource: 'secrets' }, { requestURI: '/api/v1/namespaces/shop/secrets' }),
      byRunner('create', { resource: 'jobs', apiGroup: 'batch', namespace: 'billing', name: 'x' }),
    ];
    const list = remedies(events, [secret('shop', 'pg'), secret('billing', 'pg'), secret('data', 'pg')]).get(
      'audit/rotation-list',
    );
    expect(listed(list)).toEqual([
      'Secret shop/pg: was read: read in a list once, last on 2026-11-23',
      'Secret billing/pg: could have been read: in billing, where it wrote jobs, which may mount any Secret',
    ]);
    expect(list?.effects).toContain('not known: what it wrote of jobs in billing may have run as any account there');
    expect(list?.effects).toContain('not known: pod shop/cart, which it entered, is gone: what it held is not known');
  });

  it('leaves what others write to them, and ends tokens with their Secret', () => {
    const list = remedies(
      [EXEC, byRunner('list', { resource: 'secrets' }, { requestURI: '/api/v1/namespaces/shop/secrets' })],
      [
        secret('shop', 'a', {
          metadata: { namespace: 'shop', name: 'a', annotations: { 'cert-manager.io/certificate-name': 'a' } },
        }),
        secret('shop', 'b', { type: 'kubernetes.io/service-account-token' }),
      ],
    ).get('audit/rotation-list');
    expect(list?.yaml).toContain('cert-manager writes it: change the credential where cert-manager reads it');
    expect(list?.yaml).not.toContain('REPLACE-WITH');
    expect(list?.commands).toEqual(['kubectl -n shop delete secret b']);
  });

  it('says what could not be looked at, and that nothing was there to read', () => {
    expect(
      remedies(
        [EXEC],
        [{ type: 'upsert', object: pod('cart', { spec: { automountServiceAccountToken: false } }) }],
      ).get('audit/rotation-list'),
    ).toMatchObject({
      refused: 'system:serviceaccount:ci:runner read no Secret or token, and could have read none.',
    });
    const withoutBindings = remedies(
      [EXEC],
      [{ type: 'upsert', object: CART }, secret('shop', 'pg'), denied('RoleBinding')],
    );
    expect(withoutBindings.get('audit/rotation-list')?.effects).toContain(
      'not known: roles or bindings could not be read: what it may read is not known',
    );
    const withoutSecrets = remedies([EXEC], [{ type: 'upsert', object: CART }, denied('Secret')]);
    expect(withoutSecrets.get('audit/rotation-list')?.effects).toContain(
      'not known: not all Secrets could be read (secrets: denied): which of them it may read is not known',
    );
  });

  it('is not offered for routine', () => {
    const routine = normalised(
      rawEvent({
        verb: 'delete',
        objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'shop', name: 'd' },
      }),
    );
    expect([...remedies([routine], []).keys()]).toEqual([]);
  });
});

const CSR = { resource: 'certificatesigningrequests', apiGroup: 'certificates.k8s.io', name: 'eve' };

function onRequest(verb: string, user: string, parts: Record<string, unknown> = {}): AuditEvent {
  const reference = { ...CSR, ...(verb === 'create' ? {} : { subresource: 'approval' }) };
  return normalised(rawEvent({ verb, user: { username: user, groups: [] }, objectRef: reference, ...parts }));
}

describe('the denial of a certificate request', () => {
  it('is the condition of the approval subresource', () => {
    const deny = remedies([onRequest('create', 'alice', { auditID: 'a1' })], []).get('audit/deny-certificate-request');
    expect(deny).toMatchObject({
      safety: 'review',
      refused: null,
      manifests: [
        {
          apiVersion: 'certificates.k8s.io/v1',
          kind: 'CertificateSigningRequest',
          metadata: { name: 'eve' },
          status: { conditions: [{ type: 'Denied', status: 'True', reason: 'DeniedAfterReview' }] },
        },
      ],
    });
    expect(deny?.commands).toEqual([
      'k8sec audit --events --audit-log LOG --actor alice --since-time 2026-11-23T09:00:00.123Z --until-time 2026-11-23T11:00:00.123Z -o json > evidence-events.ndjson',
      'kubectl get certificatesigningrequests eve -o yaml > evidence-certificatesigningrequests-eve.yaml',
      'kubectl certificate deny eve',
    ]);
  });

  it('is refused once somebody decided, not while an attempt failed', () => {
    const made = onRequest('create', 'alice');
    const approved = remedies([made, onRequest('update', 'bob')], []);
    expect(approved.get('audit/deny-certificate-request')?.refused).toContain('Decided already: eve by bob.');
    const attempt = onRequest('update', 'bob', { responseStatus: { code: 403 } });
    const pending = auditEngine([made, attempt], READABLE);
    const own = [...pending.findings.values()].find((finding) => finding.subject.name === 'alice');
    if (own === undefined) throw new Error('no finding');
    expect(buildRemedies(pending, own)[0]).toMatchObject({ id: 'audit/deny-certificate-request', refused: null });
  });
});

describe('evidence', () => {
  it('is saved by the first commands, before the pod is cut off', () => {
    const quarantine = remedies([EXEC], [{ type: 'upsert', object: CART }]).get('audit/quarantine');
    expect(quarantine?.commands.slice(0, 4)).toEqual([
      'k8sec audit --events --audit-log LOG --actor system:serviceaccount:ci:runner --since-time 2026-11-23T09:00:00.123Z --until-time 2026-11-23T11:00:00.123Z -o json > evidence-events.ndjson',
      'kubectl -n shop get pods cart -o yaml > evidence-pods-shop-cart.yaml',
      'kubectl -n shop logs cart --all-containers --timestamps > evidence-pods-shop-cart.log',
      `kubectl apply -f ${quarantine?.fileName}  # the first document`,
    ]);
  });
});
