import { sanitise } from '../../kube/sanitise.ts';
import { ConnectionError, oneLine, reasonOf } from './connection-error.ts';
import { renewedCredential, type Credential, type Lease } from './credential.ts';
import { isMissing, type Host } from './host.ts';
import { isJsonObject, textOf } from './json-shape.ts';
import type { ExecEntry } from './kubeconfig-schema.ts';

/** What a plugin with provideClusterInfo is told (client.authentication.k8s.io Cluster). */
export interface ExecCluster {
  readonly server: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority-data'?: string;
  readonly 'proxy-url'?: string;
  readonly 'disable-compression'?: boolean;
  readonly config?: unknown;
}

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** A token is renewed this long before it expires, or a tenth of its life where that is shorter. */
const LEEWAY_MS = 60_000;
const MAX_PLUGIN_TEXT = 400;

/**
 * Checks an exec entry as client-go's validateAuthInfo does.
 *
 * @param user the name of the kubeconfig's user, for messages
 * @throws ConnectionError
 */
export function checkExecEntry(exec: ExecEntry, user: string): void {
  const fault = ((): string | null => {
    if (exec.command === '') return 'command must be specified';
    if (exec.apiVersion === '') return 'apiVersion must be specified';
    if (!API_VERSIONS.includes(exec.apiVersion)) return `apiVersion must be one of ${API_VERSIONS.join(', ')}`;
    if (exec.env.some(({ name }) => name === '')) return 'every env entry needs a name';
    if (exec.interactiveMode === '') return 'interactiveMode must be specified (Never, IfAvailable or Always)';
    if (!['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode)) {
      return `interactiveMode "${exec.interactiveMode}" is none of Never, IfAvailable, Always`;
    }
    return null;
  })();
  if (fault !== null) throw new ConnectionError(`the exec plugin of user "${user}" in the kubeconfig: ${fault}`);
}

/**
 * A credential that an exec plugin gives (client-go plugin/pkg/client/auth/exec/exec.go).
 *
 * @param cluster what the plugin is told where it asks for provideClusterInfo
 */
export function execCredential(exec: ExecEntry, cluster: ExecCluster, host: Host): Credential {
  return renewedCredential(() => runPlugin(exec, cluster, host), host.clock, false);
}

async function runPlugin(exec: ExecEntry, cluster: ExecCluster, host: Host): Promise<Lease> {
  const interactive = mayInteract(exec, host);
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster } : {}), interactive },
  };
  const env = {
    ...host.env,
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const started = host.clock.now();
  const result = await host
    .run({ command: exec.command, args: exec.args, env, interactive })
    .catch((error: unknown) => {
      const hint = exec.installHint === '' ? '' : ` ${sanitise(exec.installHint, MAX_PLUGIN_TEXT)}`;
      const what = isMissing(error) ? 'was not found; it is needed to log in.' : `can't be run: ${reasonOf(error)}.`;
      throw new ConnectionError(`the login plugin ${sanitise(exec.command)} ${what}${hint}`, { cause: error });
    });
  if (result.code !== 0) {
    const said = result.stderr.trim();
    throw new ConnectionError(
      `the login plugin ${sanitise(exec.command)} failed with exit code ${result.code ?? 'none'}` +
        (said === '' ? '' : `: ${oneLine(said, MAX_PLUGIN_TEXT)}`),
    );
  }
  return readAnswer(result.stdout, exec, started);
}

function mayInteract(exec: ExecEntry, host: Host): boolean {
  if (exec.interactiveMode === 'Never') return false;
  const stdin = host.stdin();
  if (exec.interactiveMode === 'IfAvailable') return stdin === 'terminal';
  if (stdin === 'terminal') return true;
  throw new ConnectionError(
    stdin === 'in-use'
      ? `the login plugin ${sanitise(exec.command)} must ask you something, and the session uses the terminal; quit and start again`
      : `the login plugin ${sanitise(exec.command)} must ask you something, and standard input is no terminal`,
  );
}

function readAnswer(stdout: string, exec: ExecEntry, started: number): Lease {
  const fail = (what: string): never => {
    // What it printed may be a token, so it is not quoted.
    throw new ConnectionError(`the login plugin ${sanitise(exec.command)} ${what}`);
  };
  let answer: unknown = null;
  try {
    answer = JSON.parse(stdout);
  } catch {
    // Said below.
  }
  if (!isJsonObject(answer)) return fail('did not print an ExecCredential as JSON');
  if (answer['apiVersion'] !== exec.apiVersion) {
    return fail(
      `is configured to use ${exec.apiVersion}, and answered in ${sanitise(textOf(answer['apiVersion']), MAX_PLUGIN_TEXT)}`,
    );
  }
  const status = answer['status'];
  if (!isJsonObject(status)) return fail('did not return a status');
  const token = textOf(status['token']);
  const certificate = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === '' && certificate === '' && key === '') return fail('returned neither a token nor a certificate');
  if ((certificate === '') !== (key === '')) return fail('returned only one of certificate and key');
  const expires = Date.parse(textOf(status['expirationTimestamp']));
  return {
    identity: {
      authorization: token === '' ? null : `Bearer ${token}`,
      certificate: certificate === '' ? null : certificate,
      key: key === '' ? null : key,
    },
    renewAt: Number.isNaN(expires) ? null : expires - Math.min(LEEWAY_MS, Math.max(0, (expires - started) / 10)),
  };
}
