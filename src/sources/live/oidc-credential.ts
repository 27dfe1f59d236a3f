import type { Agent } from 'node:https';
import { sanitise } from '../../kube/sanitise.ts';
import { ConnectionError, reasonOf } from './connection-error.ts';
import { renewedCredential, type Credential } from './credential.ts';
import type { Host } from './host.ts';
import { https } from './node-http.ts';
import { storeLogin, type StoredUser } from './stored-login.ts';
import { objectOf, textOf, type JsonObject } from './json-shape.ts';

/** golang.org/x/oauth2's, which client-go's oidc provider uses. */
const EXPIRY_DELTA_MS = 10_000;
const LOGIN_TIMEOUT_MS = 30_000;

type ProviderConfig = Readonly<Record<string, string>>;

/**
 * The auth-provider `oidc` (client-go plugin/pkg/client/auth/oidc/oidc.go): the id-token while it is valid, then a new
 * one for the refresh-token. Written out here because client-node's refresh drops the client-secret and mistakes the
 * token's life for its end. What is renewed is written back to the kubeconfig.
 *
 * @param user the name of the kubeconfig's user
 * @param file the kubeconfig that defines it; null: what is renewed is kept in memory only
 */
export function oidcCredential(config: ProviderConfig, user: string, file: string | null, host: Host): Credential {
  let refreshToken = config['refresh-token'] ?? '';
  return renewedCredential(
    async (previous) => {
      const kept = config['id-token'] ?? '';
      const expires = expiryOfJwt(kept);
      if (previous === null && expires !== null && host.clock.now() < expires - EXPIRY_DELTA_MS) {
        return { identity: bearer(kept), renewAt: expires - EXPIRY_DELTA_MS };
      }
      if (refreshToken === '') {
        throw new ConnectionError(
          `the login of user "${user}" has expired, and the kubeconfig has no refresh-token; log in again`,
        );
      }
      const fresh = await refresh(config, refreshToken, await caOf(config, host)).catch((error: unknown) => {
        throw new ConnectionError(`the login of user "${user}" can't be renewed: ${reasonOf(error)}; log in again`, {
          cause: error,
        });
      });
      const isExchanged = fresh.refreshToken !== '' && fresh.refreshToken !== refreshToken;
      if (isExchanged) ({ refreshToken } = fresh);
      if (file !== null) await keep({ file, user }, fresh.idToken, isExchanged ? refreshToken : null, host);
      const end = expiryOfJwt(fresh.idToken);
      return { identity: bearer(fresh.idToken), renewAt: end === null ? null : end - EXPIRY_DELTA_MS };
    },
    host.clock,
    false,
  );
}

/** A refresh token that was exchanged and is lost logs every tool out; an id-token alone can be had again. */
async function keep(stored: StoredUser, idToken: string, exchanged: string | null, host: Host): Promise<void> {
  const settings = { 'id-token': idToken, ...(exchanged === null ? {} : { 'refresh-token': exchanged }) };
  try {
    await storeLogin(stored, settings, host);
  } catch (error) {
    if (exchanged !== null) throw error;
  }
}

function bearer(token: string): { authorization: string; certificate: null; key: null } {
  return { authorization: `Bearer ${token}`, certificate: null, key: null };
}

/** The `exp` of a JWT in milliseconds; null where the text is none or has none. */
export function expiryOfJwt(token: string): number | null {
  const [, payload] = token.split('.');
  if (payload === undefined) return null;
  try {
    const { exp } = objectOf(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return typeof exp === 'number' ? exp * 1000 : null;
  } catch {
    return null;
  }
}

async function caOf(config: ProviderConfig, host: Host): Promise<Buffer | null> {
  const data = config['idp-certificate-authority-data'] ?? '';
  if (data !== '') return Buffer.from(data, 'base64');
  const file = config['idp-certificate-authority'] ?? '';
  return file === '' ? null : host.readFile(file);
}

async function refresh(
  config: ProviderConfig,
  refreshToken: string,
  ca: Buffer | null,
): Promise<{ readonly idToken: string; readonly refreshToken: string }> {
  const issuer = (config['idp-issuer-url'] ?? '').replace(/\/+$/, '');
  const clientId = config['client-id'] ?? '';
  if (issuer === '' || clientId === '') throw new Error('idp-issuer-url and client-id must be set');
  const agent = new (https().Agent)(ca === null ? {} : { ca });
  try {
    const provider = await fetchJson(`${issuer}/.well-known/openid-configuration`, agent, null);
    const endpoint = provider['token_endpoint'];
    if (typeof endpoint !== 'string') throw new Error(`${issuer} names no token endpoint`);
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId });
    const secret = config['client-secret'] ?? '';
    if (secret !== '') form.set('client_secret', secret);
    const answer = await fetchJson(endpoint, agent, form.toString());
    const idToken = answer['id_token'];
    if (typeof idToken !== 'string') throw new Error(`${issuer} gave no id_token`);
    const next = answer['refresh_token'];
    return { idToken, refreshToken: typeof next === 'string' ? next : '' };
  } finally {
    agent.destroy();
  }
}

function fetchJson(url: string, agent: Agent, form: string | null): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const sent = https().request(
      url,
      {
        agent,
        method: form === null ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        timeout: LOGIN_TIMEOUT_MS,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          try {
            const body = objectOf(JSON.parse(text));
            if ((response.statusCode ?? 0) < 300) resolve(body);
            else reject(new Error(sanitise(`${textOf(body['error'])} ${textOf(body['error_description'])}`, 200)));
          } catch {
            reject(new Error(`${new URL(url).host} answered ${response.statusCode ?? 'nothing'} without JSON`));
          }
        });
      },
    );
    sent.once('timeout', () => sent.destroy(new Error(`${new URL(url).host} does not answer`)));
    sent.once('error', reject);
    sent.end(form ?? undefined);
  });
}
