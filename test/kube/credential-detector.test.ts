import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { credentialInLine, findCredentials, judgeCredential } from '../../src/kube/credential-detector.ts';
import { credentialKeyStrength } from '../../src/kube/credential-key.ts';
import { isCredentialShaped } from '../../src/kube/credential-shape.ts';

/** Put together here, so that no secret scanner takes this file for a leak. */
const GITHUB = `ghp_${'x7Qp2LmN9vRt4KsW8bYz'.repeat(2).slice(0, 36)}`;
const AWS = ['AKIA', 'Q7XJ2MNPLW5RTKSD'].join('');
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'].join('.');
const PEM = ['-----BEGIN', 'RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----'].join(' ');

describe('credentials', () => {
  test.each([
    ['DB_PASSWORD', 'correct-horse9', 'named-password', '8-15'],
    ['spring.datasource.password', 'changeme', 'named-password', '8-15'],
    ['rootpassword', 'Tr0ub4dor&3', 'named-password', '8-15'],
    ['DB_PASS', 's3cretvalue', 'named-password', '8-15'],
    ['clientSecret', 'a8Xk29fLqPz7Mn4Rt6Vb', 'named-secret', '16-31'],
    ['API_TOKEN', 'abc123def456ghi', 'named-secret', '8-15'],
    ['X_API_KEY', '550e8400-e29b-41d4-a716-446655440000', 'named-secret', '32-63'],
    ['APP_KEY', 'base64Zm9vYmFyMTIzNDU2Nzg5', 'named-secret', '16-31'],
    ['ANYTHING', GITHUB, 'known-token', '32-63'],
    ['TOKEN_FILE', GITHUB, 'known-token', '32-63'],
    ['AWS_KEY', AWS, 'known-token', '16-31'],
    ['x', JWT, 'known-token', '64+'],
    ['tls.key', PEM, 'private-key', '64+'],
    ['DATABASE_URL', 'postgres://app:hunter22x@db/app', 'url-password', '8-15'],
    ['REDIS', 'redis://:p4ssw0rd@redis:6379', 'url-password', '8-15'],
    ['HEADER', 'Authorization: Bearer abcDEF123456ghiJKL', 'authorization-header', '16-31'],
  ])('%s = %s is %s', (key, value, rule, lengthClass) => {
    expect(judgeCredential(key, value)).toEqual({ rule, lengthClass });
  });
});

describe('no credentials', () => {
  test.each([
    // suffixes that make a name about a credential (regolibrary#697, #563, defsec#1133)
    ['TLS_KEY_PATH', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['TOKEN_URL', 'https://login.example.com/oauth/token'],
    ['SECRET_NAME', 'postgres-credentials'],
    ['PASSWORD_SECRET_REF', 'db-password-ref'],
    ['AWS_ACCESS_KEY_ID', AWS],
    ['PASSWORD_HASH', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['TOKEN_TTL', '3600seconds'],
    ['API_TOKEN_HEADER', 'X-Api-Token'],
    // one and many
    ['queue-sidecar-token-audiences', 'service-x1,service-y2'],
    ['TOKEN_ISSUERS', 'https-issuer-1,issuer-2'],
    ['SECRET_STORES', 'vault-a1b2,vault-c3d4'],
    ['PASSWORD_POLICIES', 'at-least-12,no-reuse-5'],
    ['SECRET_CLASSES', 'gold-1x2,silver-3y4'],
    // what a program calls a token and tells everybody
    ['--initial-cluster-token', 'cilium-etcd-cluster-1'],
    ['ETCD_INITIAL_CLUSTER_TOKEN', 'etcd-cluster-k8s1'],
    // switches and numbers (trivy#3634)
    ['server-tokens', 'disabled'],
    ['PASSWORD', '12345678'],
    ['REQUIRE_PASSWORD', 'required'],
    ['TOKEN_ENABLED', 'true'],
    ['SECRET_ROTATION', '8760h30m'],
    // interpolations
    ['DB_PASSWORD', '$(DB_PASSWORD_REF)'],
    ['DB_PASSWORD', '${DB_PASSWORD}'],
    ['DB_PASSWORD', '{{ .Values.password }}'],
    ['DB_PASSWORD', '<your-password>'],
    ['DB_PASSWORD', '$DB_PASSWORD'],
    ['DATABASE_URL', 'postgres://app:$(PW)@db/app'],
    ['DATABASE_URL', 'postgres://user:password@host/db'],
    // references to secret stores, sealed values, masks
    ['DB_PASSWORD', 'vault:secret/data/db#password'],
    ['DB_PASSWORD', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
    ['DB_PASSWORD', 'op://vault/item/field'],
    ['DB_PASSWORD', 'ENC[AES256_GCM,data:abc,iv:x]'],
    ['DB_PASSWORD', 'projects/x/secrets/y/versions/1'],
    ['DB_PASSWORD', '********'],
    ['DB_PASSWORD', 'REDACTED'],
    ['DB_PASSWORD', 'REPLACE_ME_PLEASE'],
    // paths, addresses, names
    ['PRIVATE_KEY', '/etc/tls/private/tls.key'],
    ['TOKEN', 'https://login.example.com/token'],
    ['SECRET', 'postgres-credentials'],
    ['AUTH_TOKEN_ISSUER', 'kubernetes/serviceaccount'],
    ['KEY', 'app.kubernetes.io/name'],
    ['PUBLIC_KEY', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['ssh_key', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ'],
    ['MONKEY', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['KEYCLOAK_REALM', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['checksum/secret', 'a8Xk29fLqPz7Mn4Rt6Vb'],
    ['ca.crt', '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----'],
    ['DB_PASSWORD', 'short'],
    ['GREETING', 'correct-horse9'],
  ])('%s = %s', (key, value) => expect(judgeCredential(key, value)).toBeNull());
});

test('finds credentials in files, by line, without their values', () => {
  const file = [
    '# settings',
    'spring.datasource.url=jdbc:postgresql://db.data:5432/app',
    'spring.datasource.password=correct-horse9',
    '"apiToken": "abc123def456ghi",',
    'export GH=1; curl -H "Authorization: Bearer abcDEF123456ghiJKL" x',
    'Server=db;User Id=sa;Password=Tr0ub4dor3;',
    `note ${GITHUB}`,
    'token_ttl: 3600seconds',
  ].join('\n');
  expect(findCredentials(file)).toEqual([
    { name: 'spring.datasource.password', rule: 'named-password', lengthClass: '8-15', line: 3 },
    { name: 'apiToken', rule: 'named-secret', lengthClass: '8-15', line: 4 },
    { name: '', rule: 'authorization-header', lengthClass: '16-31', line: 5 },
    { name: 'Password', rule: 'named-password', lengthClass: '8-15', line: 6 },
    { name: '', rule: 'known-token', lengthClass: '32-63', line: 7 },
  ]);
});

test('a shell line names its variable', () => {
  expect(credentialInLine('PGPASSWORD=correct-horse9 psql -h db')).toEqual({
    name: 'PGPASSWORD',
    rule: 'named-password',
    lengthClass: '8-15',
  });
});

test('a key that is only about a credential has no strength', () => {
  expect(credentialKeyStrength('DB_PASSWORD')).toBe('password');
  expect(credentialKeyStrength('pass_through')).toBe('none');
  expect(isCredentialShaped('two words here', 'password')).toBe(false);
});

test('any text: a verdict or nothing, in no time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string(), (value, key) => {
      const verdict = judgeCredential(key, value);
      expect(verdict === null || verdict.lengthClass !== undefined).toBe(true);
      for (const found of findCredentials(value)) expect(found.line).toBeGreaterThan(0);
    }),
  );
});
