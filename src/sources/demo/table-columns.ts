import { recordOf as fields, recordsOf as list, scalarText, type JsonRecord as Fields } from './json-value.ts';
import type { KubeObject } from './kube-object.ts';
import type { ServedKind } from './served-kinds.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer';
  readonly format?: 'name';
  /** Above 0 it is shown only by `-o wide`. */
  readonly priority?: number;
  readonly cell: (object: KubeObject, now: number) => string | number;
}

const NAME: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name };
const AGE: Column = { name: 'Age', type: 'string', cell: (object, now) => age(object.metadata.creationTimestamp, now) };
const CREATED_AT: Column = {
  name: 'Created At',
  type: 'string',
  cell: (object) => object.metadata.creationTimestamp ?? '<unknown>',
};

function text(name: string, read: (spec: Fields, status: Fields) => unknown, empty = '<none>', priority = 0): Column {
  return {
    name,
    type: 'string',
    priority,
    cell: (object) => {
      const value = scalarText(read(fields(object['spec']), fields(object['status'])));
      return value === '' ? empty : value;
    },
  };
}

function count(name: string, read: (object: KubeObject) => unknown): Column {
  return { name, type: 'integer', cell: (object) => Number(read(object) ?? 0) };
}

function ready(status: Fields, spec: Fields): string {
  return `${Number(status['readyReplicas'] ?? 0)}/${Number(spec['replicas'] ?? 0)}`;
}

const restarts = (object: KubeObject): number =>
  list(fields(object['status'])['containerStatuses']).reduce((sum, one) => sum + Number(one['restartCount'] ?? 0), 0);

function ports(spec: Fields): string {
  return list(spec['ports'])
    .map((port) => {
      const node = port['nodePort'] === undefined ? '' : `:${scalarText(port['nodePort'])}`;
      return `${scalarText(port['port'])}${node}/${scalarText(port['protocol'] ?? 'TCP')}`;
    })
    .join(',');
}

function roleRef(object: KubeObject): string {
  const ref = fields(object['roleRef']);
  return `${scalarText(ref['kind'])}/${scalarText(ref['name'])}`;
}

const entries = (object: KubeObject): number => Object.keys(fields(object['data'])).length;
const status = (name: string, field: string): Column => count(name, (object) => fields(object['status'])[field]);

const POD: readonly Column[] = [
  NAME,
  text('Ready', (spec, podStatus) => {
    const all = list(podStatus['containerStatuses']);
    return `${all.filter((one) => one['ready'] === true).length}/${list(spec['containers']).length}`;
  }),
  text('Status', (_spec, podStatus) => podStatus['reason'] ?? podStatus['phase']),
  { name: 'Restarts', type: 'string', cell: (object) => String(restarts(object)) },
  AGE,
  text('IP', (_spec, podStatus) => podStatus['podIP'], '<none>', 1),
  text('Node', (spec) => spec['nodeName'], '<none>', 1),
];

const REPLICAS: readonly Column[] = [
  count('Desired', (object) => fields(object['spec'])['replicas']),
  status('Current', 'replicas'),
  status('Ready', 'readyReplicas'),
];

const BINDING: readonly Column[] = [NAME, { name: 'Role', type: 'string', cell: roleRef }, AGE];

/** The columns of printers/internalversion/printers.go that people look at; other kinds have name and age. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: POD,
  secrets: [
    NAME,
    { name: 'Type', type: 'string', cell: (object) => scalarText(object['type'] ?? 'Opaque') },
    count('Data', entries),
    AGE,
  ],
  configmaps: [NAME, count('Data', entries), AGE],
  namespaces: [NAME, text('Status', (_spec, ns) => ns['phase'] ?? 'Active'), AGE],
  nodes: [
    NAME,
    text('Status', () => 'Ready'),
    text('Version', (_spec, node) => fields(node['nodeInfo'])['kubeletVersion']),
    AGE,
  ],
  services: [
    NAME,
    text('Type', (spec) => spec['type'] ?? 'ClusterIP'),
    text('Cluster-IP', (spec) => spec['clusterIP']),
    text('External-IP', (_spec, svc) =>
      list(fields(svc['loadBalancer'])['ingress'])
        .map((one) => one['ip'])
        .join(','),
    ),
    text('Port(s)', ports),
    AGE,
  ],
  deployments: [
    NAME,
    text('Ready', (spec, deployment) => ready(deployment, spec)),
    status('Up-to-date', 'updatedReplicas'),
    status('Available', 'availableReplicas'),
    AGE,
  ],
  statefulsets: [NAME, text('Ready', (spec, set) => ready(set, spec)), AGE],
  replicasets: [NAME, ...REPLICAS, AGE],
  daemonsets: [
    NAME,
    status('Desired', 'desiredNumberScheduled'),
    status('Current', 'currentNumberScheduled'),
    status('Ready', 'numberReady'),
    AGE,
  ],
  cronjobs: [NAME, text('Schedule', (spec) => spec['schedule']), AGE],
  networkpolicies: [NAME, { name: 'Pod-Selector', type: 'string', cell: policySelector }, AGE],
  rolebindings: BINDING,
  clusterrolebindings: BINDING,
  roles: [NAME, CREATED_AT],
  clusterroles: [NAME, CREATED_AT],
  customresourcedefinitions: [NAME, CREATED_AT],
};

function policySelector(object: KubeObject): string {
  const labels = fields(fields(fields(object['spec'])['podSelector'])['matchLabels']);
  const terms = Object.entries(labels).map(([key, value]) => `${key}=${scalarText(value)}`);
  return terms.length === 0 ? '<none>' : terms.join(',');
}

/** The columns of a resource's Table. */
export function columnsOf(kind: ServedKind): readonly Column[] {
  return (kind.custom ? undefined : COLUMNS[kind.resource]) ?? [NAME, AGE];
}

/** An age as kubectl shows it: `41d`, `5h`, `3m`, `12s`. */
function age(timestamp: string | undefined, now: number): string {
  if (timestamp === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - Date.parse(timestamp)) / 1000));
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  if (seconds >= 2 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return seconds >= 120 ? `${Math.floor(seconds / 60)}m` : `${seconds}s`;
}
