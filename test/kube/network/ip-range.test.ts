import { BlockList, isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressText,
  containsAddress,
  coversFamily,
  mergeRanges,
  parseAddress,
  parseCidr,
  rangeText,
  withoutRanges,
} from '../../../src/kube/ip-range.ts';

describe('addresses', () => {
  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    'a.b.c.d',
    '1::2::3',
    '12345::',
    ':::',
    '1:2:3:4:5:6:7',
    'fe80::1%eth0',
  ])('%s is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test('text is what it was read from, as the runtime writes it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text);
        const family = isIPv6(text) ? 'ipv6' : 'ipv4';
        const written = address === null ? '' : addressText(address);
        expect(parseAddress(written)).toEqual(address);
        const wanted = new SocketAddress({ address: text, family }).address;
        // The runtime writes embedded IPv4 addresses dotted, RFC 5952 leaves that open.
        expect(family === 'ipv6' && wanted.includes('.') ? wanted : written).toBe(wanted);
      }),
    );
  });
});

test('a CIDR contains what the runtime says it contains', () => {
  const cidr = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
  fc.assert(
    fc.property(cidr, fc.ipV4(), ([base, length], asked) => {
      const list = new BlockList();
      list.addSubnet(base, length, 'ipv4');
      const range = parseCidr(`${base}/${length}`);
      const address = parseAddress(asked);
      expect(range !== null && address !== null && containsAddress(range, address)).toBe(list.check(asked, 'ipv4'));
    }),
  );
});

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '::/129', '10.0.0.0/8/8', '/8'])('%s is no CIDR', (text) => {
  expect(parseCidr(text)).toBeNull();
});

function range(text: string): NonNullable<ReturnType<typeof parseCidr>> {
  const found = parseCidr(text);
  if (found === null) throw new Error(text);
  return found;
}

test('host bits are masked', () => {
  expect(rangeText(range('10.0.0.77/24'))).toBe('10.0.0.0-10.0.0.255');
  expect(rangeText(range('2001:db8::1/126'))).toBe('2001:db8::-2001:db8::3');
});

test('exceptions may overlap, touch and lie outside', () => {
  const holes = ['10.0.0.0/30', '10.0.0.2/31', '10.0.0.8/32', '11.0.0.0/8', '::/0'].map(range);
  expect(withoutRanges(range('10.0.0.0/28'), holes).map(rangeText)).toEqual([
    '10.0.0.4-10.0.0.7',
    '10.0.0.9-10.0.0.15',
  ]);
  expect(withoutRanges(range('10.0.0.0/28'), [range('0.0.0.0/0')])).toEqual([]);
});

test('halves together are everything', () => {
  expect(coversFamily(['0.0.0.0/1', '128.0.0.0/1'].map(range), 4)).toBe(true);
  expect(coversFamily(['0.0.0.0/1', '128.0.0.0/2'].map(range), 4)).toBe(false);
  expect(coversFamily([range('::/0')], 4)).toBe(false);
  expect(mergeRanges(['::/1', '10.0.0.128/25', '10.0.0.0/25'].map(range)).map(rangeText)).toEqual([
    '10.0.0.0-10.0.0.255',
    '::-7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ]);
});
