import { describe, expect, it } from 'vitest';
import { asOfCommand } from '../../src/commands/as-of.ts';
import type { Observation, PastEvidence, PastKind, PastObject, Witness } from '../../src/model/observation.ts';
import { PAST_KINDS } from '../../src/model/observation.ts';
import { TOOL } from '../../src/model/tool.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { object, pod } from '../objects.ts';
import { runCommand } from './rbac-command.ts';

const START = Date.parse('2026-11-23T00:00:00Z');
const MINUTE = 60_000;

const DB = pod('db-0', {
  owner: { kind: 'StatefulSet', name: 'db' },
  labels: { app: 'db' },
  spec: { serviceAccountName: 'db', volumes: [{ name: 'v', secret: { secretName: 'pg' } }] },
});
const ROLE = object('Role', {
  metadata: { name: 'exec', namespace: 'shop', uid: 'role' },
  rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }],
});

function binding(user: string): PastObject {
  return object('RoleBinding', {
    metadata: { name: 'ops', namespace: 'shop', uid: 'binding' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'exec' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
  });
}

/** ann until minute 10, then bob; the pod goes at minute 20. */
function evidence(hasBodies: boolean, witnesses: readonly Witness[] = []): PastEvidence {
  const told = (kind: PastKind, name: string, minute: number): Omit<Observation, 'type' | 'change' | 'object'> => {
    const time = START + minute * MINUTE;
    return { kind, namespace: 'shop', name, time, begun: time - 2, basis: 'audit', evidence: `at-${minute}` };
  };
  const to = binding('bob');
  return {
    observations: [
      hasBodies
        ? { ...told('RoleBinding', 'ops', 10), type: 'content', change: 'written', object: to }
        : { ...told('RoleBinding', 'ops', 10), type: 'exists', change: 'written', object: null },
      { ...told('Pod', 'db-0', 20), type: 'gone', change: 'deleted', object: hasBodies ? DB : null },
    ],
    listings: [
      {
        time: START,
        kinds: PAST_KINDS.map((kind) => ({ kind, namespaces: 'all' })),
        objects: [DB, ROLE, binding('ann')],
        basis: 'snapshot',
        evidence: 'start.k8sec',
      },
    ],
    windows: PAST_KINDS.map((kind) => ({ kind, namespaces: 'all', from: START, to: START + 60 * MINUTE })),
    doubts: [],
    witnesses,
    notes: [],
  };
}

function exec(username: string, minute: number, reason: string): Witness {
  const on = { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'db-0' };
  const time = START + minute * MINUTE;
  const earliest = [{ time, auditID: `exec-${minute}` }];
  return { ...on, username, groups: [], reason, times: [time], earliest };
}

const BY_OPS = (user: string): string => `RBAC: allowed by RoleBinding "ops/shop" of Role "exec" to User "${user}"`;

interface Answer {
  readonly workloads: readonly { readonly kind: string; readonly name: string }[];
  readonly principals: readonly {
    readonly subject: { readonly name: string };
    readonly access: string;
    readonly grade: string;
    readonly auditIDs: readonly string[];
    readonly from?: string;
  }[];
  readonly unknown: readonly unknown[];
}

async function ask(
  past: PastEvidence,
  words: readonly string[],
  options: Record<string, string> = {},
  output = 'json',
): Promise<{ readonly code: number; readonly output: string }> {
  const command: typeof asOfCommand = {
    ...asOfCommand,
    run: (context) =>
      asOfCommand.run({
        ...context,
        loadPast: async () =>
          await Promise.resolve({
            evidence: past,
            sensitive: { labels: [], secrets: ['shop/p*'], volumes: [] },
            clusterUID: 'uid',
            sources: [{ type: 'snapshot', name: 'start.k8sec', sha256: 'abc' }],
          }),
      }),
  };
  return runCommand(command, new StoreView(new ClusterStore(), START, false), words, { output, options });
}

async function answer(past: PastEvidence, minute: number): Promise<readonly string[]> {
  const time = new Date(START + minute * MINUTE).toISOString();
  const { output, code } = await ask(past, [time]);
  const { principals, workloads } = JSON.parse(output) as Answer;
  return [
    `exit ${code}`,
    ...workloads.map(({ kind, name }) => `${kind} ${name}`),
    ...principals.map(({ subject, access, grade, auditIDs }) => [grade, subject.name, access, ...auditIDs].join(' ')),
  ];
}

describe('as-of', () => {
  it('says who could, at each time', async () => {
    const past = evidence(true);
    expect(await answer(past, 5)).toEqual(['exit 0', 'StatefulSet db', 'possible ann exec']);
    expect(await answer(past, 15)).toEqual(['exit 0', 'StatefulSet db', 'possible bob exec']);
    expect(await answer(past, 25)).toEqual(['exit 0']);
  });

  it('does not know who could after a write without a body', async () => {
    const past = evidence(false);
    expect(await answer(past, 5)).toEqual(['exit 0', 'StatefulSet db', 'possible ann exec']);
    expect(await answer(past, 15)).toEqual(['exit 3', 'StatefulSet db']);
  });

  it('calls witnessed what was done through a grant of that time, and leaves out what a binding gave that is past', async () => {
    const past = evidence(true, [exec('ann', 3, BY_OPS('ann')), exec('bob', 12, BY_OPS('bob')), exec('root', 13, '')]);
    expect(await answer(past, 5)).toEqual(['exit 0', 'StatefulSet db', 'witnessed ann exec exec-3']);
    expect(await answer(past, 15)).toEqual([
      'exit 0',
      'StatefulSet db',
      'witnessed bob exec exec-12',
      'witnessed root exec exec-13',
    ]);
  });

  it('lists every access of a period with its interval', async () => {
    const { output } = await ask(evidence(true), ['2026-11-24'], { between: '2026-11-23' }, 'csv');
    expect(output.split('\r\n').filter((line) => line.startsWith('possible'))).toEqual([
      'possible,User,,ann,exec,Pod shop/db-0,2026-11-23T00:00:00.000Z,2026-11-23T00:10:00.000Z,,,"RoleBinding ""ops/shop"" of Role ""exec"" to User ""ann""",',
      'possible,User,,bob,exec,Pod shop/db-0,2026-11-23T00:10:00.000Z,2026-11-23T00:20:00.000Z,,,"RoleBinding ""ops/shop"" of Role ""exec"" to User ""bob""",',
    ]);
  });

  it('files with the accesses of a period what they rest on', async () => {
    const { output } = await ask(evidence(true), ['2026-11-24', 'app=db'], { between: '2026-11-23' }, 'csv');
    const rows = output.split('\r\n').filter((line) => /^(pod|tool|cluster|query|source),/.test(line));
    expect(rows).toEqual([
      'pod,Pod,shop,db-0,,,2026-11-23T00:00:00.000Z,2026-11-23T00:20:00.000Z,,,has labels app=db; of StatefulSet shop/db; ServiceAccount db; Secrets pg,',
      `tool,,,k8sec,,,,,,,${TOOL.version},`,
      'cluster,,,uid,,,,,,,,',
      'query,,,app=db,,,2026-11-23T00:00:00.000Z,2026-11-24T00:00:00.000Z,,,,',
      'source,snapshot,,start.k8sec,,,,,,,SHA-256 abc,',
    ]);
    expect(output.split('\r\n').filter((line) => line.startsWith('coverage,'))).toHaveLength(PAST_KINDS.length);
  });

  it('names other workloads that hold a Secret of the matched ones', async () => {
    const volumes = [{ name: 'v', secret: { secretName: 'pg' } }];
    const client = pod('web-1', { owner: { kind: 'DaemonSet', name: 'web' }, spec: { volumes } });
    const elsewhere = pod('web-2', { namespace: 'other', spec: { volumes } });
    const { listings, ...rest } = evidence(true);
    const more = listings.map((one) => ({ ...one, objects: [...one.objects, client, elsewhere, pod('without', {})] }));
    const { output } = await ask({ ...rest, listings: more }, ['2026-11-23T00:05:00Z', 'app=db'], {}, 'json');
    const { principals } = JSON.parse(output) as { principals: { access: string }[] };
    expect(principals.filter((one) => one.access === 'hold-credential')).toEqual([
      {
        subject: { kind: 'DaemonSet', namespace: 'shop', name: 'web' },
        access: 'hold-credential',
        on: 'Secret shop/pg',
        grade: 'possible',
        via: ['Pod shop/web-1 reads Secret pg'],
        auditIDs: [],
        lastSeen: null,
        connection: { status: 'possible', ports: 'all' },
      },
    ]);
  });

  describe('of a workload that holds a credential', () => {
    const volumes = [{ name: 'v', secret: { secretName: 'pg' } }];
    const client = pod('web-1', { labels: { app: 'web' }, spec: { volumes } });
    const closed = object('NetworkPolicy', {
      metadata: { name: 'db', namespace: 'shop', uid: 'np' },
      spec: { podSelector: { matchLabels: { app: 'db' } }, ingress: [] },
    });

    /** The workload is there all the time, the policy from minute 10 on. */
    function withPolicy(hasBody: boolean): PastEvidence {
      const { listings, observations, ...rest } = evidence(true);
      const time = START + 10 * MINUTE;
      const told = {
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name: 'db',
        time,
        begun: time,
        change: 'created',
      } as const;
      const from = { basis: 'audit', evidence: 'np' } as const;
      const made: Observation = hasBody
        ? { ...told, ...from, type: 'content', object: closed }
        : { ...told, ...from, type: 'exists', object: null };
      return {
        ...rest,
        listings: listings.map((one) => ({ ...one, objects: [...one.objects, client] })),
        observations: [made, ...observations],
      };
    }

    function connectionsIn(json: string): readonly unknown[] {
      const { principals } = JSON.parse(json) as { principals: { connection?: unknown }[] };
      return principals.flatMap(({ connection }) => (connection === undefined ? [] : [connection]));
    }

    it('tells in each form and each part of a period whether it could connect', async () => {
      const form = async (output: string): Promise<string> =>
        (await ask(withPolicy(true), ['2026-11-23T00:15:00Z', 'app=db'], { between: '2026-11-23' }, output)).output;
      const held = (await form('csv')).split('\r\n').filter((line) => line.includes('hold-credential'));
      expect(held.map((line) => line.split(',').filter((_, at) => [6, 7, 11].includes(at)))).toEqual([
        ['2026-11-23T00:00:00.000Z', '2026-11-23T00:10:00.000Z', 'possible (all ports)'],
        ['2026-11-23T00:10:00.000Z', '2026-11-23T00:15:00.000Z', 'refused by NetworkPolicy shop/db'],
      ]);
      expect(connectionsIn(await form('json'))).toEqual([
        { status: 'possible', ports: 'all' },
        { status: 'refused', refusedBy: ['NetworkPolicy shop/db'] },
      ]);
      expect(await form('html')).toContain('<td>refused by NetworkPolicy shop/db</td>');
      expect(await form('text')).toMatch(
        /hold-credential .* possible \(all ports\) +Pod shop\/web-1 reads Secret pg\n/,
      );
    });

    it('says why it is not known, and is then not answered', async () => {
      const { code, output } = await ask(withPolicy(false), ['2026-11-23T00:12:00Z', 'app=db'], {}, 'json');
      const since = 'NetworkPolicy shop/db since 2026-11-23T00:10:00.000Z';
      expect(connectionsIn(output)).toEqual([
        { status: 'unknown', reason: `${since}: it was written, and the log holds no body of it` },
      ]);
      expect({ code, unknown: (JSON.parse(output) as Answer).unknown }).toEqual({ code: 3, unknown: [] });
    });

    it('says nothing of policies where nobody else holds one', async () => {
      const rest = evidence(true);
      const windows = rest.windows.filter(({ kind }) => kind !== 'NetworkPolicy' && kind !== 'Namespace');
      const { code, output } = await ask({ ...rest, windows }, ['2026-11-23T00:05:00Z', 'app=db'], {}, 'text');
      expect(code).toBe(0);
      expect(output).not.toMatch(/polic/i);
    });
  });

  it.each([
    [['yesterday'], 'invalid time "yesterday"'],
    [[], 'usage: as-of TIME'],
    [['2026-11-23', 'a=b c=d'], 'is no label selector'],
    [['2026-11-23', 'a', 'b'], 'one workload or selector'],
  ])('refuses %j', async (words, message) => {
    await expect(ask(evidence(true), words)).rejects.toThrow(message);
  });
});
