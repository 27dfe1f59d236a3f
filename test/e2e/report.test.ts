import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { IClusterPolicyReport, IPolicyReport } from '@kubernetes-models/kyverno/wgpolicyk8s.io/v1alpha2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { EXAMPLES } from '../../bin/usage.ts';
import { startDemoChild, type DemoChild } from '../../src/sources/demo/start-demo.ts';
import { EVERYBODY_ADMIN, PRIVILEGED, QUIET } from '../bin/manifests.ts';
import { junitErrors } from '../report/junit-schema.ts';
import { policyReportErrors } from '../report/policy-report-schema.ts';
import { schemaErrors } from '../report/report-schema.ts';
import { sarifErrors } from '../report/sarif-schema.ts';

const DIST = resolve('dist');
const KUBECTL = ['/usr/bin/kubectl', '/usr/local/bin/kubectl'].find((path) => existsSync(path));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder = '';
let demo: DemoChild | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-report-'));
  await mkdir(join(folder, 'manifests'));
  await mkdir(join(folder, 'path'));
  await writeFile(join(folder, 'manifests/agent.yaml'), PRIVILEGED);
  await writeFile(join(folder, 'quiet.yaml'), QUIET);
  await writeFile(join(folder, 'no-yaml.yaml'), 'apiVersion: v1\nkind: [\n');
  await writeFile(join(folder, 'admin.yaml'), EVERYBODY_ADMIN);
  for (const name of ['kubectl-sec', 'kubectl_complete-sec']) {
    await chmod(join(DIST, `${name}.js`), 0o755);
    await symlink(join(DIST, `${name}.js`), join(folder, 'path', name));
  }
  demo = await startDemoChild(join(DIST, 'demo-server.js'));
  await writeFile(
    join(folder, 'kubeconfig'),
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'shop',
      contexts: [
        { name: 'shop', context: { cluster: 'shop', user: 'viewer' } },
        { name: 'gone', context: { cluster: 'gone', user: 'viewer' } },
      ],
      clusters: [
        { name: 'shop', cluster: { server: demo.url } },
        { name: 'gone', cluster: { server: 'http://127.0.0.1:9' } },
      ],
      users: [{ name: 'viewer', user: { token: demo.token } }],
    }),
  );
});

afterAll(async () => {
  await demo?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in the folder with nothing of the environment but what it needs. */
async function start(program: string, args: readonly string[]): Promise<Ended> {
  const path = [join(folder, 'path'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  const env = { PATH: path, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
  return new Promise((done) => {
    const child = execFile(program, args, { cwd: folder, env, maxBuffer: 1 << 26 }, (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end();
  });
}

async function k8sec(...args: string[]): Promise<Ended> {
  return start(process.execPath, [join(DIST, 'k8sec.js'), ...args]);
}

describe('the built program', () => {
  test('reports the demo cluster in the shape of the schema, with findings of every pane', async () => {
    const { code, out, err } = await k8sec('--demo', '-o', 'json');
    const report = JSON.parse(out) as { findings: { pane: string }[]; notJudged: unknown[] };
    expect(schemaErrors(report)).toEqual([]);
    expect([...new Set(report.findings.map((one) => one.pane))].sort()).toEqual(
      ['audit', 'labels', 'network', 'rbac', 'secrets', 'vigilance'].sort(),
    );
    expect(report.notJudged).toEqual([]);
    expect(err).toBe('');
    expect(code).toBe(2);
  });

  test('makes the least role of an account by the log that the demo cluster writes', async () => {
    const { code, out, err } = await k8sec('role', 'sa:ci/deployer', '--demo');
    expect(out).toMatch(/^# (\d+) of \1 events of system:serviceaccount:ci:deployer from .* are allowed again\n/);
    expect(out).toContain('kind: Role\n');
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  test('reports the whole demo cluster as SARIF, JUnit and PolicyReport by their schemas', async () => {
    const [sarif, junit, policy] = await Promise.all(
      ['sarif', 'junit', 'policyreport'].map((format) => k8sec('--demo', '-o', format)),
    );
    if (sarif === undefined || junit === undefined || policy === undefined) throw new Error('a report is missing');
    const reports = parseAllDocuments(policy.out).map((one) => one.toJS() as IClusterPolicyReport | IPolicyReport);
    expect(reports.flatMap(policyReportErrors)).toEqual([]);
    expect(reports.length).toBeGreaterThan(4);
    const log = JSON.parse(sarif.out) as { runs: { results: { partialFingerprints: Record<string, string> }[] }[] };
    expect(sarifErrors(log)).toEqual([]);
    expect(await junitErrors(junit.out)).toEqual([]);
    const results = log.runs.flatMap((run) => run.results.map((one) => one.partialFingerprints));
    expect(results.length).toBeGreaterThan(100);
    for (const name of ['k8secFindingId/v1', 'primaryLocationLineHash']) {
      expect(new Set(results.map((one) => one[name])).size).toBe(results.length);
    }
  });

  // In this order: a later example reads what an earlier one wrote.
  test.each(EXAMPLES.map((words) => [words.join(' '), words] as const))(
    'the example "k8sec %s" runs',
    async (_, words) => {
      const { code, out, err } = await k8sec(...words);
      expect(err).not.toMatch(/unexpected error|unknown|invalid|^\s+at /m);
      expect([0, 2, 3]).toContain(code);
      const writesFile = words.includes('--output-file') || words.includes('snapshot');
      expect(out === '').toBe(writesFile);
    },
  );

  test('compares two snapshots of the same cluster', async () => {
    await k8sec('snapshot', 'first.k8sec');
    const { code, out } = await k8sec('diff', 'first.k8sec', 'first.k8sec');
    expect(out).toBe('findings: no difference\npermissions: no difference\nconnections: no difference\n');
    expect(code).toBe(0);
  });

  test('reports every context: a line and a file per cluster, and the one that is gone', async () => {
    const { code, out } = await k8sec('--all-contexts', '--output-file', 'clusters', '-o', 'json');
    const [gone = '', shop = ''] = out.split('\n');
    expect(gone).toMatch(/^gone {2}not reached: /);
    expect(shop).toMatch(/^shop {2}\d+ critical, .*; exit code 2: .*; clusters\/shop\.json$/);
    expect(schemaErrors(JSON.parse(await readFile(join(folder, 'clusters/shop.json'), 'utf8')))).toEqual([]);
    expect(code).toBe(2);
  });

  test('tells which of its rights are missing', async () => {
    const { out, err } = await k8sec('own-access');
    expect(out).toContain('kind: ClusterRole');
    expect(err).toContain('nothing of it is missing for you');
  });
});

describe('the completion of bash', () => {
  const SCRIPT = `source <("$0" "$1" completion bash); COMP_LINE=$2; COMP_POINT=\${#2}; _k8sec; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const completions = async (line: string): Promise<readonly string[]> => {
    const program = join(DIST, 'k8sec.js');
    const { out, err } = await start('bash', ['-c', SCRIPT, process.execPath, program, line]);
    expect(err).toBe('');
    return out.trimEnd().split('\n');
  };

  test.each([
    ['k8sec who', ['who-can']],
    ['k8sec --fail-on h', ['high']],
    ['k8sec --fail-on=h', ['high']],
    ['k8sec -n sta', ['staging']],
    ['kubectl-sec --context sh', ['shop']],
    ['k8sec --report --rule vigilance/host-n', ['vigilance/host-namespaces']],
    ['k8sec --from some', ['']],
  ])('%s', async (line, wanted) => {
    expect(await completions(line)).toEqual(wanted);
  });
});

describe.skipIf(KUBECTL === undefined)('as a plugin of kubectl', () => {
  const kubectl = async (...args: string[]): Promise<Ended> => start(KUBECTL ?? 'kubectl', args);

  test.each([
    ['quiet.yaml', 0],
    ['admin.yaml', 2],
    ['no-yaml.yaml', 3],
  ])('passes the exit code of %s through: %i', async (file, expected) => {
    const { code, out } = await kubectl('sec', '--report', '--from', file, '-o', 'json');
    expect(code).toBe(expected);
    expect(schemaErrors(JSON.parse(out))).toEqual([]);
  });

  test('speaks of itself as kubectl sec', async () => {
    const { code, out, err } = await kubectl('sec', '--report', '--from', 'missing.yaml');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('kubectl sec: cannot read missing.yaml');
  });

  test('reads a namespace of the cluster of the kubeconfig', async () => {
    const { code, out } = await kubectl('sec', '--report', '-n', 'shop', '-o', 'json');
    const { findings } = JSON.parse(out) as { findings: { subject: { namespace: string | null; kind: string } }[] };
    expect(code).toBe(2);
    const others = findings.filter(({ subject }) => subject.kind !== 'Actor' && subject.namespace !== 'shop');
    expect(others.filter(({ subject }) => subject.kind !== 'Namespace')).toEqual([]);
  });

  test('completes flags, values and namespaces', async () => {
    const completions = async (...words: string[]): Promise<readonly string[]> =>
      (await kubectl('__complete', 'sec', ...words)).out.split('\n').map((line) => line.split('\t')[0] ?? '');
    expect(await completions('--fail')).toContain('--fail-on');
    expect(await completions('--fail-on', 'h')).toContain('high');
    expect(await completions('-n', '')).toEqual(expect.arrayContaining(['shop', 'data', 'payments']));
    expect(await completions('who')).toContain('who-can');
  });
});
