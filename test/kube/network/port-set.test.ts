import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ALL_PORTS,
  everyPort,
  hasPort,
  intersectPorts,
  NO_PORTS,
  portRange,
  portsJson,
  portsText,
  PROTOCOLS,
  samePorts,
  subtractPorts,
  unionPorts,
  type PortSet,
} from '../../../src/kube/port-set.ts';

const EDGE = 65_535;
const port = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: EDGE - 3, max: EDGE }));
const piece = fc.tuple(fc.constantFrom(...PROTOCOLS), port, port);
const pieces = fc.array(piece, { maxLength: 6 });

function setOf(list: readonly (readonly [(typeof PROTOCOLS)[number], number, number])[]): PortSet {
  return list.reduce(
    (set: PortSet, [protocol, a, b]) => unionPorts(set, portRange(protocol, Math.min(a, b), Math.max(a, b))),
    NO_PORTS,
  );
}

test('set operations agree with asking for each port', () => {
  fc.assert(
    fc.property(pieces, pieces, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)];
      const made = { union: unionPorts(a, b), both: intersectPorts(a, b), less: subtractPorts(a, b) };
      for (const protocol of PROTOCOLS) {
        for (const number of [
          1,
          2,
          3,
          4,
          5,
          6,
          7,
          8,
          9,
          10,
          11,
          12,
          13,
          100,
          EDGE - 4,
          EDGE - 3,
          EDGE - 2,
          EDGE - 1,
          EDGE,
        ]) {
          const [inA, inB] = [hasPort(a, protocol, number), hasPort(b, protocol, number)];
          expect(hasPort(made.union, protocol, number)).toBe(inA || inB);
          expect(hasPort(made.both, protocol, number)).toBe(inA && inB);
          expect(hasPort(made.less, protocol, number)).toBe(inA && !inB);
        }
      }
      expect(samePorts(unionPorts(made.both, made.less), a)).toBe(true);
    }),
  );
});

test('texts', () => {
  const some = unionPorts(
    unionPorts(portRange('TCP', 443, 445), portRange('TCP', 446, 450)),
    unionPorts(portRange('TCP', 80), portRange('UDP', 53)),
  );
  expect(portsJson(some)).toEqual({ TCP: '80,443-450', UDP: '53' });
  expect(portsText(some)).toBe('TCP 80,443-450 UDP 53');
  expect(portsJson(PROTOCOLS.map(everyPort).reduce(unionPorts))).toBe('all');
  expect(portsJson(everyPort('TCP'))).toEqual({ TCP: '1-65535' });
  expect([portsText(NO_PORTS), portsText(ALL_PORTS), portsText(everyPort('SCTP'))]).toEqual([
    'no ports',
    'all ports',
    'all SCTP',
  ]);
});
