/** The protocols that NetworkPolicy knows (networking.k8s.io/v1 NetworkPolicyPort.protocol). */
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Sorted, disjoint, not adjacent inclusive intervals, flat: `[first, last, first, last, …]`. */
type Intervals = readonly number[];

/** A set of (protocol, port) pairs. Sets that come from this file are shared where they are equal to ALL or NONE. */
export interface PortSet {
  readonly TCP: Intervals;
  readonly UDP: Intervals;
  readonly SCTP: Intervals;
}

const FIRST_PORT = 1;
const LAST_PORT = 65_535;
const EVERY: Intervals = [FIRST_PORT, LAST_PORT];
const EMPTY: Intervals = [];

export const ALL_PORTS: PortSet = { TCP: EVERY, UDP: EVERY, SCTP: EVERY };
export const NO_PORTS: PortSet = { TCP: EMPTY, UDP: EMPTY, SCTP: EMPTY };

/** The ports `first` to `last` of one protocol; clipped to 1-65535. */
export function portRange(protocol: Protocol, first: number = FIRST_PORT, last: number = first): PortSet {
  const from = Math.max(first, FIRST_PORT);
  const to = Math.min(last, LAST_PORT);
  return from > to ? NO_PORTS : { ...NO_PORTS, [protocol]: [from, to] };
}

/** Every port of one protocol. */
export function everyPort(protocol: Protocol): PortSet {
  return { ...NO_PORTS, [protocol]: EVERY };
}

export function isNoPorts(set: PortSet): boolean {
  return set === NO_PORTS || (set.TCP.length === 0 && set.UDP.length === 0 && set.SCTP.length === 0);
}

function isAllPorts(set: PortSet): boolean {
  return set === ALL_PORTS || PROTOCOLS.every((protocol) => isEvery(set[protocol]));
}

export function unionPorts(a: PortSet, b: PortSet): PortSet {
  if (a === b || a === ALL_PORTS || b === NO_PORTS) return a;
  if (b === ALL_PORTS || a === NO_PORTS) return b;
  return shared({ TCP: union(a.TCP, b.TCP), UDP: union(a.UDP, b.UDP), SCTP: union(a.SCTP, b.SCTP) });
}

export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  if (a === b || b === ALL_PORTS || a === NO_PORTS) return a;
  if (a === ALL_PORTS || b === NO_PORTS) return b;
  return shared({ TCP: intersect(a.TCP, b.TCP), UDP: intersect(a.UDP, b.UDP), SCTP: intersect(a.SCTP, b.SCTP) });
}

export function subtractPorts(a: PortSet, b: PortSet): PortSet {
  if (b === NO_PORTS || a === NO_PORTS) return a;
  if (b === ALL_PORTS || a === b) return NO_PORTS;
  return shared({
    TCP: intersect(a.TCP, complement(b.TCP)),
    UDP: intersect(a.UDP, complement(b.UDP)),
    SCTP: intersect(a.SCTP, complement(b.SCTP)),
  });
}

export function samePorts(a: PortSet, b: PortSet): boolean {
  return a === b || PROTOCOLS.every((protocol) => sameIntervals(a[protocol], b[protocol]));
}

export function hasPort(set: PortSet, protocol: Protocol, port: number): boolean {
  const intervals = set[protocol];
  for (let at = 0; at < intervals.length; at += 2) {
    if (port >= (intervals[at] ?? 0) && port <= (intervals[at + 1] ?? 0)) return true;
  }
  return false;
}

/** As reports write it: `"all"`, or sorted, merged ranges by protocol, such as `{"TCP": "80,443-450"}`. */
export function portsJson(set: PortSet): 'all' | Readonly<Partial<Record<Protocol, string>>> {
  if (isAllPorts(set)) return 'all';
  return Object.fromEntries(
    PROTOCOLS.filter((protocol) => set[protocol].length > 0).map((protocol) => [
      protocol,
      intervalsText(set[protocol]),
    ]),
  );
}

/** For a person: `all ports`, `TCP 80,443-450 UDP 53`, `all TCP`, `no ports`. */
export function portsText(set: PortSet): string {
  if (isAllPorts(set)) return 'all ports';
  const parts = PROTOCOLS.filter((protocol) => set[protocol].length > 0).map((protocol) =>
    isEvery(set[protocol]) ? `all ${protocol}` : `${protocol} ${intervalsText(set[protocol])}`,
  );
  return parts.length === 0 ? 'no ports' : parts.join(' ');
}

export function isProtocol(text: string): text is Protocol {
  return (PROTOCOLS as readonly string[]).includes(text);
}

function intervalsText(intervals: Intervals): string {
  const parts: string[] = [];
  for (let at = 0; at < intervals.length; at += 2) {
    const first = intervals[at];
    const last = intervals[at + 1];
    parts.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return parts.join(',');
}

function shared(set: PortSet): PortSet {
  return isNoPorts(set) ? NO_PORTS : isAllPorts(set) ? ALL_PORTS : set;
}

function isEvery(intervals: Intervals): boolean {
  return intervals.length === 2 && intervals[0] === FIRST_PORT && intervals[1] === LAST_PORT;
}

function sameIntervals(a: Intervals, b: Intervals): boolean {
  return a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
}

function union(a: Intervals, b: Intervals): Intervals {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const pairs: [number, number][] = [...pairsOf(a), ...pairsOf(b)].sort((x, y) => x[0] - y[0]);
  const merged: number[] = [];
  for (const [first, last] of pairs) {
    const end = merged.at(-1);
    if (end !== undefined && first <= end + 1) {
      if (last > end) merged[merged.length - 1] = last;
    } else merged.push(first, last);
  }
  return merged;
}

function intersect(a: Intervals, b: Intervals): Intervals {
  const found: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const first = Math.max(a[i] ?? 0, b[j] ?? 0);
    const last = Math.min(a[i + 1] ?? 0, b[j + 1] ?? 0);
    if (first <= last) found.push(first, last);
    if ((a[i + 1] ?? 0) < (b[j + 1] ?? 0)) i += 2;
    else j += 2;
  }
  return found;
}

function complement(intervals: Intervals): Intervals {
  const found: number[] = [];
  let next = FIRST_PORT;
  for (const [first, last] of pairsOf(intervals)) {
    if (first > next) found.push(next, first - 1);
    next = last + 1;
  }
  if (next <= LAST_PORT) found.push(next, LAST_PORT);
  return found;
}

function pairsOf(intervals: Intervals): [number, number][] {
  const pairs: [number, number][] = [];
  for (let at = 0; at < intervals.length; at += 2) pairs.push([intervals[at] ?? 0, intervals[at + 1] ?? 0]);
  return pairs;
}
