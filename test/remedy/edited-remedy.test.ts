import { beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import { editedRemedy } from '../../src/remedy/edited-remedy.ts';
import { RULES } from '../../src/rules/index.ts';
import { manifestChanges } from '../../src/sources/manifest-changes.ts';
import { readManifests } from '../../src/sources/manifests/read-manifests.ts';
import { boutiqueCluster } from '../analyses/network/fixtures.ts';

describe('a remedy whose YAML was edited', () => {
  let engine: Engine;
  let remedy: BuiltRemedy;

  beforeAll(() => {
    engine = new Engine(boutiqueCluster(), RULES);
    engine.settle();
    const finding = [...engine.findings.values()].find(
      (one) => one.rule === 'network/no-ingress-isolation' && one.subject.name === 'redis',
    );
    if (finding === undefined) throw new Error('no finding');
    const [first] = buildRemedies(engine, finding);
    if (first === undefined) throw new Error('no remedy');
    remedy = first;
  });

  const edited = async (change: (yaml: string) => string, of = remedy): Promise<BuiltRemedy> => {
    const yaml = change(of.yaml);
    const result = await readManifests(['-'], { stdin: async () => Promise.resolve(Buffer.from(yaml)) });
    const changes = manifestChanges(result, { complete: false, serverVersion: null, now: 0 });
    return editedRemedy(engine, of, yaml, changes);
  };

  test('that means the same is proven the same', async () => {
    const same = await edited((yaml) => `# mine\n${yaml}`);
    expect(same.title).toBe(`${remedy.title}, edited`);
    expect(same.effects).toEqual(remedy.effects.filter((text) => !text.startsWith('unknown flow')));
    expect([same.closes, same.opens, same.manifests, same.diff]).toEqual([
      remedy.closes,
      remedy.opens,
      remedy.manifests,
      remedy.diff,
    ]);
    expect(same.yaml).toMatch(/^# mine\n/);
    expect((await edited((yaml) => yaml, same)).title).toBe(`${remedy.title}, edited`);
  });

  test('that cuts a declared connection says which', async () => {
    const { effects, closes } = await edited((yaml) => yaml.replace('app: cart', 'app: crat'));
    expect(effects[0]).toMatch(
      /^CLOSES a declared connection: Deployment shop\/cart -> StatefulSet shop\/redis TCP 6379/,
    );
    expect(closes.map((one) => one.id)).toContain(remedy.finding);
  });

  test('that selects nothing leaves the finding', async () => {
    const { effects, closes } = await edited((yaml) => yaml.replace('app: redis', 'app: rdis'));
    expect(effects).toContain('the finding stays');
    expect(closes.map((one) => one.id)).not.toContain(remedy.finding);
  });

  test.each([
    [
      'what a server would refuse',
      (yaml: string): string => yaml.replace('protocol: TCP', 'protocol: TPC'),
      /^INVALID: NetworkPolicy redis-ingress/,
    ],
    ['what is no YAML', (): string => 'a: [', /^INVALID: the YAML/],
  ])('%s is said', async (_name, change, expected) => {
    expect((await edited(change)).effects[0]).toMatch(expected);
  });

  test('a patch is not evaluated', async () => {
    expect((await edited((yaml) => yaml, { ...remedy, use: 'patch' })).effects).toEqual([
      'NOT EVALUATED: what is no whole object can not be laid over the state',
    ]);
  });
});
