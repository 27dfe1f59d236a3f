/** An inclusive range of addresses of one family, as numbers. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

export const ALL_IPV4: IpRange = { family: 4, first: 0n, last: (1n << 32n) - 1n };
export const ALL_IPV6: IpRange = { family: 6, first: 0n, last: (1n << 128n) - 1n };

/**
 * Reads an IPv4 or IPv6 address.
 *
 * @returns null where the text is none. Leading zeros of an IPv4 part are decimal, as the API server's lenient parser
 *   (k8s.io/utils/net `ParseIPSloppy`) takes them.
 */
export function parseAddress(text: string): IpAddress | null {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (value === null) return null;
  return { family: text.includes(':') ? 6 : 4, value };
}

/**
 * The range that a CIDR covers; host bits are masked (`10.0.0.1/24` is `10.0.0.0-10.0.0.255`), as
 * `ParseCIDRSloppy` does.
 *
 * @returns null where the text is no CIDR
 */
export function parseCidr(text: string): IpRange | null {
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? null : parseAddress(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === null || !/^\d{1,3}$/.test(lengthText)) return null;
  const bits = BITS[address.family];
  const length = Number(lengthText);
  if (length > bits) return null;
  const size = 1n << BigInt(bits - length);
  const first = (address.value / size) * size;
  return { family: address.family, first, last: first + size - 1n };
}

/** The parts of a range that none of `holes` covers, in order. */
export function withoutRanges(range: IpRange, holes: readonly IpRange[]): readonly IpRange[] {
  const inside = holes
    .filter((hole) => hole.family === range.family && hole.last >= range.first && hole.first <= range.last)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const parts: IpRange[] = [];
  let next = range.first;
  for (const hole of inside) {
    if (hole.first > next) parts.push({ family: range.family, first: next, last: hole.first - 1n });
    if (hole.last >= next) next = hole.last + 1n;
  }
  if (next <= range.last) parts.push({ family: range.family, first: next, last: range.last });
  return parts;
}

/** Overlapping and adjacent ranges joined, IPv4 before IPv6, in order. */
export function mergeRanges(ranges: readonly IpRange[]): readonly IpRange[] {
  const sorted = [...ranges].sort(compareRanges);
  const merged: { family: 4 | 6; first: bigint; last: bigint }[] = [];
  for (const range of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && before.family === range.family && range.first <= before.last + 1n) {
      if (range.last > before.last) before.last = range.last;
    } else merged.push({ ...range });
  }
  return merged;
}

export function containsAddress(range: IpRange, address: IpAddress): boolean {
  return range.family === address.family && range.first <= address.value && address.value <= range.last;
}

/** Whether ranges together cover every address of one family: `0.0.0.0/0`, or `0.0.0.0/1` with `128.0.0.0/1`. */
export function coversFamily(ranges: readonly IpRange[], family: 4 | 6): boolean {
  const all = family === 4 ? ALL_IPV4 : ALL_IPV6;
  return mergeRanges(ranges).some((one) => one.family === family && one.first === 0n && one.last === all.last);
}

/** Addresses that are not routed on the internet. Source: IANA special-purpose address registries. */
export const NOT_ROUTED: readonly IpRange[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
].flatMap((cidr) => parseCidr(cidr) ?? []);

/** `first-last`, both written out, also where they are equal. */
export function rangeText(range: IpRange): string {
  return `${addressText({ family: range.family, value: range.first })}-${addressText({ family: range.family, value: range.last })}`;
}

/** An address as RFC 5952 writes it. */
export function addressText({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const parts = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn));
  const zeros = longestZeros(parts);
  if (zeros.length < 2) return hex(parts);
  return `${hex(parts.slice(0, zeros.start))}::${hex(parts.slice(zeros.start + zeros.length))}`;
}

/** Order of ranges: family, then first address, then last. */
export function compareRanges(a: IpRange, b: IpRange): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.last < b.last ? -1 : a.last > b.last ? 1 : 0;
}

function hex(parts: readonly number[]): string {
  return parts.map((part) => part.toString(16)).join(':');
}

function longestZeros(parts: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < parts.length; start += 1) {
    let length = 0;
    while (parts[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
    start += length;
  }
  return best;
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return BigInt(value);
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = ipv6Parts(halves[0] ?? '');
  const tail = halves.length === 2 ? ipv6Parts(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const parts = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n);
}

/** Groups of one side of `::`; a dotted IPv4 at its end counts as two. */
function ipv6Parts(text: string): number[] | null {
  if (text === '') return [];
  const parts: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (index === groups.length - 1 && group.includes('.')) {
      const embedded = parseIpv4(group);
      if (embedded === null) return null;
      parts.push(Number(embedded >> 16n), Number(embedded & 0xffffn));
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) parts.push(Number.parseInt(group, 16));
    else return null;
  }
  return parts;
}
