import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { oidcCredential } from '../../../src/sources/live/oidc-credential.ts';
import { hasOpenssl, makeCertificates } from './certificates.ts';
import { fakeHost } from './fake-host.ts';

function token(expires: number): string {
  return `h.${Buffer.from(JSON.stringify({ exp: expires / 1000 })).toString('base64url')}.s`;
}

describe.skipIf(!hasOpenssl())('an OIDC login (needs openssl)', () => {
  it('is renewed with client secret and rotating refresh tokens, and not before it expires', async () => {
    const { ca, server: pair } = makeCertificates();
    const file = '/home/me/.kube/config';
    const stored = { users: [{ name: 'jane', user: { 'auth-provider': { name: 'oidc', config: {} } } }] };
    const host = fakeHost({ files: { [file]: JSON.stringify(stored) } });
    const forms: Record<string, string>[] = [];
    const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
      if (request.method === 'GET') {
        response.end(JSON.stringify({ token_endpoint: `https://${request.headers.host ?? ''}/token` }));
        return;
      }
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        forms.push(Object.fromEntries(new URLSearchParams(body)));
        const isRefused = forms.length > 2;
        const answer = isRefused
          ? { error: 'invalid_grant', error_description: 'session ended\u001b[2J' }
          : { id_token: token(host.clock.now() + 600_000), refresh_token: `next${forms.length}` };
        response.writeHead(isRefused ? 400 : 200).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    const address = server.address();
    const port = typeof address === 'string' || address === null ? 0 : address.port;
    try {
      const credential = oidcCredential(
        {
          'idp-issuer-url': `https://127.0.0.2:${port}`,
          'idp-certificate-authority-data': Buffer.from(ca).toString('base64'),
          'client-id': 'me',
          'client-secret': 'shh',
          'id-token': token(host.clock.now() - 1000),
          'refresh-token': 'first',
        },
        'jane',
        file,
        host,
      );
      const first = await credential.identity();
      expect(first.authorization).toBe(`Bearer ${token(host.clock.now() + 600_000)}`);
      host.pass(500_000);
      expect(await credential.identity()).toBe(first);
      host.pass(100_000);
      expect((await credential.identity()).authorization).not.toBe(first.authorization);
      expect(forms).toEqual([
        { grant_type: 'refresh_token', refresh_token: 'first', client_id: 'me', client_secret: 'shh' },
        { grant_type: 'refresh_token', refresh_token: 'next1', client_id: 'me', client_secret: 'shh' },
      ]);
      expect(JSON.parse(host.files.get(file) ?? '')).toMatchObject({
        users: [
          {
            user: {
              'auth-provider': {
                config: { 'id-token': token(host.clock.now() + 600_000), 'refresh-token': 'next2' },
              },
            },
          },
        ],
      });
      host.pass(700_000);
      await expect(credential.identity()).rejects.toThrow(
        /"jane" can't be renewed: invalid_grant session ended\\u001b\[2J/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
