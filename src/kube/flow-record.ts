import { isObject, objectAt, objectsAt, textAt, type JsonObject } from './audit-json.ts';
import type { ObservedEnd, ObservedFlow } from '../model/observed-flow.ts';
import { containsAddress, parseAddress, parseCidr } from './ip-range.ts';
import { isProtocol } from './port-set.ts';
import { sanitise } from './sanitise.ts';

/** What one line of a flow log means. */
export type FlowRecord =
  | {
      readonly type: 'flow';
      readonly flow: Omit<ObservedFlow, 'count' | 'first' | 'last'>;
      readonly time: number | null;
    }
  /** header: names the fields of what follows; skipped: says nothing about a connection that policies could decide. */
  | { readonly type: 'header' | 'skipped' | 'undirected' }
  | { readonly type: 'broken'; readonly reason: string };

const SKIPPED: FlowRecord = { type: 'skipped' };
const UNDIRECTED: FlowRecord = { type: 'undirected' };
/** Where Linux takes the ports of clients from, and IANA's range lies above. Source: net.ipv4.ip_local_port_range. */
const FIRST_CLIENT_PORT = 32_768;
const MOST_PORT = 65_535;
const MOST_NAME = 253;
const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { '6': 'TCP', '17': 'UDP', '132': 'SCTP' };
const SYN = 2;
const SYN_ACK = 18;

/** What is never another host that a policy could speak of: loopback, unspecified and multicast. Source: RFC 6890. */
const NOBODY = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '::/127', '::ffff:127.0.0.0/104', 'ff00::/8'].flatMap(
  (cidr) => parseCidr(cidr) ?? [],
);

/** The fields of a VPC flow log record in the default format, version 2. */
const VPC_DEFAULT =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';

/**
 * Decodes lines of one flow log, whatever its kind: Hubble (`hubble observe -o json`, or the exporter's file), Calico
 * (Felix's, Whisker's), VPC flow logs of AWS (text, with or without a header of field names) and Google (JSON).
 *
 * Source: cilium api/v1/flow/flow.proto; docs.tigera.io flow log data types; docs.aws.amazon.com/vpc/latest/userguide/
 * flow-log-records.html; cloud.google.com/vpc/docs/about-flow-logs-records
 */
export function createFlowDecoder(): (line: string) => FlowRecord {
  let fields = VPC_DEFAULT.split(' ');
  return (line) => {
    const text = line.trim();
    if (text.startsWith('{')) return decodeJson(text);
    const words = text.split(/\s+/);
    if (words.includes('srcaddr') || words.includes('pkt-srcaddr')) {
      fields = words;
      return { type: 'header' };
    }
    // An export of CloudWatch puts the time of the record before it.
    const own = words.length === fields.length + 1 && /^\d{4}-\d\d-\d\dT/.test(words[0] ?? '') ? words.slice(1) : words;
    if (own.length !== fields.length) return broken('neither JSON nor a VPC flow log record');
    return decodeVpc(Object.fromEntries(fields.map((name, index) => [name, own[index] ?? '-'])));
  };
}

function decodeJson(text: string): FlowRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken('not whole JSON');
  }
  if (!isObject(value)) return broken('JSON of no known flow log');
  const hubble = objectAt(value, 'flow') ?? ('verdict' in value ? value : null);
  if (hubble !== null) return decodeHubble(hubble);
  if ('node_status' in value || 'lost_events' in value) return SKIPPED;
  const payload = objectAt(value, 'jsonPayload');
  if (payload !== null && 'connection' in payload) return decodeGoogle(payload);
  if ('dest_port' in value || 'dest_name_aggr' in value) return decodeCalico(value);
  return broken('JSON of no known flow log');
}

function decodeHubble(flow: JsonObject): FlowRecord {
  const l4 = objectAt(flow, 'l4');
  const protocol = Object.keys(l4 ?? {}).find(isProtocol);
  const verdict = textAt(flow, 'verdict');
  const isDropped = verdict === 'DROPPED' || verdict === 'ERROR';
  if (protocol === undefined || verdict === 'TRANSLATED' || verdict === 'TRACED') return SKIPPED;
  if (flow['is_reply'] === true || flow['reply'] === true) return SKIPPED;
  const ports = objectAt(l4, protocol);
  const ip = objectAt(flow, 'IP');
  const end = (side: 'source' | 'destination'): ObservedEnd => {
    const from = objectAt(flow, side);
    const owner = objectsAt(from, 'workloads')[0] ?? null;
    const name = nameOf(textAt(owner, 'name'));
    return {
      namespace: nameOf(textAt(from, 'namespace')),
      pod: nameOf(textAt(from, 'pod_name')),
      workload: name === null ? null : { kind: nameOf(textAt(owner, 'kind')), name },
      address: addressOf(textAt(ip, side)),
    };
  };
  return directed({
    isKnown: flow['is_reply'] === false,
    sourcePort: numberOf(ports?.['source_port']),
    port: numberOf(ports?.['destination_port']),
    protocol,
    verdict: isDropped ? 'dropped' : 'forwarded',
    source: end('source'),
    destination: end('destination'),
    time: timeOf(flow['time']),
  });
}

function decodeCalico(record: JsonObject): FlowRecord {
  const protocol = protocolOf(record['proto'] ?? record['protocol']);
  const port = numberOf(record['dest_port']);
  if (protocol === undefined || port === 0) return SKIPPED;
  const end = (side: 'source' | 'dest'): ObservedEnd => {
    const aggregated = nameOf(textAt(record, `${side}_name_aggr`));
    const whole = nameOf(textAt(record, `${side}_name`));
    const name = whole ?? aggregated;
    const namespace = nameOf(textAt(record, `${side}_namespace`));
    const isPod = namespace !== null;
    const isCommon = name?.endsWith('*') === true;
    return {
      namespace,
      pod: isPod && !isCommon ? name : null,
      workload: isPod && isCommon ? { kind: null, name: name.replace(/-?\*$/, '') } : null,
      address: addressOf(textAt(record, `${side}_ip`)),
    };
  };
  // Calico reports by connection: the source is who opened it.
  return directed({
    isKnown: true,
    sourcePort: null,
    port,
    protocol,
    verdict: textAt(record, 'action').toLowerCase() === 'deny' ? 'dropped' : 'forwarded',
    source: end('source'),
    destination: end('dest'),
    time: timeOf(record['end_time'] ?? record['start_time']),
  });
}

function decodeVpc(record: Readonly<Record<string, string>>): FlowRecord {
  const status = record['log-status'];
  if (status === 'NODATA' || status === 'SKIPDATA') return SKIPPED;
  const protocol = protocolOf(record['protocol']);
  if (protocol === undefined) return /^\d+$/.test(record['protocol'] ?? '') ? SKIPPED : broken('no protocol number');
  const flags = numberOf(record['tcp-flags']);
  if (flags !== null && (flags & SYN_ACK) === SYN_ACK) return SKIPPED;
  return directed({
    isKnown: flags !== null && (flags & SYN_ACK) === SYN,
    sourcePort: numberOf(record['srcport']),
    port: numberOf(record['dstport']),
    protocol,
    verdict: record['action'] === 'REJECT' ? 'dropped' : 'forwarded',
    source: byAddress(record['pkt-srcaddr'] ?? record['srcaddr'] ?? ''),
    destination: byAddress(record['pkt-dstaddr'] ?? record['dstaddr'] ?? ''),
    time: timeOf(record['end'] ?? record['start']),
  });
}

function decodeGoogle(payload: JsonObject): FlowRecord {
  const connection = objectAt(payload, 'connection');
  const protocol = protocolOf(connection?.['protocol']);
  if (protocol === undefined) return SKIPPED;
  const end = (side: 'src' | 'dest'): ObservedEnd => {
    const pod = objectAt(objectAt(payload, `${side}_gke_details`), 'pod');
    return {
      namespace: nameOf(textAt(pod, 'pod_namespace')),
      pod: nameOf(textAt(pod, 'pod_name')),
      workload: null,
      address: addressOf(textAt(connection, `${side}_ip`)),
    };
  };
  return directed({
    isKnown: false,
    sourcePort: numberOf(connection?.['src_port']),
    port: numberOf(connection?.['dest_port']),
    protocol,
    verdict: textAt(payload, 'disposition') === 'DENIED' ? 'dropped' : 'forwarded',
    source: end('src'),
    destination: end('dest'),
    time: timeOf(payload['end_time'] ?? payload['start_time']),
  });
}

interface Candidate extends Omit<ObservedFlow, 'count' | 'first' | 'last' | 'port' | 'protocol'> {
  /** The log itself says that the source opened the connection. */
  readonly isKnown: boolean;
  readonly sourcePort: number | null;
  readonly port: number | null;
  readonly protocol: string;
  readonly time: number | null;
}

/** Tells requests from replies: by the log where it says so, else by which end has a client's port. */
function directed({ isKnown, sourcePort, port, protocol, time, ...rest }: Candidate): FlowRecord {
  if (!isProtocol(protocol)) return SKIPPED;
  if (port === null || !Number.isInteger(port) || port < 1 || port > MOST_PORT) return broken('no destination port');
  const hasNoEnd = [rest.source, rest.destination].some((one) => one.namespace === null && one.address === null);
  if (hasNoEnd) return broken('an end without a namespace or an address');
  if (isNobody(rest.source) || isNobody(rest.destination)) return SKIPPED;
  if (!isKnown && sourcePort !== null && port >= FIRST_CLIENT_PORT) {
    return sourcePort < FIRST_CLIENT_PORT ? SKIPPED : UNDIRECTED;
  }
  return { type: 'flow', flow: { ...rest, protocol, port }, time };
}

function isNobody({ namespace, address }: ObservedEnd): boolean {
  const parsed = namespace === null && address !== null ? parseAddress(address) : null;
  return parsed !== null && NOBODY.some((range) => containsAddress(range, parsed));
}

function byAddress(text: string): ObservedEnd {
  return { namespace: null, pod: null, workload: null, address: addressOf(text) };
}

function protocolOf(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).toUpperCase() : '';
  return PROTOCOL_NUMBERS[text] ?? (isProtocol(text) ? text : undefined);
}

function addressOf(text: string): string | null {
  return parseAddress(text) === null ? null : text;
}

/** `-` stands for nothing in Calico's and Amazon's logs. */
function nameOf(text: string): string | null {
  const name = sanitise(text, MOST_NAME);
  return name === '' || name === '-' ? null : name;
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** RFC 3339, or seconds since the epoch. */
function timeOf(value: unknown): number | null {
  const seconds = numberOf(value);
  const time = seconds === null ? (typeof value === 'string' ? Date.parse(value) : Number.NaN) : seconds * 1000;
  return Number.isFinite(time) ? time : null;
}

function broken(reason: string): FlowRecord {
  return { type: 'broken', reason };
}
