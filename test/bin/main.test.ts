import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { FLAGS } from '../../bin/flags.ts';
import { commandLines } from '../../bin/usage.ts';
import { ALL_KINDS, kindInfo } from '../../src/model/kind.ts';
import { TOOL } from '../../src/model/tool.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { schemaErrors } from '../report/report-schema.ts';
import { run } from './fake-world.ts';
import { BROKEN_POLICY, EVERYBODY_ADMIN, PRIVILEGED, QUIET } from './manifests.ts';

const PRIVILEGED_RULE = 'vigilance/privileged-workload';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8sec-main-'));
  writeFileSync(at('privileged.yaml'), PRIVILEGED);
  writeFileSync(at('quiet.yaml'), QUIET);
  writeFileSync(at('admin.yaml'), EVERYBODY_ADMIN);
  writeFileSync(at('broken-policy.yaml'), BROKEN_POLICY);
  writeFileSync(at('no-yaml.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: {name: [\n');
  writeFileSync(at('kubeconfig'), KUBECONFIG);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing listens there. */
const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: dead, user: nobody}}
- {name: two/eu, context: {cluster: dead, user: nobody}}
clusters:
- {name: dead, cluster: {server: "http://127.0.0.1:9"}}
users:
- {name: nobody, user: {token: x}}
`;

describe('a bad command line', () => {
  it.each([
    [['--reprot'], 'unknown flag: --reprot; did you mean --report?'],
    [['-Z'], "unknown shorthand flag: 'Z' in -Z"],
    [['--namespace'], 'flag needs an argument: --namespace'],
    [['--demo=maybe'], 'invalid argument "maybe" for --demo: it is true or false'],
    [['-o', 'jsno'], 'invalid value "jsno" for --output'],
    [['-o', 'dot', '--from', 'x.yaml'], '-o dot is no format of the report'],
    [['--fail-on', 'hihg'], 'did you mean high?'],
    [['--severity', 'worst'], 'it is one of critical, high, medium, low, info'],
    [['--pane', 'netwrok'], 'did you mean network?'],
    [['--start-pane', 'posture'], 'invalid value "posture" for --start-pane'],
    [['--rule', 'network/no-ingres-isolation'], 'did you mean network/no-ingress-isolation?'],
    [['--allow-unread', 'secretz'], 'did you mean secrets?'],
    [['--since', 'yesterday'], 'invalid duration "yesterday" for --since'],
    [['--now', '23.11.2026'], 'invalid time "23.11.2026" for --now'],
    [['--kubernetes-version', 'latest'], 'invalid version "latest" for --kubernetes-version'],
    [['--pod-security-version', 'new'], 'invalid version "new" for --pod-security-version'],
    [['-l', 'app in'], 'invalid selector "app in" for --selector'],
    [['-v=much'], 'invalid argument "much" for --verbose'],
    [['--onto', 'state.json'], '--onto needs --from'],
    [['--complete'], '--complete says something about the files of --from'],
    [['--demo', '--from', 'x'], '--demo and --from: choose one input'],
    [['--all-contexts', '--from', 'x'], '--all-contexts and --from: choose one input'],
    [['--since', '1h', '--since-time', '2026-01-01'], 'choose one beginning'],
    [['--session', '--report'], '--session and --report: choose one'],
    [['--context', 'a', '--context', 'b', 'can', 'user:x'], 'several contexts are for reports'],
    [['--context', 'a', '--context', 'b', '-o', 'json'], 'needs a folder: --output-file DIR'],
    [['who-cna', 'get', 'pods'], 'unknown command "who-cna" for k8sec; did you mean who-can?'],
    [['report'], 'unknown command "report" for k8sec; did you mean --report?'],
    [['repotr'], 'unknown command "repotr" for k8sec; did you mean --report?'],
    [['--explain'], '--explain is a flag of'],
    [['snapshot'], 'snapshot takes the name of one file to write'],
  ])('%j ends with 1 and says why', async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out).toBe('');
    expect(code).toBe(1);
  });
});

describe('a file that is not there', () => {
  it.each(['--baseline', '--config', '--directory', '--onto'])('of %s is named in words', async (flag) => {
    const missing = at('missing');
    const { code, out, err } = await run(['--report', '--from', at('quiet.yaml'), flag, missing]);
    expect(err).toBe(`k8sec: cannot read ${missing}: no such file or folder\n`);
    expect(out).toBe('');
    expect(code).toBe(1);
  });
});

describe('help and version', () => {
  it('--version names the program and its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: `k8sec ${TOOL.version}\n`, err: '' });
  });

  it('--help lists every flag and every command', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const { name, short } of FLAGS) {
      expect(out).toMatch(short === undefined ? new RegExp(` --${name}\\b`) : new RegExp(`-${short}, --${name}\\b`));
    }
    for (const { name, options } of COMMANDS) {
      for (const option of options) expect(out).toContain(`  ${name} --${option.name} `);
    }
    for (const { usage } of commandLines()) expect(out).toContain(`k8sec ${usage}`);
  });

  it('speaks of the plugin by its name', async () => {
    const { out } = await run(['-h'], { program: 'kubectl sec' });
    expect(out).toContain('kubectl sec --report');
    expect(out).not.toMatch(/^ {2}k8sec /m);
  });
});

describe('a report of files', () => {
  const report = async (...argv: string[]): ReturnType<typeof run> => run(['--report', ...argv]);

  it('ends with 2 for a finding at or over --fail-on, else with 0', async () => {
    expect(await report('--from', at('privileged.yaml'))).toMatchObject({ code: 2, err: '' });
    expect(await report('--from', at('privileged.yaml'), '--fail-on', 'critical')).toMatchObject({ code: 0 });
    expect(await report('--from', at('privileged.yaml'), '--fail-on', 'never')).toMatchObject({ code: 0 });
    expect(await report('--from', at('quiet.yaml'))).toMatchObject({ code: 0 });
    expect(await report('--from', at('admin.yaml'), '--fail-on', 'critical')).toMatchObject({ code: 2 });
  });

  it('counts absence only where the files are everything', async () => {
    const argv = ['--from', at('quiet.yaml'), '--fail-on', 'medium', '--rule', 'network/no-ingress-isolation'];
    expect(await report(...argv)).toMatchObject({ code: 0 });
    expect(await report(...argv, '--complete')).toMatchObject({ code: 2 });
  });

  it('names what can not be parsed, judges the rest, and ends with 3', async () => {
    const { code, out } = await report('--from', at('quiet.yaml'), '--from', at('no-yaml.yaml'));
    expect(out).toMatch(/NOT JUDGED {2}\d+\n.*no-yaml\.yaml:\d+: /);
    expect(out).toContain('Deployment shop/web');
    expect(code).toBe(3);
  });

  it('names the field that a server would refuse', async () => {
    const argv = ['--from', at('broken-policy.yaml'), '--rule', 'network/no-ingress-isolation', '--fail-on', 'never'];
    const { code, out } = await report(...argv);
    expect(out).toContain('broken-policy.yaml:8: NetworkPolicy shop/web: spec.ingress[0].from[0].ipBlock.cidr');
    expect(code).toBe(3);
  });

  it('can not be made of nothing', async () => {
    expect(await report('--from', at('missing.yaml'))).toMatchObject({ code: 1, out: '' });
    expect(await report()).toMatchObject({ code: 1, out: '' });
    writeFileSync(at('empty.txt'), 'hello');
    expect(await report('--from', at('empty.txt'))).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    [[], 'default'],
    [['-n', 'sandbox'], 'sandbox'],
    [['-n', 'default', '-n', 'sandbox'], 'default'],
  ])('puts what names no namespace where kubectl would: %j', async (flags, namespace) => {
    const rbac = 'apiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: reader}\n';
    const readStandardInput = async (): Promise<Uint8Array> =>
      Buffer.from(
        [
          'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: reader}\n',
          `${rbac}kind: Role\nrules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n`,
          `${rbac}kind: RoleBinding
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader}]
`,
        ].join('---\n'),
      );
    const argv = ['--from', '-', '--pane', 'rbac', '-o', 'json', '--complete', ...flags];
    const { findings } = JSON.parse((await run(argv, { readStandardInput })).out) as {
      findings: { rule: string; subject: unknown; evidence: { object: unknown }[] }[];
    };
    expect(findings.map(({ rule, subject }) => [rule, subject])).toEqual([
      [
        'rbac/reads-secrets',
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace, name: 'reader' },
      ],
    ]);
  });

  it('reads standard input, packed or not, and List kinds', async () => {
    const [metadata, ...rest] = [JSON.stringify({ name: 'agent' }), '"spec":{"containers":[{"name":"a","image":"a:1"'];
    const item = `{"metadata":${metadata},${rest.join('')},"securityContext":{"privileged":true}}]}}`;
    const input = Buffer.from(`{"apiVersion":"v1","kind":"PodList","items":[${item}]}`);
    const argv = ['--from', '-', '-n', 'sandbox', '--rule', PRIVILEGED_RULE, '-o', 'json'];
    for (const bytes of [input, gzipSync(input)]) {
      const { code, out } = await run(argv, { readStandardInput: async () => bytes });
      expect(code).toBe(2);
      const { findings } = JSON.parse(out) as { findings: { subject: unknown }[] };
      expect(findings.map((one) => one.subject)).toEqual([
        { apiVersion: 'v1', kind: 'Pod', namespace: 'sandbox', name: 'agent' },
      ]);
    }
  });

  it('is valid by the schema, and its SARIF names file and line', async () => {
    const { out } = await report('--from', folder, '-o', 'json', '--with-remedies');
    expect(schemaErrors(JSON.parse(out))).toEqual([]);
    const sarif = await report('--from', at('privileged.yaml'), '-o', 'sarif', '--rule', PRIVILEGED_RULE);
    expect(sarif.out).toContain(`"uri":"file://${at('privileged.yaml')}"},"region":{"startLine":1}`);
  });

  it('is written whole or not at all', async () => {
    const written = await report('--from', at('quiet.yaml'), '--output-file', at('out/report.json'), '-o', 'json');
    expect(written).toMatchObject({ code: 0, out: '' });
    expect(schemaErrors(JSON.parse(readFileSync(at('out/report.json'), 'utf8')))).toEqual([]);
    const createFile = async (): Promise<never> => Promise.reject(new Error('disk full'));
    const failed = await run(['--from', at('quiet.yaml'), '--output-file', at('out/other.json')], { createFile });
    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(readdirSync(at('out'))).toEqual(['report.json']);
  });

  it('judges pods by the version asked for, and the server by --kubernetes-version', async () => {
    const argv = ['--from', at('privileged.yaml'), '-o', 'json'];
    const version = async (...more: string[]): Promise<unknown> => {
      const { podSecurity, vigilance } = JSON.parse((await report(...argv, ...more)).out) as Record<string, unknown>;
      return [(podSecurity as { version: string }).version, (vigilance as { server: string | null }).server];
    };
    const [newest] = (await version()) as [string];
    expect(await version('--pod-security-version', 'v1.24')).toEqual(['v1.24', null]);
    expect(await version('--pod-security-version', 'latest')).toEqual([newest, null]);
    expect(await version('--kubernetes-version', '1.30')).toEqual([newest, 'v1.30']);
  });

  it('writes remedies as YAML, and says where', async () => {
    const { out, err } = await report(
      '--from',
      at('privileged.yaml'),
      '--rule',
      PRIVILEGED_RULE,
      '--remediate',
      at('fix'),
    );
    expect(err).toBe(`wrote 1 remedy to ${at('fix')}\n`);
    const file = at('fix/_no-owner/shop/security-context-patch-deployment-shop-agent.yaml');
    expect(out).toContain(`: ${file}\n`);
    expect(readFileSync(file, 'utf8')).toContain('kind: Deployment');
  });

  it('says what an earlier run left in the folder of remedies, and nothing of what else lies there', async () => {
    const argv = ['--from', at('privileged.yaml'), '--rule', PRIVILEGED_RULE, '--remediate', at('again')];
    await report(...argv);
    for (const folder of ['again/team/gone', 'again/team/other']) mkdirSync(at(folder), { recursive: true });
    writeFileSync(at('again/team/other/own.yaml'), '');
    expect((await report(...argv)).err).toBe(`wrote 1 remedy to ${at('again')}\n`);
    writeFileSync(at('again/_no-owner/shop/old.yaml'), '');
    writeFileSync(
      at('again/team/gone/README.md'),
      '# gone\n\nNothing here has been applied. Read what each file says at its head first.\n',
    );
    expect((await report(...argv)).err).toBe(
      `wrote 1 remedy to ${at('again')}\n${at('again')} still has _no-owner/shop/old.yaml and 1 more, which this run did not write: ` +
        'remove what is of an earlier run, for it is of an earlier state\n',
    );
  });

  it('takes waivers from a config file, and refuses one it does not understand', async () => {
    writeFileSync(
      at('config.yaml'),
      `apiVersion: k8sec/v1\nwaivers: [{rule: ${PRIVILEGED_RULE}, subject: Deployment shop/agent, reason: a node agent}]\n`,
    );
    const argv = ['--from', at('privileged.yaml'), '--rule', PRIVILEGED_RULE];
    const waived = await report(...argv, '--config', at('config.yaml'));
    expect(waived.code).toBe(0);
    expect(waived.out).toContain('no findings, 1 waived');
    writeFileSync(at('wrong.yaml'), 'apiVersion: k8sec/v1\nwaiver: []\n');
    const wrong = await run(argv, { env: { K8SEC_CONFIG: at('wrong.yaml') } });
    expect(wrong).toEqual({
      code: 1,
      out: '',
      err: `k8sec: ${at('wrong.yaml')}:2: unknown key waiver; did you mean waivers?\n`,
    });
  });

  it('finds the config file beside the files', async () => {
    mkdirSync(at('repo'));
    writeFileSync(at('repo/agent.yaml'), PRIVILEGED);
    writeFileSync(
      at('repo/.k8sec.yaml'),
      `apiVersion: k8sec/v1\nwaivers: [{rule: ${PRIVILEGED_RULE}, subject: '* shop/*', reason: test}]\n`,
    );
    for (const path of ['repo', 'repo/agent.yaml']) {
      expect((await report('--from', at(path), '--rule', PRIVILEGED_RULE)).out).toContain('1 waived');
    }
  });

  it('fails on new findings only with a baseline', async () => {
    await report('--from', at('privileged.yaml'), '-o', 'json', '--output-file', at('old.json'));
    const argv = ['--baseline', at('old.json'), '--from', at('privileged.yaml')];
    expect(await report(...argv)).toMatchObject({ code: 0 });
    const more = await report(...argv, '--from', at('admin.yaml'));
    expect(more.code).toBe(2);
    expect(more.out).toContain('[new]');
    const wrong = await report('--baseline', at('quiet.yaml'), '--from', at('quiet.yaml'));
    expect(wrong).toMatchObject({ code: 1, out: '' });
  });

  it('says why it writes a report where a session was expected, unless -q', async () => {
    const argv = ['--server', 'http://127.0.0.1:9'];
    expect((await run(argv)).err).toContain('standard output is no terminal: writing a report (--session insists)');
    expect((await run([...argv, '-q'])).err).not.toContain('writing a report');
  });

  it('tells with -v what was read', async () => {
    const { err } = await report('--from', at('quiet.yaml'), '-v=2');
    expect(err).toMatch(/^read 1 objects and made \d+ findings in 0\.0 s\n {2}/);
    expect(err).toContain('  deployments apps/v1: live, 1 objects\n');
  });

  it('shows progress only on a terminal, and not with --no-progress', async () => {
    const argv = ['--from', at('quiet.yaml'), '--audit-log', at('audit.log')];
    writeFileSync(at('audit.log'), '{"kind":"Event","apiVersion":"audit.k8s.io/v1"}\n'.repeat(10));
    const control = '\u001b[2K';
    expect((await run(argv)).err).not.toContain(control);
    expect((await run(argv, { stderrIsTerminal: true })).err).toContain(control);
    expect((await run([...argv, '--no-progress'], { stderrIsTerminal: true })).err).not.toContain(control);
  });

  it.each([
    ['a report', ['--from', 'quiet.yaml', '--audit-log', 'notes.txt']],
    ['the command', ['audit', '--audit-log', 'notes.txt']],
    ['the record of events', ['audit', '--events', '--audit-log', 'notes.txt']],
  ])('takes a file of other text for no audit log: %s', async (_, argv) => {
    writeFileSync(at('notes.txt'), 'hello\nworld\n');
    const paths = argv.map((one) => (one.includes('.') ? at(one) : one));
    const { code, err } = await run(paths);
    expect(err).toContain(`${at('notes.txt')}: no audit events: none of the 2 lines there is one`);
    expect(code).toBe(1);
  });

  it('takes an empty file for a log in which nothing has happened', async () => {
    writeFileSync(at('empty.log'), '');
    expect(await run(['audit', '--audit-log', at('empty.log')])).toMatchObject({ code: 0 });
  });

  it('colours only a terminal', async () => {
    const argv = ['--from', at('privileged.yaml')];
    const coloured = '\u001b[31mHIGH';
    expect((await run(argv)).out).not.toContain('\u001b');
    expect((await run(argv, { stdoutIsTerminal: true })).out).toContain(coloured);
    expect((await run(argv, { stdoutIsTerminal: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
    expect((await run(argv, { env: { FORCE_COLOR: '1' } })).out).toContain(coloured);
  });
});

describe('a snapshot', () => {
  it('reports the same bytes twice, but for the time of writing', async () => {
    const argv = ['--from', at('privileged.yaml'), '--from', at('admin.yaml'), '--complete'];
    expect(await run(['snapshot', at('state.k8sec'), ...argv])).toMatchObject({ code: 0, out: '' });
    const first = await run(['--from', at('state.k8sec'), '-o', 'json'], { now: () => Date.parse('2027-01-01') });
    const second = await run(['--from', at('state.k8sec'), '-o', 'json'], { now: () => Date.parse('2028-01-01') });
    const withoutTime = (text: string): string => text.replace(/"generatedAt": "[^"]*"/, '');
    expect(first.out).not.toBe(second.out);
    expect(withoutTime(first.out)).toBe(withoutTime(second.out));
    expect(schemaErrors(JSON.parse(first.out))).toEqual([]);
    expect(first.code).toBe(2);
    const later = await run(['--from', at('state.k8sec'), '-o', 'json', '--now', '2029-01-01']);
    expect(later.out).toContain('"evaluatedAt": "2029-01-01T00:00:00Z"');
  });

  it('judges the templates of the manifests that it was made of', async () => {
    const { out } = await run(['--from', at('state.k8sec'), '--rule', PRIVILEGED_RULE]);
    expect(out).toContain('Deployment shop/agent');
  });
});

interface SarifLog {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly locations: readonly { readonly physicalLocation: unknown }[];
    }[];
  }[];
}

describe('--onto', () => {
  it('reports only what the merge adds, and what it closes', async () => {
    await run(['snapshot', at('base.k8sec'), '--from', at('privileged.yaml'), '--complete']);
    const onto = ['--onto', at('base.k8sec'), '--rule', PRIVILEGED_RULE];
    const same = await run(['--from', at('privileged.yaml'), ...onto]);
    expect(same.code).toBe(0);
    expect(same.out).toContain('no findings');
    writeFileSync(at('worse.yaml'), PRIVILEGED.replaceAll('agent', 'other'));
    const worse = await run(['--from', at('worse.yaml'), ...onto, '-o', 'json']);
    expect(worse.code).toBe(2);
    const report = JSON.parse(worse.out) as { findings: { subject: { name: string } }[] };
    expect(report.findings.map((one) => one.subject.name)).toEqual(['other']);
    expect(schemaErrors(report)).toEqual([]);
    writeFileSync(at('better.yaml'), PRIVILEGED.replace('privileged: true', 'privileged: false'));
    const better = await run(['--from', at('better.yaml'), ...onto]);
    expect(better.code).toBe(0);
    expect(better.out).toContain('1 closed by these files');
  });

  it('tells what policies open and close; a declared connection that closes is an error', async () => {
    const client = (name: string, env: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: app, ports: [{containerPort: 8080}], env: ${env}}]}
`;
    const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n';
    const state =
      client('web', '[{name: DB, value: "db:80"}]') +
      client('other', '[]') +
      client('db', '[]') +
      `${service}spec: {selector: {app: db}, ports: [{port: 80, targetPort: 8080}]}\n`;
    const allowing = (app: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: ${app}}}}]}]}
`;
    writeFileSync(at('shop.yaml'), state);
    await run(['snapshot', at('shop.k8sec'), '--from', at('shop.yaml'), '--complete']);
    const lay = async (app: string, ...more: string[]): ReturnType<typeof run> => {
      writeFileSync(at('policy.yaml'), allowing(app));
      const scope = ['--rule', 'network/invalid-policy'];
      return run(['--from', at('policy.yaml'), '--onto', at('shop.k8sec'), ...scope, ...more]);
    };
    const outside = ['0.0.0.0-255.255.255.255', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'];
    const closed = outside.map((range) => `${range} to Deployment shop/db on all ports`);
    const declared = 'Deployment shop/web -> Deployment shop/db TCP 8080 (env DB of container app names db:80)';

    const right = await lay('web', '-o', 'json');
    expect(right.code).toBe(0);
    expect(schemaErrors(JSON.parse(right.out))).toEqual([]);
    expect((JSON.parse(right.out) as { connections: unknown }).connections).toEqual({
      opened: [],
      closed: [
        ...closed,
        'Deployment shop/db to its other pods on all ports',
        'Deployment shop/other to Deployment shop/db on all ports',
      ],
      broken: [],
      undecided: [],
      unread: [],
    });
    const wrong = await lay('wbe');
    expect(wrong.code).toBe(2);
    expect(wrong.out).toContain('CONNECTIONS  5 close, 0 open, all others stay as they are\n');
    expect(wrong.out).toContain(`  ERROR: closes a declared connection: ${declared}\n`);
    expect(wrong.out).toContain('exit code 2: 1 declared connection closes');
    expect((await lay('wbe', '--fail-on', 'never')).code).toBe(0);
    expect((await lay('wbe', '-o', 'markdown')).out).toContain('**ERROR** closes a declared connection:');
    // Where a program annotates the change: at the policy that closes the connection.
    const sarif = JSON.parse((await lay('wbe', '-o', 'sarif')).out) as SarifLog;
    expect(sarif.runs[0]?.results.map(({ ruleId, locations }) => [ruleId, locations[0]?.physicalLocation])).toEqual([
      [
        'network/declared-connection-closes',
        { artifactLocation: { uri: expect.stringMatching(/policy\.yaml$/) as string }, region: { startLine: 1 } },
      ],
    ]);
    expect((await lay('wbe', '-o', 'junit')).out).toContain('<testsuite name="connections" tests="6" failures="1"');
    expect((await lay('wbe', '-o', 'html')).out).toContain('<td class="severity critical">error</td>');
    const diff = await run(['diff', at('shop.yaml'), at('shop.yaml')]);
    expect(diff.out).not.toContain('ERROR');
    writeFileSync(at('shop-closed.yaml'), `${state}---\n${allowing('wbe')}`);
    const other = await run(['diff', at('shop.yaml'), at('shop-closed.yaml')]);
    expect(other.out).toContain(`declared connections that close: 1\n  ERROR: ${declared}\n`);
  });

  it('needs a snapshot', async () => {
    const { code, err } = await run(['--from', at('quiet.yaml'), '--onto', at('quiet.yaml')]);
    expect(err).toContain('is no snapshot of k8sec');
    expect(code).toBe(1);
    const missing = await run(['--from', at('quiet.yaml'), '--onto', at('missing.k8sec')]);
    expect(missing.err).toMatch(/^k8sec: cannot read .*missing\.k8sec: /);
    expect(missing.code).toBe(1);
  });
});

describe('several contexts', () => {
  it('have a line each; one that can not be reached is a result', async () => {
    const argv = ['--kubeconfig', at('kubeconfig'), '--request-timeout', '2s'];
    const { code, out, err } = await run([...argv, '--all-contexts']);
    expect(out.split('\n').map((line) => line.slice(0, 21))).toEqual([
      'one     not reached: ',
      'two/eu  not reached: ',
      '',
    ]);
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(await run([...argv, '--context', 'one', '--context', 'nowhere'])).toMatchObject({ code: 1 });
  });

  it('have no flags that are for one cluster', async () => {
    const argv = ['--kubeconfig', at('kubeconfig'), '--all-contexts', '--audit-log', 'x'];
    expect((await run(argv)).err).toContain('--audit-log is for one cluster');
  });
});

describe('diff', () => {
  const diff = async (...argv: string[]): ReturnType<typeof run> => run(['diff', ...argv]);

  it('ends with 0 for the same, 1 for a difference, 2 for an error', async () => {
    expect(await diff(at('quiet.yaml'), at('quiet.yaml'))).toEqual({
      code: 0,
      out: 'findings: no difference\npermissions: no difference\nconnections: no difference\n',
      err: '',
    });
    expect(await diff(at('quiet.yaml'), at('missing.yaml'))).toMatchObject({ code: 2, out: '' });
    expect(await diff(at('quiet.yaml'))).toMatchObject({ code: 2, out: '' });
    expect(await diff(at('quiet.yaml'), at('quiet.yaml'), '--nonsense')).toMatchObject({ code: 2, out: '' });
  });

  it('names findings, permissions and connections that come and go', async () => {
    writeFileSync(
      at('isolated.yaml'),
      `${QUIET}---\n${BROKEN_POLICY.replace('300.0.0.0/8', '10.0.0.0/8')}---\n${EVERYBODY_ADMIN}`,
    );
    const { code, out } = await diff(at('quiet.yaml'), at('isolated.yaml'));
    expect(code).toBe(1);
    expect(out).toContain('+ critical  rbac/cluster-admin  ClusterRoleBinding everybody');
    expect(out).toContain('- medium  network/no-ingress-isolation  Deployment shop/web');
    expect(out).toContain(
      '+ ClusterRoleBinding everybody gives ClusterRole/cluster-admin to Group system:authenticated',
    );
    expect(out).toMatch(/connections: \d+\n {2}- .* to Deployment shop\/web on /);
    const reverse = await diff(at('isolated.yaml'), at('quiet.yaml'), '-o', 'json');
    expect(JSON.parse(reverse.out)).toMatchObject({ permissions: { added: [] }, incomparable: [] });
  });

  it('compares reports, and says what they can not tell', async () => {
    await run(['--from', at('quiet.yaml'), '-o', 'json', '--output-file', at('a.json')]);
    await run(['--from', at('quiet.yaml'), '-o', 'json', '--output-file', at('b.json'), '--pane', 'network']);
    expect(await diff(at('a.json'), at('a.json'))).toMatchObject({ code: 0 });
    const narrowed = await diff(at('a.json'), at('b.json'));
    expect(narrowed.out).toContain('were made with another scope');
  });
});

describe('own-access', () => {
  it('names every kind that is read, Secrets apart and with a warning', async () => {
    const { code, out } = await run(['own-access']);
    expect(code).toBe(0);
    const roles = parseAllDocuments(out).map((one) => one.toJS() as OwnRole);
    const resources = (name: string): readonly string[] =>
      (roles.find((one) => one.metadata.name === name)?.rules ?? []).flatMap((rule) => rule.resources ?? []);
    const wanted = ALL_KINDS.filter((kind) => kind !== 'Secret').map((kind) => kindInfo(kind).resource);
    expect(resources('k8sec').toSorted()).toEqual(wanted.toSorted());
    expect(resources('k8sec-secrets')).toEqual(['secrets']);
    expect(out).toContain('Listing Secrets is a right to read their values');
  });

  it('with -n asks for Roles and nothing of the whole cluster', async () => {
    const { out } = await run(['own-access', '-n', 'shop']);
    const kinds = parseAllDocuments(out).map((one) => one.toJS() as OwnRole);
    expect(new Set(kinds.map((one) => `${one.kind} ${one.metadata.namespace ?? ''}`))).toEqual(new Set(['Role shop']));
  });
});

interface OwnRole {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly { readonly resources?: readonly string[] }[];
}
