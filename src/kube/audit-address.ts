import { containsAddress, parseAddress, parseCidr, type IpRange } from './ip-range.ts';

/** Addresses that do not come from the internet: RFC 1918, 6598, 3927, 4193, 4291, loopback and documentation aside. */
const INTERNAL: readonly IpRange[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '0.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
  '::/128',
].flatMap((text) => parseCidr(text) ?? []);

const known = new Map<string, boolean>();
const MOST_KNOWN = 20_000;

/** Whether an address is on the internet; false for what is no address. */
export function isPublicAddress(text: string): boolean {
  const before = known.get(text);
  if (before !== undefined) return before;
  const address = parseAddress(text.replace(/^::ffff:(?=\d+\.)/i, ''));
  const isPublic = address !== null && !INTERNAL.some((range) => containsAddress(range, address));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, isPublic);
  return isPublic;
}
