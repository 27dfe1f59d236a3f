import { PANES, SEVERITIES } from '../src/model/finding.ts';

/** One flag: how it is written, what it takes, and its line in `--help`. */
export interface Flag {
  /** Long name without dashes. */
  readonly name: string;
  /** Further long names. */
  readonly aliases?: readonly string[];
  /** One letter. */
  readonly short?: string;
  /** optional: `-v` or `-v=3`, never `-v 3` (pflag's NoOptDefVal). */
  readonly value: 'none' | 'one' | 'many' | 'optional';
  readonly group: 'connection' | 'input' | 'audit' | 'scope' | 'report' | 'session' | 'all' | 'command';
  readonly choices?: readonly string[];
  /** The placeholder in help, such as `FILE`. */
  readonly takes?: string;
  readonly help: string;
  /** Whether giving it means that a report is wanted, not a session. */
  readonly impliesReport?: boolean;
}

export const OUTPUTS = [
  'text',
  'wide',
  'json',
  'yaml',
  'sarif',
  'junit',
  'markdown',
  'html',
  'csv',
  'policyreport',
  'dot',
  'mermaid',
] as const;

export const FLAGS: readonly Flag[] = [
  { name: 'kubeconfig', value: 'one', group: 'connection', takes: 'FILE', help: 'kubeconfig file to use' },
  {
    name: 'context',
    value: 'many',
    group: 'connection',
    takes: 'NAME',
    help: 'kubeconfig context to use (repeat: a report per cluster)',
  },
  {
    name: 'all-contexts',
    value: 'none',
    group: 'connection',
    help: 'a report of every context of the kubeconfig',
    impliesReport: true,
  },
  { name: 'cluster', value: 'one', group: 'connection', takes: 'NAME', help: 'kubeconfig cluster to use' },
  { name: 'user', value: 'one', group: 'connection', takes: 'NAME', help: 'kubeconfig user to use' },
  { name: 'server', short: 's', value: 'one', group: 'connection', takes: 'URL', help: 'address of the API server' },
  { name: 'token', value: 'one', group: 'connection', takes: 'TOKEN', help: 'bearer token' },
  { name: 'username', value: 'one', group: 'connection', takes: 'NAME', help: 'user name for basic authentication' },
  { name: 'password', value: 'one', group: 'connection', takes: 'WORD', help: 'password for basic authentication' },
  { name: 'as', value: 'one', group: 'connection', takes: 'USER', help: 'user to impersonate' },
  { name: 'as-group', value: 'many', group: 'connection', takes: 'GROUP', help: 'group to impersonate (repeat)' },
  { name: 'as-uid', value: 'one', group: 'connection', takes: 'UID', help: 'UID to impersonate' },
  {
    name: 'as-user-extra',
    value: 'many',
    group: 'connection',
    takes: 'KEY=VALUE',
    help: 'extra attribute to impersonate (repeat)',
  },
  { name: 'client-certificate', value: 'one', group: 'connection', takes: 'FILE', help: 'client certificate' },
  { name: 'client-key', value: 'one', group: 'connection', takes: 'FILE', help: 'key of the client certificate' },
  {
    name: 'certificate-authority',
    value: 'one',
    group: 'connection',
    takes: 'FILE',
    help: 'certificate authority of the API server',
  },
  {
    name: 'tls-server-name',
    value: 'one',
    group: 'connection',
    takes: 'NAME',
    help: 'name expected in the certificate',
  },
  { name: 'insecure-skip-tls-verify', value: 'none', group: 'connection', help: 'do not check the server certificate' },
  {
    name: 'request-timeout',
    value: 'one',
    group: 'connection',
    takes: 'DURATION',
    help: 'how long one request may take (30s, 2m; 0 never gives up)',
  },
  { name: 'proxy-url', value: 'one', group: 'connection', takes: 'URL', help: 'proxy to the API server' },
  { name: 'disable-compression', value: 'none', group: 'connection', help: 'ask for uncompressed answers' },
  { name: 'cache-dir', value: 'one', group: 'connection', takes: 'DIR', help: 'cache folder (accepted, not needed)' },

  {
    name: 'from',
    aliases: ['filename'],
    short: 'f',
    value: 'many',
    group: 'input',
    takes: 'PATH',
    help: 'judge manifests or a snapshot instead of a cluster: file, folder or - (repeat)',
    impliesReport: true,
  },
  {
    name: 'onto',
    value: 'one',
    group: 'input',
    takes: 'SNAPSHOT|cluster',
    help: 'lay the files of --from over that state, and report what the merge adds',
    impliesReport: true,
  },
  { name: 'complete', value: 'none', group: 'input', help: 'the input is the whole cluster: absence counts' },
  { name: 'demo', value: 'none', group: 'input', help: 'open the built-in demo cluster' },

  {
    name: 'audit-log',
    value: 'many',
    group: 'audit',
    takes: 'PATH',
    help: 'audit log: file, folder, .gz or - (repeat; followed in the session)',
  },
  {
    name: 'audit-source',
    value: 'one',
    group: 'audit',
    takes: 'SOURCE',
    choices: ['node-proxy'],
    help: 'read the log from control plane nodes; nodes/proxy also lets its holder run commands in their pods',
  },
  {
    name: 'flows',
    value: 'many',
    group: 'audit',
    takes: 'FILE',
    help: 'flow log as evidence for policies: Hubble or Calico JSON, VPC flow log, .gz or - (repeat)',
  },
  {
    name: 'directory',
    value: 'one',
    group: 'audit',
    takes: 'FILE',
    help: 'who is in which group, read at the start as the config is: CSV with the columns user, group, from and to',
  },
  {
    name: 'journal',
    value: 'one',
    group: 'audit',
    takes: 'DIR',
    help: 'journal that the session and record write, and as-of reads',
  },
  {
    name: 'history',
    value: 'one',
    group: 'audit',
    takes: 'FILE',
    help: 'history of audit logs that audit import fills, and the session, reports, audit, as-of and role read',
  },
  {
    name: 'learned',
    value: 'one',
    group: 'audit',
    takes: 'FILE',
    help: 'what principals usually do: read before the log, written after it',
  },
  { name: 'since', value: 'one', group: 'audit', takes: 'DURATION', help: 'only events of the last 2h, 30m, 7d' },
  { name: 'since-time', value: 'one', group: 'audit', takes: 'TIME', help: 'only events from then on (RFC 3339)' },
  { name: 'until-time', value: 'one', group: 'audit', takes: 'TIME', help: 'only events before then (RFC 3339)' },

  { name: 'namespace', short: 'n', value: 'many', group: 'scope', takes: 'NAME', help: 'namespace to judge (repeat)' },
  { name: 'all-namespaces', short: 'A', value: 'none', group: 'scope', help: 'judge all namespaces (the default)' },
  {
    name: 'selector',
    short: 'l',
    value: 'one',
    group: 'scope',
    takes: 'LABELS',
    help: 'judge only what has the labels',
  },
  {
    name: 'pane',
    value: 'many',
    group: 'scope',
    takes: 'NAME',
    choices: PANES,
    help: 'judge only that pane (repeat)',
  },
  { name: 'rule', value: 'many', group: 'scope', takes: 'ID', help: 'judge only by that rule (repeat)' },
  {
    name: 'severity',
    value: 'one',
    group: 'scope',
    takes: 'LEVEL',
    choices: SEVERITIES,
    help: 'show nothing below it (exit codes do not change)',
  },
  {
    name: 'secrets',
    value: 'one',
    group: 'scope',
    takes: 'MODE',
    choices: ['off', 'names', 'metadata'],
    help: 'what to read of Secrets (default metadata; never a value)',
  },
  {
    name: 'allow-unread',
    value: 'many',
    group: 'scope',
    takes: 'KIND',
    help: 'accept that this kind, or metrics, cannot be read (repeat, or a comma list)',
  },

  {
    name: 'report',
    value: 'none',
    group: 'report',
    help: 'one scan, one report on standard output',
    impliesReport: true,
  },
  {
    name: 'output',
    short: 'o',
    value: 'one',
    group: 'report',
    takes: 'FORMAT',
    choices: OUTPUTS,
    help: 'format (default text; dot and mermaid: reach and paths)',
    impliesReport: true,
  },
  {
    name: 'output-file',
    value: 'one',
    group: 'report',
    takes: 'FILE',
    help: 'write the report there (a folder for several clusters)',
    impliesReport: true,
  },
  {
    name: 'fail-on',
    value: 'one',
    group: 'report',
    takes: 'LEVEL',
    choices: [...SEVERITIES, 'never'],
    help: 'exit with 2 for findings at or over it (default high)',
    impliesReport: true,
  },
  {
    name: 'with-remedies',
    value: 'none',
    group: 'report',
    help: 'build and prove the remedies, and put them into the report',
    impliesReport: true,
  },
  {
    name: 'remediate',
    value: 'one',
    group: 'report',
    takes: 'DIR',
    help: 'write every remedy as YAML, in a folder for each owner and application, with a Kustomize component',
    impliesReport: true,
  },
  {
    name: 'baseline',
    value: 'one',
    group: 'report',
    takes: 'FILE',
    help: 'an earlier JSON report: fail only on what is new or weighs more; with --session, the drift since then',
    impliesReport: true,
  },
  { name: 'config', value: 'one', group: 'report', takes: 'FILE', help: 'settings and waivers' },
  { name: 'now', value: 'one', group: 'report', takes: 'TIME', help: 'judge as of that time (RFC 3339)' },
  {
    name: 'pod-security-version',
    value: 'one',
    group: 'report',
    takes: 'vX.Y|latest',
    help: 'version of the Pod Security Standards to judge by',
  },
  {
    name: 'kubernetes-version',
    value: 'one',
    group: 'report',
    takes: 'vX.Y',
    help: 'server version to assume for files',
  },
  { name: 'no-progress', value: 'none', group: 'report', help: 'no progress on standard error' },
  { name: 'quiet', short: 'q', value: 'none', group: 'report', help: 'no notes on standard error' },
  {
    name: 'verbose',
    short: 'v',
    value: 'optional',
    group: 'report',
    takes: 'N',
    help: 'tell what was read (-v=2: kind by kind)',
  },

  { name: 'session', value: 'none', group: 'session', help: 'insist on the interactive session' },
  {
    name: 'theme',
    value: 'one',
    group: 'session',
    takes: 'NAME',
    choices: ['default', 'mono', 'colour-blind'],
    help: 'colours of the session',
  },
  { name: 'ascii', value: 'none', group: 'session', help: 'draw with ASCII characters only' },
  { name: 'no-color', value: 'none', group: 'session', help: 'no colours' },
  { name: 'screen-reader', value: 'none', group: 'session', help: 'linear text, no full-screen drawing' },
  {
    name: 'start-pane',
    value: 'one',
    group: 'session',
    takes: 'NAME',
    choices: PANES,
    help: 'pane to open first',
  },

  { name: 'help', short: 'h', value: 'none', group: 'all', help: 'show this help' },
  { name: 'version', value: 'none', group: 'all', help: 'show the version' },
];
