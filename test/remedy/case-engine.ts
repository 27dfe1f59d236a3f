import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import { ALL_KINDS, kindOf } from '../../src/model/kind.ts';
import { RULES } from '../../src/rules/index.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';

const RULE_CASES = join(import.meta.dirname, '../rules');
const NOW = Date.parse('2026-11-23T10:00:00Z');

/** The cases of a pane's rules, as `rule/file`. */
export function allCases(pane: string): readonly string[] {
  return (
    readdirSync(join(RULE_CASES, pane), { recursive: true, encoding: 'utf8' })
      // Duplicates are seen while files are read, not in objects.
      .filter((file) => !file.startsWith('duplicate-object/'))
      .filter((file) => /\/[^/]*\.yaml$/.test(file) && !file.endsWith('.expected.yaml'))
      .map((file) => `${pane}/${file}`)
      .sort()
  );
}

/** Those of them that fail. */
export function failingCases(pane: string): readonly string[] {
  return allCases(pane).filter((file) => /\/fail-[^/]*$/.test(file));
}

/** A settled engine on YAML text of a live cluster in which everything is readable. */
export function engineOf(yaml: string): Engine {
  const slimmer = createSlimmer({ defaultNamespace: 'default' });
  const documents = parseAllDocuments(yaml).map((document): unknown => document.toJS());
  const head = documents.find((one) => record(one)['kind'] === 'Case');
  const spec = record(record(head)['spec']);
  const changes: Change[] = ALL_KINDS.map((kind) => ({
    type: 'coverage',
    coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
  }));
  const { serverVersion: version, now } = spec;
  changes.push({
    type: 'facts',
    facts: {
      source: 'cluster',
      serverVersion: typeof version === 'string' ? version : 'v1.36.3',
      ...record(spec['facts']),
    },
  });
  for (const document of documents) {
    const { apiVersion, kind } = record(document);
    const known = kindOf(String(apiVersion), String(kind));
    if (known !== undefined) changes.push({ type: 'upsert', object: slimmer.slim(document, known) });
  }
  const engine = new Engine(new StoreView(new ClusterStore(), typeof now === 'string' ? Date.parse(now) : NOW), RULES);
  engine.apply(changes);
  engine.settle();
  return engine;
}

/** A settled engine on one case of `failingCases`. */
export function engineOfCase(file: string): Engine {
  return engineOf(readFileSync(join(RULE_CASES, file), 'utf8'));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
