import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Engine } from '../../src/engine/engine.ts';
import type { Change, ClusterFacts } from '../../src/model/change.ts';
import { apiVersionOf, type Kind } from '../../src/model/kind.ts';
import { refText } from '../../src/kube/object-ref.ts';
import { RULES } from '../../src/rules/index.ts';
import { manifestChanges } from '../../src/sources/manifest-changes.ts';
import { readManifests } from '../../src/sources/manifests/read-manifests.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';

/** The first document of a case may set these. */
interface CaseSpec {
  readonly live?: boolean;
  readonly denied?: readonly Kind[];
  readonly serverVersion?: string;
  readonly now?: string;
  readonly facts?: Partial<ClusterFacts>;
}

/** What a case expects of its rule, exactly. */
interface Expected {
  readonly subject: string;
  readonly severity: string;
  readonly key?: string;
  readonly unknown?: boolean;
  readonly members?: readonly string[];
}

const HERE = import.meta.dirname;
const NOW = '2026-11-23T10:00:00Z';

const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).sort();
const cases = files.filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'));

function specOf(file: string): CaseSpec {
  const [head = ''] = readFileSync(join(HERE, file), 'utf8').split(/^---$/m);
  const document = parse(head) as { kind?: string; spec?: CaseSpec } | null;
  return document?.kind === 'Case' ? (document.spec ?? {}) : {};
}

async function findingsOf(file: string): Promise<readonly Expected[]> {
  const spec = specOf(file);
  const now = Date.parse(spec.now ?? NOW);
  const isLive = spec.live ?? true;
  const result = await readManifests([join(HERE, file)]);
  const changes: readonly Change[] = [
    ...manifestChanges(result, { complete: true, serverVersion: spec.serverVersion ?? 'v1.36.3', now }),
    ...(isLive ? [{ type: 'facts', facts: { source: 'cluster' } } as const] : []),
    ...(spec.facts === undefined ? [] : [{ type: 'facts', facts: spec.facts } as const]),
    ...(spec.denied ?? []).map((kind): Change => ({
      type: 'coverage',
      coverage: {
        kind,
        apiVersion: apiVersionOf(kind),
        status: 'denied',
        namespaces: 'all',
        reason: 'not allowed',
        since: now,
      },
    })),
  ];
  const engine = new Engine(new StoreView(new ClusterStore(), now), RULES);
  engine.apply(changes);
  engine.settle();
  expect(engine.failures()).toEqual([]);
  const rule = dirname(file);
  return [...engine.findings.values()]
    .filter((finding) => finding.rule === rule)
    .map((finding) => ({
      subject: refText(finding.subject),
      severity: finding.severity,
      ...(finding.key === undefined || finding.key === '' ? {} : { key: finding.key }),
      ...(finding.unknown === true ? { unknown: true } : {}),
      members: finding.members,
    }))
    .sort(byText);
}

function byText(a: Expected, b: Expected): number {
  const [left, right] = [a, b].map((one) => `${one.subject} ${one.key ?? ''} ${one.severity}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function withoutEmptyKey({ key, ...rest }: Expected): Expected {
  return key === undefined || key === '' ? rest : { ...rest, key };
}

describe('rule cases', () => {
  it.each(cases)('%s', async (file) => {
    const expectedFile = join(HERE, file.replace(/\.yaml$/, '.expected.yaml'));
    const isFail = /\/fail-[^/]*$/.test(file);
    const expected = isFail ? (parse(readFileSync(expectedFile, 'utf8')) as Expected[]) : [];
    const found = await findingsOf(file);
    const wanted = expected.map(withoutEmptyKey).sort(byText);
    // `members` is compared only where the case names it.
    const shown = found.map(({ members, ...rest }, index) =>
      wanted[index]?.members === undefined ? rest : { ...rest, members },
    );
    expect(shown).toEqual(wanted);
    expect(wanted.length > 0).toBe(isFail);
  });
});

describe('the cases are complete', () => {
  const folders = new Set(cases.map(dirname));
  const caseRules = RULES.filter((rule) => !rule.id.startsWith('audit/'));

  it.each(caseRules.map((rule) => rule.id))('%s has a firing and a silent case', (id) => {
    const own = cases.filter((file) => dirname(file) === id).map((file) => relative(id, file));
    expect(own.some((file) => file.startsWith('fail-'))).toBe(true);
    expect(own.some((file) => file.startsWith('pass-'))).toBe(true);
  });

  it('has no case for a rule that is not there, and no stray file', () => {
    const known = new Set<string>(RULES.map((rule) => rule.id));
    expect([...folders].filter((folder) => !known.has(folder))).toEqual([]);
    const stray = files.filter(
      (file) => file.endsWith('.expected.yaml') && !existsSync(join(HERE, file.replace('.expected.yaml', '.yaml'))),
    );
    expect(stray.filter((file) => !file.startsWith('audit/'))).toEqual([]);
  });
});
