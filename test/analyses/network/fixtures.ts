import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../../../src/model/change.ts';
import { kindOf } from '../../../src/model/kind.ts';
import { shopObjects } from '../../../src/sources/demo/shop/shop-cluster.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster } from './cluster.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

/** Microservices in the manner of a small shop, as files hold them. */
export const BOUTIQUE = readFileSync(join(import.meta.dirname, 'boutique.yaml'), 'utf8');

/** The demo cluster as a source would read it from its server. */
export function demoCluster(): StoreView {
  const view = cluster('');
  const slimmer = createSlimmer();
  view.apply(
    shopObjects(NOW).flatMap((raw): Change[] => {
      const kind = kindOf(raw.apiVersion, raw.kind);
      return kind === undefined ? [] : [{ type: 'upsert', object: slimmer.slim(raw, kind) }];
    }),
  );
  return view;
}

export function boutiqueCluster(): StoreView {
  return cluster(BOUTIQUE, { facts: { source: 'files' } });
}
