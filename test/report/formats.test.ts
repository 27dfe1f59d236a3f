import type { IClusterPolicyReport, IPolicyReport } from '@kubernetes-models/kyverno/wgpolicyk8s.io/v1alpha2';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Waiver } from '../../src/config/waivers.ts';
import type { KubeObject } from '../../src/model/objects.ts';
import type { ConnectionChange } from '../../src/report/connection-change.ts';
import { FORMATS } from '../../src/report/formats.ts';
import { object } from '../objects.ts';
import type { Report } from '../../src/report/report.ts';
import { MOST_RESULTS } from '../../src/report/sarif.ts';
import { junitErrors } from './junit-schema.ts';
import { policyReportErrors } from './policy-report-schema.ts';
import { judged, ONLY_PRIVILEGED, PRIVILEGED, privileged, written } from './judged.ts';
import { sarifErrors } from './sarif-schema.ts';

/** A name that no Kubernetes server would take, and a file can hold. */
const HOSTILE = `x"><script>alert(1)</script>|[a](http://evil.example)&'<!--`;

const DENIED = { coverage: [{ kind: 'NetworkPolicy', status: 'denied', reason: '<b>no</b> & never' }] } as const;

const WAIVER: Waiver = {
  rule: PRIVILEGED,
  subject: '* shop/agent',
  cluster: '*',
  key: '*',
  until: null,
  reason: 'a node agent',
};

function hostile(): KubeObject[] {
  return [
    object('Deployment', {
      metadata: { name: HOSTILE, namespace: 'shop' },
      spec: {
        selector: { matchLabels: { app: 'x' } },
        template: {
          metadata: { labels: { app: 'x' } },
          spec: { containers: [{ name: '=cmd|calc', image: 'x:1', securityContext: { privileged: true } }] },
        },
      },
    }),
  ];
}

const files = { facts: { source: 'files', complete: true } } as const;

describe.each(FORMATS.map((format) => [format.name, format] as const))('the format %s', (name) => {
  it('is the same for the same report', () => {
    const objects = [...privileged('agent'), ...privileged('other', 'data')];
    expect(written(judged(objects), name)).toBe(written(judged(objects.toReversed()), name));
  });

  it('can say that there is nothing', () => {
    expect(written(judged([]), name).length).toBeGreaterThan(0);
  });

  it('lets no control character through', () => {
    const objects = [...hostile(), ...privileged('a\u001b[31mb\u202ec\u0007d')];
    // eslint-disable-next-line no-control-regex
    expect(written(judged(objects, files), name)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202e]/);
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly rules: readonly {
          readonly id: string;
          readonly shortDescription: { readonly text: string };
          readonly fullDescription: { readonly text: string };
          readonly help: { readonly text: string };
          readonly properties: { readonly tags: readonly string[] };
        }[];
      };
    };
    readonly invocations: readonly {
      readonly exitCode: number;
      readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
    }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly kind: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly suppressions?: readonly unknown[];
      readonly baselineState?: string;
    }[];
  }[];
}

function sarif(...args: Parameters<typeof judged>): Sarif['runs'][0] & { readonly version: string } {
  const log = JSON.parse(written(judged(...args), 'sarif')) as Sarif;
  expect(sarifErrors(log)).toEqual([]);
  const { version, runs } = log;
  const [run] = runs;
  if (run === undefined) throw new Error('no run');
  return { version, ...run };
}

describe('SARIF', () => {
  it('has a rule for every result, levels and fingerprints that do not change', () => {
    const { version, tool, results, invocations } = sarif(privileged('agent'));
    expect(version).toBe('2.1.0');
    expect(results.length).toBeGreaterThan(0);
    for (const result of results) expect(tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(new Set(tool.driver.rules.map((rule) => rule.id)).size).toBe(tool.driver.rules.length);
    expect(results.find((one) => one.ruleId === PRIVILEGED)).toMatchObject({
      level: 'error',
      kind: 'fail',
      partialFingerprints: {
        'k8secFindingId/v1': `${PRIVILEGED} / Deployment.apps / shop / agent / `,
        // The first 16 digits of the id's SHA-256.
        primaryLocationLineHash: '523817638752b953:1',
      },
      locations: [{ logicalLocations: [{ fullyQualifiedName: 'Deployment shop/agent' }] }],
    });
    expect(invocations[0]?.exitCode).toBe(2);
  });

  it('is valid by the official schema without a finding, with unknown verdicts and with any name', () => {
    expect(sarif([], { scope: ONLY_PRIVILEGED }).results).toEqual([]);
    expect(sarif(hostile(), DENIED).results.length).toBeGreaterThan(0);
    expect(sarif(privileged('a\u001b[31mb\u202ec'), files).results.length).toBeGreaterThan(0);
    expect(sarifErrors({ version: '2.1.0', runs: [{ results: [{}] }] })).not.toEqual([]);
  });

  it('marks unknown verdicts as open, waived ones as suppressed, and the baseline', () => {
    const scope = { rules: ['network/no-ingress-isolation'] };
    expect(sarif(privileged('agent'), { ...DENIED, scope }).results).toMatchObject([{ kind: 'open', level: 'none' }]);
    const baseline = written(judged(privileged('agent')), 'json');
    const [waived] = sarif(privileged('agent'), { scope: ONLY_PRIVILEGED, waivers: [WAIVER], baseline }).results;
    expect(waived).toMatchObject({
      suppressions: [{ kind: 'external', justification: 'a node agent' }],
      baselineState: 'unchanged',
    });
  });
});

/** What code scanning takes: docs.github.com, "SARIF support for code scanning" and "SARIF results exceed limits". */
describe('SARIF for code scanning', () => {
  const uris = (...args: Parameters<typeof judged>): readonly string[] =>
    sarif(...args).results.flatMap(({ locations }) =>
      locations.map((one) => one.physicalLocation.artifactLocation.uri),
    );

  it('gives every result one location with a path that no name can lead out of', () => {
    const { results } = sarif([...privileged('agent'), ...hostile()]);
    expect(results.filter(({ locations }) => locations.length !== 1)).toEqual([]);
    expect(uris(privileged('agent'), { scope: ONLY_PRIVILEGED })).toEqual(['cluster/shop/Deployment/agent']);
    for (const uri of uris([...hostile(), ...privileged('..')])) {
      expect(uri).toMatch(/^cluster(\/[\w.~!*'()%-]+){2,3}$/);
      expect(new URL(uri, 'file:///repository/').pathname).toMatch(/^\/repository\/cluster\//);
    }
  });

  it('has rules within the lengths and numbers that are shown', () => {
    const { rules } = sarif([]).tool.driver;
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.length).toBeLessThan(25_000);
    for (const { id, shortDescription, fullDescription, help, properties } of rules) {
      expect(id.length).toBeLessThanOrEqual(255);
      expect(shortDescription.text.length).toBeLessThanOrEqual(1024);
      expect(fullDescription.text.length).toBeLessThanOrEqual(1024);
      expect(help.text).not.toBe('');
      expect(properties.tags.length).toBeLessThanOrEqual(10);
    }
  });

  it('writes the worst of more results than are taken, and says that there are more', () => {
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED });
    const findings = Array.from({ length: MOST_RESULTS + 3 }, () => report.findings).flat();
    const { runs } = JSON.parse(written({ ...report, findings }, 'sarif')) as Sarif;
    expect(runs[0]?.results).toHaveLength(MOST_RESULTS);
    expect(runs[0]?.invocations[0]?.toolExecutionNotifications).toEqual([
      { level: 'warning', message: { text: '3 more findings are not in this file: -o json has them all' } },
    ]);
  });
});

describe('JUnit', () => {
  it('is valid by the schema of Jenkins with failures, errors, skipped and passing cases, and with any name', async () => {
    const failing = [...privileged('agent'), ...hostile()];
    for (const report of [
      judged([]),
      judged(failing, { ...files, ...DENIED }),
      judged(failing, { waivers: [WAIVER], ...DENIED, allowUnread: ['networkpolicies'] }),
    ]) {
      expect(await junitErrors(written(report, 'junit'))).toEqual([]);
    }
    expect(await junitErrors('<testsuites><testsuite name="a"/></testsuites>')).not.toEqual([]);
  });

  it('fails for exactly what exit code 2 counts', () => {
    const failing = (xml: string): number => xml.match(/<failure /g)?.length ?? 0;
    const report = judged([...privileged('agent'), ...privileged('other')], { scope: ONLY_PRIVILEGED });
    expect(failing(written(report, 'junit'))).toBe(2);
    expect(failing(written(report, 'junit', { failOn: 'critical' }))).toBe(0);
    const waived = judged([...privileged('agent'), ...privileged('other')], {
      scope: ONLY_PRIVILEGED,
      waivers: [WAIVER],
    });
    expect(written(waived, 'junit')).toContain('tests="2" failures="1" errors="0" skipped="1"');
  });

  it('has a passing case for a rule without findings, and an error for what was not read', () => {
    expect(written(judged([], { scope: ONLY_PRIVILEGED }), 'junit')).toContain(
      `<testcase classname="${PRIVILEGED}" name="no finding"/>`,
    );
    const xml = written(judged([], DENIED), 'junit');
    expect(xml).toContain('<error message="networkpolicies: denied: &lt;b&gt;no&lt;/b&gt; &amp; never">');
  });

  it('keeps names out of its markup', () => {
    const xml = written(judged(hostile(), files), 'junit');
    expect(xml).not.toContain('<script');
    expect(xml).toContain('&lt;script&gt;');
  });
});

describe('connections that files open and close', () => {
  const subject = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'db' };
  const connections: ConnectionChange = {
    opened: ['Deployment shop/a to Deployment shop/b on TCP 80'],
    closed: [`Deployment shop/${HOSTILE} to Deployment shop/db on all ports`],
    broken: [
      { text: 'Deployment shop/web -> Deployment shop/db TCP 80 (env DB of container app names db:80)', subject },
    ],
    undecided: ['Deployment shop/cache'],
    unread: ['configmaps'],
  };
  const report = (given: ConnectionChange = connections): Report => ({
    ...judged([], { scope: ONLY_PRIVILEGED }),
    connections: given,
  });
  const nothing = { opened: [], closed: [], broken: [], undecided: [], unread: [] };

  it('are results and notifications of SARIF', () => {
    const log = JSON.parse(written(report(), 'sarif')) as Sarif;
    expect(sarifErrors(log)).toEqual([]);
    const [run] = log.runs;
    expect(run?.results.map((one) => [one.ruleId, one.level, one.message.text])).toEqual([
      [
        'network/declared-connection-closes',
        'error',
        `NetworkPolicy shop/db closes a declared connection: ${connections.broken[0]?.text}`,
      ],
    ]);
    expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('cluster/shop/NetworkPolicy/db');
    expect(run?.tool.driver.rules[run.results[0]?.ruleIndex ?? 0]?.id).toBe('network/declared-connection-closes');
    expect(run?.invocations[0]?.toolExecutionNotifications).toEqual([
      { level: 'note', message: { text: `closes ${connections.closed[0]}` } },
      { level: 'note', message: { text: `opens ${connections.opened[0]}` } },
      {
        level: 'warning',
        message: { text: 'connections: not known for Deployment shop/cache: its policies can not be decided' },
      },
      {
        level: 'warning',
        message: { text: 'connections: not known what configmaps declare: not all could be read' },
      },
    ]);
    const many = { ...nothing, opened: Array.from({ length: 1002 }, (_, at) => `from ${at}`) };
    const [long] = (JSON.parse(written(report(many), 'sarif')) as Sarif).runs;
    expect(long?.invocations[0]?.toolExecutionNotifications.slice(999)).toEqual([
      { level: 'note', message: { text: 'opens from 999' } },
      { level: 'note', message: { text: '2 more connections differ: -o json has them all' } },
    ]);
  });

  it('are cases of JUnit, which fail as the exit code does', async () => {
    const junit = written(report(), 'junit');
    expect(await junitErrors(junit)).toEqual([]);
    const suite = (xml: string): string =>
      /<testsuite name="connections" tests="\d+" failures="\d+" errors="\d+" skipped="\d+"/.exec(xml)?.[0] ?? '';
    expect(suite(junit)).toBe('<testsuite name="connections" tests="5" failures="1" errors="2" skipped="2"');
    expect(suite(written(report(), 'junit', { failOn: 'never' }))).toContain('failures="0" errors="2" skipped="3"');
    expect(written(report(nothing), 'junit')).toContain(
      '<testcase classname="connections" name="0 close, 0 open, all others stay as they are"/>',
    );
    expect(written(judged([]), 'junit')).not.toContain('name="connections"');
  });

  it('are a table of HTML, the declared ones that close in red and first', () => {
    const page = written(report(), 'html');
    expect(page).toContain('<h2>Connections: 1 close, 1 open, all others stay as they are</h2>');
    const rows = [...page.matchAll(/<tr><td class="severity([^"]*)">(error|closes|opens|unknown)<.td>/g)];
    expect(rows.map(([, style, change]) => `${change}${style}`)).toEqual([
      'error critical',
      'closes',
      'opens',
      'unknown',
      'unknown',
    ]);
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('.critical { color: var(--critical); }');
    expect(written(report(nothing), 'html')).not.toContain('id="connections"');
    expect(written(judged([]), 'html')).not.toContain('<h2>Connections');
  });

  it('are a list of Markdown, in which names are text', () => {
    const lines = written(report(), 'markdown').split('\n');
    const list = lines.slice(lines.indexOf('## connections (1 close, 1 open, all others stay as they are)') + 2);
    expect(list.slice(0, 2).map((line) => line.replace(/: .*/, ''))).toEqual([
      '- **ERROR** closes a declared connection',
      expect.stringMatching(/^- closes Deployment shop\/x"&gt;&lt;script&gt;/),
    ]);
  });
});

describe('HTML of a pane', () => {
  const bars = (yaml: KubeObject[]): number => written(judged(yaml), 'html').split('<svg width="160"').length - 1;

  it('has no bar of isolated pods while nothing is known to enforce policies', () => {
    const agent = object('DaemonSet', {
      metadata: { name: 'cilium', namespace: 'kube-system' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: {} } },
    });
    expect(bars([...privileged('agent'), agent]) - bars(privileged('agent'))).toBe(1);
  });
});

describe('PolicyReport', () => {
  type PolicyReport = IClusterPolicyReport | IPolicyReport;

  function documents(...args: Parameters<typeof judged>): readonly PolicyReport[] {
    const reports = parseAllDocuments(written(judged(...args), 'policyreport')).map(
      (one) => one.toJS() as PolicyReport,
    );
    expect(reports.flatMap(policyReportErrors)).toEqual([]);
    return reports;
  }

  it('keeps to the schema of the policy working group, whatever the names', () => {
    expect(documents([])).toHaveLength(1);
    expect(documents(hostile(), DENIED).length).toBeGreaterThan(1);
    expect(documents(privileged('a'.repeat(63)), { ...DENIED, waivers: [WAIVER] }).length).toBeGreaterThan(1);
    const [report] = documents(privileged('a\u001b[31mb\u202ec'), files).slice(-1);
    const wrong = (from: string, to: string): readonly string[] =>
      policyReportErrors(JSON.parse(JSON.stringify(report).replaceAll(from, to)) as PolicyReport);
    expect(wrong('"high"', '"none"').join()).toContain('severity must be equal to one of the allowed values');
    expect(wrong('"policy"', '"policyy"').join()).toContain('must have required property policy');
  });

  it('is one object per namespace, and one for the cluster', () => {
    const reports = documents([...privileged('agent'), ...privileged('other', 'data')]);
    expect(reports.map((one) => [one.apiVersion, one.kind, one.metadata?.namespace])).toEqual([
      ['wgpolicyk8s.io/v1alpha2', 'ClusterPolicyReport', undefined],
      ['wgpolicyk8s.io/v1alpha2', 'PolicyReport', 'data'],
      ['wgpolicyk8s.io/v1alpha2', 'PolicyReport', 'shop'],
    ]);
    for (const { summary, results } of reports) {
      for (const [result, count] of Object.entries(summary ?? {})) {
        expect(results?.filter((one) => one.result === result)).toHaveLength(count);
      }
    }
  });

  it('refers to the object, and skips what is waived', () => {
    const [, report] = documents(privileged('agent'), { scope: ONLY_PRIVILEGED, waivers: [WAIVER] });
    expect(report?.results).toMatchObject([
      {
        source: 'k8sec',
        policy: PRIVILEGED,
        result: 'skip',
        severity: 'high',
        properties: { severity: 'high', waiver: 'a node agent' },
        resources: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'agent' }],
      },
    ]);
  });

  it('calls an unknown verdict an error', () => {
    const [, report] = documents(privileged('agent'), {
      ...DENIED,
      scope: { rules: ['network/no-ingress-isolation'] },
    });
    expect(report?.results).toMatchObject([{ result: 'error' }]);
  });
});

describe('HTML', () => {
  it('needs no network, and its policy allows only its own style and script', () => {
    const page = written(judged(privileged('agent'), { withRemedies: true }), 'html');
    expect(page).toMatch(/content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; /);
    expect(page).not.toMatch(/ (src|href|action|srcset)=/);
    expect(page).not.toMatch(/ on[a-z]+="/);
    expect(page).not.toMatch(/ style="/);
    expect(page).not.toMatch(/url\(|@import/);
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it('says of a Secret who may read it by what, and which nodes hold it', () => {
    const metadata = (name: string) => ({ name, namespace: 'shop', uid: name });
    const rbac = 'rbac.authorization.k8s.io';
    const page = written(
      judged([
        object('Secret', { metadata: metadata('pg'), type: 'Opaque' }),
        object('Pod', {
          metadata: metadata('cart'),
          spec: { nodeName: 'n1', containers: [{ name: 'a', image: 'a:1', envFrom: [{ secretRef: { name: 'pg' } }] }] },
          status: { phase: 'Running' },
        }),
        object('Role', {
          metadata: metadata('reader'),
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
        }),
        object('RoleBinding', {
          metadata: metadata('ops'),
          roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
          subjects: [{ apiGroup: rbac, kind: 'User', name: 'ada' }],
        }),
      ]),
      'html',
    );
    expect(page).toContain('<li>User ada by RoleBinding shop/ops, which gives Role reader</li>');
    expect(page).toContain('<li>n1 (1 pod, state unknown)</li>');
  });

  it('shows names as text', () => {
    const page = written(judged(hostile(), { ...files, ...DENIED, withRemedies: true }), 'html');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<!--');
    expect(page).not.toContain('<b>');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('Markdown', () => {
  it('shows names as text, in one cell each', () => {
    const text = written(judged(hostile(), files), 'markdown');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('](http');
    expect(text).not.toContain('http://');
    const rows = text.split('\n').filter((line) => line.startsWith('| vigilance/'));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});

// GitHub Flavored Markdown, "Autolinks (extension)": `www.` begins a link as `http://` does.
it('Markdown links no name', () => {
  const text = written(judged(privileged('www.example.com'), { scope: ONLY_PRIVILEGED }), 'markdown');
  expect(text).toContain('www&#46;example.com');
  expect(text).not.toContain('www.example');
});

describe('CSV', () => {
  it('quotes what needs it, and defuses formulas', () => {
    const csv = written(judged(hostile(), { ...files, scope: ONLY_PRIVILEGED }), 'csv');
    expect(csv).toContain('"x""><script>');
    expect(csv.split('\r\n')).toHaveLength(3);
    const formula = judged(privileged('=1+2'), { scope: ONLY_PRIVILEGED });
    expect(written(formula, 'csv')).toContain(",'=1+2,");
  });
});

describe('text', () => {
  it('shows ten of a kind and counts the others, unless it is wide', () => {
    const report = judged(
      Array.from({ length: 14 }, (_, index) => privileged(`agent-${String(index).padStart(2, '0')}`)).flat(),
      { scope: ONLY_PRIVILEGED },
    );
    const text = written(report, 'text');
    expect(text.match(/Deployment shop\/agent-/g)).toHaveLength(10);
    expect(text).toContain('and 4 more (-o wide)');
    const wide = written(report, 'wide');
    expect(wide.match(/^ {4}Deployment shop\/agent-/gm)).toHaveLength(14);
    expect(wide).not.toContain(' more (-o wide)');
  });

  it('ends with one line of counts, time and the reason for the exit code', () => {
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED });
    expect(written(report, 'text', { took: 1_234 }).trimEnd().split('\n').at(-1)).toBe(
      '1 high in 1.2 s; exit code 2: 1 finding at or over high',
    );
  });

  it('says what was not judged', () => {
    const scope = { panes: ['network'] } as const;
    expect(written(judged([], { ...DENIED, scope }), 'text')).toContain(
      'NOT JUDGED  1\n  networkpolicies: denied: <b>no</b> & never',
    );
  });

  it('names the file that a remedy was written to', () => {
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, withRemedies: true });
    const [remedy] = report.remedies ?? [];
    if (remedy === undefined) throw new Error('no remedy');
    const text = written(report, 'text', { files: new Map([[remedy, 'out/shop/fix.yaml']]) });
    expect(text).toContain(`fix: ${remedy.title} (${remedy.safety}): out/shop/fix.yaml`);
  });
});
