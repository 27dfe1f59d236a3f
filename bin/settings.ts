import { parseTime } from '../src/kube/rfc3339.ts';
import { nearestName } from '../src/kube/nearest-name.ts';
import { kindInfo, ALL_KINDS } from '../src/model/kind.ts';
import type { PaneName, Severity } from '../src/model/finding.ts';
import { RULES } from '../src/rules/index.ts';
import type { FailOn } from '../src/report/exit-code.ts';
import { METRICS } from '../src/report/holes.ts';
import type { Scope } from '../src/report/scope.ts';
import type { ConnectionFlags } from '../src/sources/live/connection-flags.ts';
import { parseLabelQuery } from '../src/kube/label-query.ts';
import { ArgumentError, type Options } from './arguments.ts';

/** The flags as the rest of the program uses them. */
export interface Settings {
  readonly connection: ConnectionFlags;
  /** Several contexts to report on, one after the other; `all` for every one of the kubeconfig; empty: one cluster. */
  readonly contexts: 'all' | readonly string[];
  readonly from: readonly string[];
  readonly onto: string | undefined;
  readonly complete: boolean;
  readonly demo: boolean;
  readonly auditLogs: readonly string[];
  /** Whether the log is read from the nodes of the control plane. */
  readonly nodeProxy: boolean;
  /** The folder of a journal. */
  readonly journal: string | undefined;
  /** The file of a history. */
  readonly history: string | undefined;
  /** Flow logs. */
  readonly flows: readonly string[];
  /** The file of what is learned of principals. */
  readonly learned: string | undefined;
  /** The export of users and groups. */
  readonly directory: string | undefined;
  /** Milliseconds since the epoch; the end is exclusive. */
  readonly auditFrom: number | undefined;
  readonly auditUntil: number | undefined;
  readonly scope: Scope;
  readonly secrets: 'off' | 'names' | 'metadata';
  readonly allowUnread: readonly string[];
  readonly output: string;
  readonly outputFile: string | undefined;
  readonly failOn: FailOn;
  readonly withRemedies: boolean;
  readonly remediate: string | undefined;
  readonly baseline: string | undefined;
  readonly config: string | undefined;
  readonly now: number | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly podSecurityVersion: string | undefined;
  readonly showProgress: boolean;
  readonly quiet: boolean;
  /** 0: nothing; 1: what was read; 2: kind by kind. */
  readonly verbose: number;
}

/**
 * Reads the flags' values.
 *
 * @param now milliseconds since the epoch, for `--since`
 * @throws ArgumentError for a value that cannot be understood
 */
export function settingsOf(options: Options, now: number): Settings {
  const one = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const many = (name: string): readonly string[] => {
    const value = options[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  };
  const since = one('since');
  checkInputs(options);
  const contexts = [...new Set(many('context'))];
  return {
    connection: connectionFlags(options, one, many),
    contexts: options['all-contexts'] === true ? 'all' : contexts.length > 1 ? contexts : [],
    from: many('from'),
    onto: one('onto'),
    complete: options['complete'] === true,
    demo: options['demo'] === true,
    auditLogs: many('audit-log'),
    nodeProxy: one('audit-source') === 'node-proxy',
    journal: one('journal'),
    history: one('history'),
    flows: many('flows'),
    learned: one('learned'),
    directory: one('directory'),
    auditFrom: since === undefined ? timeOf('since-time', one('since-time')) : now - duration('since', since),
    auditUntil: timeOf('until-time', one('until-time')),
    scope: {
      namespaces: options['all-namespaces'] === true ? [] : many('namespace').filter((name) => name !== ''),
      selector: selectorOf(one('selector')),
      panes: many('pane') as readonly PaneName[],
      rules: rulesOf(many('rule')),
      severity: (one('severity') ?? 'info') as Severity,
    },
    secrets: (one('secrets') ?? 'metadata') as Settings['secrets'],
    allowUnread: kindsOf(many('allow-unread')),
    output: one('output') ?? 'text',
    outputFile: one('output-file'),
    failOn: (one('fail-on') ?? 'high') as FailOn,
    withRemedies: options['with-remedies'] === true,
    remediate: one('remediate'),
    baseline: one('baseline'),
    config: one('config'),
    now: timeOf('now', one('now')),
    kubernetesVersion: versionOf('kubernetes-version', one('kubernetes-version')),
    podSecurityVersion: versionOf('pod-security-version', one('pod-security-version')),
    showProgress: options['no-progress'] !== true && options['quiet'] !== true,
    quiet: options['quiet'] === true,
    verbose: verbosity(one('verbose')),
  };
}

/** Flags that contradict each other, or say nothing alone. */
function checkInputs(options: Options): void {
  const has = (name: string): boolean => options[name] !== undefined;
  const refuse = (names: readonly string[], why: string): void => {
    if (names.every(has)) throw new ArgumentError(`${names.map((name) => `--${name}`).join(' and ')}: ${why}`);
  };
  if (has('learned') && !has('audit-log') && !has('audit-source') && !has('history') && !has('demo')) {
    throw new ArgumentError('--learned needs --audit-log: the log to learn from');
  }
  if (has('onto') && !has('from')) throw new ArgumentError('--onto needs --from: the files to lay over that state');
  if (has('complete') && !has('from')) throw new ArgumentError('--complete says something about the files of --from');
  if (!has('onto')) refuse(['demo', 'from'], 'choose one input');
  refuse(['from', 'audit-source'], 'files have no nodes to read from');
  refuse(['history', 'audit-source'], 'import the log into the history first');
  refuse(['onto', 'complete'], 'the state says what is there');
  refuse(['onto', 'baseline'], 'the state is the baseline');
  refuse(['since', 'since-time'], 'choose one beginning');
  for (const one of ['demo', 'from', 'context']) refuse(['all-contexts', one], 'choose one input');
  refuse(['session', 'report'], 'choose one');
}

function verbosity(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d+$/.test(text)) throw new ArgumentError(`invalid argument "${text}" for --verbose: it is a number`);
  return Number(text);
}

function connectionFlags(
  options: Options,
  one: (name: string) => string | undefined,
  many: (name: string) => readonly string[],
): ConnectionFlags {
  const timeout = one('request-timeout');
  return {
    kubeconfig: one('kubeconfig'),
    context: many('context').at(-1),
    cluster: one('cluster'),
    user: one('user'),
    server: one('server'),
    token: one('token'),
    as: one('as'),
    asGroups: many('as-group'),
    asUid: one('as-uid'),
    asUserExtra: many('as-user-extra'),
    clientCertificate: one('client-certificate'),
    clientKey: one('client-key'),
    certificateAuthority: one('certificate-authority'),
    tlsServerName: one('tls-server-name'),
    insecureSkipTlsVerify: options['insecure-skip-tls-verify'] === true ? true : undefined,
    requestTimeoutMs: timeout === undefined ? undefined : duration('request-timeout', timeout),
    proxyUrl: one('proxy-url'),
    disableCompression: options['disable-compression'] === true ? true : undefined,
    cacheDir: one('cache-dir'),
    username: one('username'),
    password: one('password'),
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as Go writes it (`1h30m`), with `d` for days; a bare number is seconds, as kubectl takes it. */
export function duration(flag: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) {
    throw new ArgumentError(`invalid duration "${text}" for --${flag}: write it as 30s, 15m, 2h30m or 7d`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** RFC 3339; a bare date is midnight UTC. */
function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time === undefined) {
    throw new ArgumentError(`invalid time "${text}" for --${flag}: write it as 2026-11-23 or 2026-11-23T10:00:00Z`);
  }
  return time;
}

function versionOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || (text === 'latest' && flag === 'pod-security-version')) return text;
  if (!/^v?\d+\.\d+(\.\d+)?$/.test(text)) {
    throw new ArgumentError(`invalid version "${text}" for --${flag}: write it as v1.36`);
  }
  return text.startsWith('v') ? text : `v${text}`;
}

/** A rule that does not exist would judge nothing, and look clean. */
function rulesOf(ids: readonly string[]): readonly string[] {
  const known = RULES.map((rule) => rule.id as string);
  for (const id of ids) {
    if (!known.includes(id)) throw unknownName('rule', id, known);
  }
  return ids;
}

/** Comma lists of kinds, as manifests (`NetworkPolicy`) or RBAC rules (`networkpolicies`) write them. */
function kindsOf(lists: readonly string[]): readonly string[] {
  const names = lists.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const known = [METRICS, ...ALL_KINDS.flatMap((kind) => [kind, kindInfo(kind).resource])];
  const lower = new Set(known.map((name) => name.toLowerCase()));
  for (const name of names) {
    if (!lower.has(name.toLowerCase())) throw unknownName('allow-unread', name, known);
  }
  return names;
}

function unknownName(flag: string, name: string, known: readonly string[]): ArgumentError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return new ArgumentError(
    `invalid value "${name}" for --${flag}: k8sec knows no such ${flag === 'rule' ? 'rule' : 'kind'}${hint}`,
  );
}

function selectorOf(text: string | undefined): Scope['selector'] {
  if (text === undefined || text === '') return null;
  const selector = parseLabelQuery(text);
  if (selector === undefined) {
    throw new ArgumentError(`invalid selector "${text}" for --selector: write it as app=web,tier in (a,b),!canary`);
  }
  return selector;
}
