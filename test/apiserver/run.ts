/**
 * Runs the tests that need a real API server. kube-apiserver and etcd come from `TEST_ASSET_KUBE_APISERVER` and
 * `TEST_ASSET_ETCD`, from `KUBEBUILDER_ASSETS` (the conventions of envtest), or are built once from Go modules into a
 * cache folder. Without any of these the tests are skipped with a line that says so, and so are those that need other
 * projects' definitions of custom resources, where no variable names a folder with them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

function givenAssets(): string | undefined {
  const { TEST_ASSET_KUBE_APISERVER: server, TEST_ASSET_ETCD: etcd, KUBEBUILDER_ASSETS: folder } = process.env;
  if (server !== undefined && etcd !== undefined) return '';
  return folder !== undefined && existsSync(join(folder, 'kube-apiserver')) ? folder : undefined;
}

function builtAssets(): string | undefined {
  const recipe = createHash('sha256');
  for (const file of ['build.sh', 'servers/kube/go.mod', 'servers/etcd/go.mod']) {
    recipe.update(readFileSync(join(here, file)));
  }
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'k8sec-test', recipe.digest('hex').slice(0, 16));
  if (existsSync(join(folder, 'kube-apiserver')) && existsSync(join(folder, 'etcd'))) return folder;
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  process.stdout.write(`building etcd and kube-apiserver (about 8 minutes, once)\n`);
  const build = spawnSync('bash', [join(here, 'build.sh'), folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  return build.status === 0 ? folder : undefined;
}

/** Whose definitions of custom resources tests create on a server, by the variable that names the folder with them. */
const DEFINITIONS = {
  POLICY_REPORT_DEFINITIONS: 'the policy working group (wgpolicyk8s.io_policyreports.yaml and the cluster one)',
  EXTERNAL_SECRETS_DEFINITIONS: 'the External Secrets Operator (external-secrets.io_externalsecrets.yaml)',
} as const;

function tellMissingDefinitions(): void {
  for (const [variable, whose] of Object.entries(DEFINITIONS)) {
    if (process.env[variable] === undefined)
      process.stdout.write(`skipped: tests with the definitions of ${whose} need ${variable}\n`);
  }
}

const assets = givenAssets() ?? builtAssets();
if (assets === undefined) {
  process.stdout.write('skipped: the API server tests need KUBEBUILDER_ASSETS, TEST_ASSET_*, or Go 1.26\n');
  process.stdout.write('0 passed, 0 failed\n');
} else {
  tellMissingDefinitions();
  const env = { ...process.env, ...(assets === '' ? {} : { KUBEBUILDER_ASSETS: assets }) };
  const tests = spawnSync('vitest', ['run', '--config', 'test/apiserver/vitest.config.ts', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  process.exitCode = tests.status ?? 1;
}
