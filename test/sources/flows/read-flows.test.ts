import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { FlowState } from '../../../src/model/observed-flow.ts';
import type { AuditFiles } from '../../../src/sources/audit/audit-files.ts';
import { readFlows } from '../../../src/sources/flows/read-flows.ts';

/** Reads a log that arrives in chunks of that many bytes. */
function read(text: string | Buffer, chunk = 7, mostConnections = 100): Promise<FlowState> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  );
  return readFlows(['-'], { stdin: Readable.from(chunks), mostConnections });
}

function text({ flows }: FlowState): string[] {
  return flows.map(
    ({ source, destination, protocol, port, verdict, count }) =>
      `${endOf(source)} -> ${endOf(destination)} ${protocol} ${port} ${verdict} ×${count}`,
  );
}

function endOf({ namespace, pod, workload, address }: FlowState['flows'][number]['source']): string {
  if (namespace === null) return address ?? '?';
  return `${namespace}/${workload === null ? pod : `${workload.kind ?? '*'}:${workload.name}`}`;
}

const HUBBLE = {
  time: '2026-11-20T10:00:00.5Z',
  verdict: 'FORWARDED',
  IP: { source: '10.1.0.5', destination: '10.1.0.9' },
  l4: { TCP: { source_port: 41_000, destination_port: 6379 } },
  source: { namespace: 'shop', pod_name: 'cart-1', workloads: [{ name: 'cart', kind: 'Deployment' }] },
  destination: { namespace: 'shop', pod_name: 'redis-0' },
  is_reply: false,
};
const CALICO = {
  start_time: 1_763_632_800,
  end_time: 1_763_633_100,
  source_type: 'wep',
  source_namespace: 'shop',
  source_name: '-',
  source_name_aggr: 'cart-7d9f-*',
  source_ip: null,
  dest_type: 'net',
  dest_namespace: '-',
  dest_name_aggr: 'pub',
  dest_ip: '203.0.113.9',
  dest_port: 443,
  proto: 'tcp',
  action: 'allow',
};
const VPC = '2 123456789010 eni-1 10.1.0.5 10.1.0.9 41000 6379 6 20 4249 1763632800 1763632860 ACCEPT OK';

describe('what a line of each log means', () => {
  test.each([
    [
      'Hubble',
      JSON.stringify({ flow: HUBBLE, node_name: 'a' }),
      ['shop/Deployment:cart -> shop/redis-0 TCP 6379 forwarded ×1'],
    ],
    ['Hubble, the flow alone', JSON.stringify(HUBBLE), ['shop/Deployment:cart -> shop/redis-0 TCP 6379 forwarded ×1']],
    ['Hubble, a reply', JSON.stringify({ flow: { ...HUBBLE, is_reply: true } }), []],
    [
      'Hubble, dropped',
      JSON.stringify({ flow: { ...HUBBLE, verdict: 'DROPPED' } }),
      ['shop/Deployment:cart -> shop/redis-0 TCP 6379 dropped ×1'],
    ],
    [
      'Hubble, a pod to its own loopback',
      JSON.stringify({ flow: { ...HUBBLE, destination: {}, IP: { ...HUBBLE.IP, destination: '::1' } } }),
      [],
    ],
    ...['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0', '224.0.0.1', 'ff02::fb'].map(
      (address): [string, string, string[]] => [`VPC, ${address}`, VPC.replace('10.1.0.9', address), []],
    ),
    ['Hubble, ICMP', JSON.stringify({ flow: { ...HUBBLE, l4: { ICMPv4: { type: 8 } } } }), []],
    [
      'Hubble, from outside',
      JSON.stringify({ flow: { ...HUBBLE, source: { labels: ['reserved:world'] } } }),
      ['10.1.0.5 -> shop/redis-0 TCP 6379 forwarded ×1'],
    ],
    ['Calico', JSON.stringify(CALICO), ['shop/*:cart-7d9f -> 203.0.113.9 TCP 443 forwarded ×1']],
    [
      'Calico, denied',
      JSON.stringify({ ...CALICO, action: 'deny' }),
      ['shop/*:cart-7d9f -> 203.0.113.9 TCP 443 dropped ×1'],
    ],
    ['VPC', VPC, ['10.1.0.5 -> 10.1.0.9 TCP 6379 forwarded ×1']],
    ['VPC, rejected', VPC.replace('ACCEPT', 'REJECT'), ['10.1.0.5 -> 10.1.0.9 TCP 6379 dropped ×1']],
    ['VPC, a reply by its ports', VPC.replace('41000 6379', '6379 41000'), []],
    ['VPC, no data', '2 123456789010 eni-1 - - - - - - - 1763632800 1763632860 - NODATA', []],
    [
      'VPC, with the time of CloudWatch',
      `2026-11-20T10:00:00.000Z ${VPC}`,
      ['10.1.0.5 -> 10.1.0.9 TCP 6379 forwarded ×1'],
    ],
    [
      'VPC, its own fields: the packet address is the pod, and SYN-ACK is a reply',
      [
        'srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol tcp-flags action log-status',
        '10.0.0.1 10.0.0.2 10.1.0.5 10.1.0.9 41000 50051 6 2 ACCEPT OK',
        '10.0.0.2 10.0.0.1 10.1.0.9 10.1.0.5 50051 41000 6 18 ACCEPT OK',
      ].join('\n'),
      ['10.1.0.5 -> 10.1.0.9 TCP 50051 forwarded ×1'],
    ],
    [
      'Google',
      JSON.stringify({
        jsonPayload: {
          connection: { src_ip: '10.1.0.5', dest_ip: '10.1.0.9', src_port: 41_000, dest_port: 53, protocol: 17 },
          dest_gke_details: { pod: { pod_namespace: 'kube-system', pod_name: 'coredns-a' } },
        },
      }),
      ['10.1.0.5 -> kube-system/coredns-a UDP 53 forwarded ×1'],
    ],
  ])('%s', async (_name, log, expected) => {
    const state = await read(log);
    expect(text(state)).toEqual(expected);
    expect(state.notes[0]?.broken).toBe(0);
  });

  test('a direction that no field and no port tells is counted and not guessed', async () => {
    const state = await read(VPC.replace('41000 6379', '41000 50051'));
    expect(state.flows).toEqual([]);
    expect(state.notes[0]).toMatchObject({ undirected: 1, used: 0 });
  });

  test('times are the first and the last of equal connections', async () => {
    const later = { ...HUBBLE, time: '2026-11-21T10:00:00Z' };
    const { flows } = await read([HUBBLE, later].map((flow) => JSON.stringify({ flow })).join('\n'));
    expect(flows).toMatchObject([
      { count: 2, first: Date.parse('2026-11-20T10:00:00.5Z'), last: Date.parse('2026-11-21T10:00:00Z') },
    ]);
  });
});

describe('hostile and broken logs', () => {
  test('broken lines are counted, the first is named, and the rest counts', async () => {
    const log = ['', '{"flow":', 'some text', JSON.stringify({ flow: HUBBLE }), '{"a":1}', '[]', '{"flow":null}'].join(
      '\n',
    );
    const state = await read(log);
    expect(text(state)).toHaveLength(1);
    expect(state.notes).toEqual([
      {
        source: 'standard input',
        lines: 7,
        used: 1,
        skipped: 0,
        undirected: 0,
        broken: 5,
        firstBroken: { line: 2, reason: 'not whole JSON' },
        beyond: 0,
      },
    ]);
  });

  test('a name with terminal codes is cleaned, a port beyond all ports is refused', async () => {
    const evil = { ...HUBBLE, source: { namespace: 'shop', pod_name: '\u001b[31mred' } };
    const { flows } = await read(JSON.stringify({ flow: evil }));
    expect(flows[0]?.source.pod).not.toContain('\u001b');
    const port = { ...HUBBLE, l4: { TCP: { destination_port: 70_000 } } };
    expect((await read(JSON.stringify({ flow: port }))).notes[0]).toMatchObject({ broken: 1, used: 0 });
  });

  test('a line without end is one broken line', async () => {
    const state = await read(`{"flow": "${'x'.repeat(1 << 21)}\n${VPC}`, 1 << 16);
    expect(text(state)).toHaveLength(1);
    expect(state.notes[0]?.firstBroken).toEqual({ line: 1, reason: 'longer than a record can be' });
  });

  test('more connections than are kept are counted', async () => {
    const lines = Array.from({ length: 30 }, (_, at) => VPC.replace(' 6379 ', ` ${1000 + at} `));
    const state = await read([...lines, VPC.replace(' 6379 ', ' 1000 ')].join('\n'), 64, 10);
    expect(state.flows).toHaveLength(10);
    expect(state.flows[0]?.count).toBe(2);
    expect(state.notes[0]).toMatchObject({ beyond: 20, used: 11 });
  });

  test('gzip is unpacked, and one that is cut short says so', async () => {
    const packed = gzipSync(Array.from({ length: 50 }, () => VPC).join('\n'));
    expect(text(await read(packed, 16))).toEqual(['10.1.0.5 -> 10.1.0.9 TCP 6379 forwarded ×50']);
  });

  test('a file that is not there is an error with its name', async () => {
    const files = { stat: () => Promise.resolve(null) } as unknown as AuditFiles;
    await expect(readFlows(['lost.json'], { files })).rejects.toThrow('lost.json: no such file');
  });
});
