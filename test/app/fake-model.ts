import { NO_OWNERSHIP } from '../../src/analyses/labels/ownership.ts';
import type { Finding, ObjectRef, PaneName, Severity } from '../../src/model/finding.ts';
import { findingId, PANES, SEVERITIES } from '../../src/model/finding.ts';
import type { CellText, Column, Row } from '../../src/panes/pane.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import type { RelatedGroup } from '../../src/app/related.ts';
import type {
  Refusals,
  Connection,
  HandedOver,
  OtherProgram,
  PaneSnapshot,
  SessionMachine,
  SessionModel,
  SessionSnapshot,
} from '../../src/app/session-model.ts';

export const NOW = Date.UTC(2026, 10, 23, 10, 0, 0);
const DAY = 86_400_000;

const LIVE: Connection = { status: 'live', done: 30, total: 30, since: NOW - 60_000, reason: '' };

const UNITS: Readonly<Record<PaneName, string>> = {
  network: 'workloads',
  rbac: 'bindings',
  labels: 'workloads',
  audit: 'actors',
  secrets: 'secrets',
  vigilance: 'subjects',
};

const COLUMNS: readonly Column[] = [
  { name: 'SEVERITY', width: [8, 8] },
  { name: 'NAMESPACE', width: [8, 20] },
  { name: 'WORKLOAD', width: [12, 40] },
  { name: 'PODS', width: [4, 6], align: 'right' },
  { name: 'INGRESS', width: [7, 9] },
  { name: 'EGRESS', width: [7, 9] },
  { name: 'EXPOSED BY', width: [6, 24] },
  { name: 'POLICIES', width: [6, 30], wide: true },
  { name: 'AGE', width: [3, 5], align: 'right' },
];

function text(value: string, tone: CellText['tone'] = 'plain'): CellText {
  return { text: value, tone };
}

/** A row of the fake network pane. */
export function row(namespace: string, name: string, severity: Row['severity'], change: Partial<Row> = {}): Row {
  const finding = findingOf(namespace, name, severity === null || severity === 'unknown' ? 'info' : severity);
  return {
    key: `Deployment/${namespace}/${name}`,
    severity,
    namespace,
    kind: 'Deployment',
    name,
    findings: severity === null ? [] : [finding.id],
    cells: {
      SEVERITY: text(severity ?? '-', severity ?? 'muted'),
      NAMESPACE: text(namespace),
      WORKLOAD: text(`Deployment ${name}`),
      PODS: text('3'),
      INGRESS: severity === null ? text('isolated', 'good') : text('open', 'bad'),
      EGRESS: text('open', 'warning'),
      'EXPOSED BY': text('-', 'muted'),
      POLICIES: text('default-deny'),
      AGE: text('12d', 'muted'),
    },
    created: NOW - 12 * DAY,
    labels: { app: name, tier: namespace },
    ...change,
  };
}

/** The finding that `row` names. */
export function findingOf(namespace: string, name: string, severity: Severity, pane: PaneName = 'network'): Finding {
  const subject: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  const rule = `${pane}/no-ingress-isolation`;
  return {
    id: findingId(rule, subject, ''),
    rule,
    pane,
    subject,
    severity,
    title: `${name} accepts connections from any pod`,
    why: `No NetworkPolicy in ${namespace} selects app=${name} for ingress, so 1,202 pods in 31 namespaces may connect.`,
    evidence: [{ text: 'no policy selects it', object: subject, path: 'spec.podSelector' }],
    references: [{ benchmark: 'CIS', version: '1.12', id: '5.3.2' }],
    members: [`${name}-7d9f`, `${name}-8c1a`],
    basis: 'live',
    remedies: ['network/least-ingress'],
  };
}

/** A snapshot with rows of the network pane; the other panes are empty and clean. */
export function snapshotOf(rows: readonly Row[], change: Partial<SessionSnapshot> = {}): SessionSnapshot {
  const findings = new Map<string, Finding>();
  for (const one of rows) {
    const severity = SEVERITIES.find((level) => level === one.severity) ?? 'info';
    if (one.severity !== null) {
      const finding = findingOf(one.namespace, one.name, severity);
      findings.set(finding.id, finding);
    }
  }
  return {
    revision: 1,
    ownership: NO_OWNERSHIP,
    now: NOW,
    connection: LIVE,
    facts: {
      source: 'cluster',
      complete: true,
      serverVersion: 'v1.36.3',
      clusterUID: null,
      context: 'prod-eu',
      server: 'https://10.0.0.1:6443',
      user: 'alice',
      deprecatedApis: null,
      secretTransformers: null,
      metricsReason: '',
      duplicates: [],
    },
    coverage: [],
    panes: PANES.map((pane) => paneOf(pane, pane === 'network' ? rows : [])),
    findings,
    firstSeen: new Map(),
    opened: new Map(),
    objects: 14_208,
    namespaces: [...new Set(rows.map((one) => one.namespace))].sort(),
    scope: '',
    feed: [],
    earlier: [],
    failures: [],
    judging: false,
    ...change,
  };
}

function paneOf(name: PaneName, rows: readonly Row[]): PaneSnapshot {
  const failing = rows.filter((one) => one.severity !== null).length;
  return {
    name,
    title: name,
    unit: UNITS[name],
    columns: COLUMNS,
    rows,
    summary: {
      subjects: rows.length,
      failing,
      headline: `${failing} of ${rows.length} ${UNITS[name]} are open to every pod`,
      aside: '',
      share: rows.length === 0 ? null : 1 - failing / rows.length,
      activity: name === 'audit' ? [0, 0, 2, 1, 0, 8, 3, 1, 0, 0, 1] : null,
    },
    pending: [],
  };
}

/** A remedy for a finding. */
export function remedyOf(finding: Finding, change: Partial<BuiltRemedy> = {}): BuiltRemedy {
  const { name, namespace } = finding.subject;
  return {
    id: 'network/least-ingress',
    finding: finding.id,
    title: 'least ingress',
    safety: 'review',
    note: 'Lets in what is declared and nothing else.',
    refused: null,
    yaml: `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\n  namespace: ${namespace ?? ''}\nspec:\n  podSelector: {} # the workload's own selector\n`,
    fileName: `network-policy-${name}.yaml`,
    manifests: [],
    diff: [
      { type: 'head', text: `NetworkPolicy ${namespace ?? ''}/${name}` },
      { type: 'add', text: 'apiVersion: networking.k8s.io/v1' },
    ],
    changes: [],
    effects: ['keeps 14 declared flows, closes 1,201 sources'],
    closes: [finding],
    opens: [],
    target: { manager: 'none', app: null, repoURL: null, path: null },
    source: null,
    commands: [`kubectl apply -f network-policy-${name}.yaml`],
    use: 'apply',
    ...change,
  };
}

/** A model without a cluster: what it is asked is noted, what it answers is given. */
export class FakeModel implements SessionModel {
  readonly asked: string[] = [];
  #snapshot: SessionSnapshot;
  readonly #listeners = new Set<() => void>();

  constructor(snapshot: SessionSnapshot) {
    this.#snapshot = snapshot;
  }

  publish(snapshot: SessionSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): SessionSnapshot {
    return this.#snapshot;
  }

  focus(pane: PaneName | null): void {
    this.asked.push(`focus ${pane ?? 'overview'}`);
  }

  async remediesFor(ids: readonly string[]): Promise<readonly BuiltRemedy[]> {
    this.asked.push(`remedies ${ids.length}`);
    return ids.flatMap((id) => {
      const finding = this.#snapshot.findings.get(id);
      return finding === undefined ? [] : [remedyOf(finding), remedyOf(finding, { title: 'deny all', safety: 'safe' })];
    });
  }

  async refusalsOf(ids: readonly string[]): Promise<Refusals> {
    this.asked.push(`refusals ${ids.length}`);
    return new Map();
  }

  async evaluate(remedy: BuiltRemedy, yaml: string): Promise<BuiltRemedy> {
    this.asked.push(`evaluate ${remedy.id}`);
    return { ...remedy, yaml, effects: ['CLOSES a declared connection: web -> db'], closes: [] };
  }

  async fetchYaml(ref: ObjectRef): Promise<string> {
    this.asked.push(`yaml ${ref.name}`);
    return `apiVersion: ${ref.apiVersion}\nkind: ${ref.kind}\nmetadata:\n  name: ${ref.name}\n`;
  }

  async related(ref: ObjectRef): Promise<readonly RelatedGroup[]> {
    this.asked.push(`related ${ref.name}`);
    return [{ title: 'runs as', things: [{ object: { ...ref, kind: 'ServiceAccount' }, note: '' }] }];
  }

  async describe(ref: ObjectRef): Promise<string> {
    this.asked.push(`describe ${ref.name}`);
    return `Name: ${ref.name}\n`;
  }

  async dryRun(yaml: string): Promise<string> {
    this.asked.push(`dry-run ${yaml.length}`);
    throw new Error('only a real server validates');
  }

  async ask(words: readonly string[]): Promise<string> {
    this.asked.push(`ask ${words.join(' ')}`);
    return `answer to ${words.join(' ')}\n`;
  }

  async listContexts() {
    return [
      { name: 'prod-eu', cluster: 'prod', user: 'alice', current: true },
      { name: 'staging', cluster: 'staging', user: 'alice', current: false },
    ];
  }

  async switchContext(name: string): Promise<void> {
    this.asked.push(`context ${name}`);
  }

  refresh(): void {
    this.asked.push('refresh');
  }

  async stop(): Promise<void> {
    this.asked.push('stop');
  }
}

/** A machine that only notes what it is asked. */
export class FakeMachine implements SessionMachine {
  readonly done: string[] = [];

  async save(fileName: string, text: string): Promise<string> {
    this.done.push(`save ${fileName} ${text.length}`);
    return `/tmp/${fileName}`;
  }

  async copy(text: string): Promise<string> {
    this.done.push(`copy ${text}`);
    return 'a test';
  }

  async handOver(to: OtherProgram, fileName: string, text: string): Promise<HandedOver> {
    this.done.push(`${to} ${fileName}`);
    return to === 'pager' ? { said: '', text: null } : { said: `edited ${fileName}`, text: `${text}# edited\n` };
  }

  async suspend(): Promise<void> {
    this.done.push('suspend');
  }
}
