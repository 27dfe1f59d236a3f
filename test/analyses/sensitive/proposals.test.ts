import { describe, expect, it } from 'vitest';
import { sensitiveProposals } from '../../../src/analyses/sensitive/proposals.ts';
import { proposalText } from '../../../src/commands/proposal-text.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { pod } from '../../objects.ts';

interface Made {
  readonly image?: string;
  readonly port?: number;
  readonly claim?: readonly [name: string, mountPath: string];
  readonly owner?: string;
  readonly init?: boolean;
}

function viewOf(pods: Readonly<Record<string, Made>>): StoreView {
  const store = new ClusterStore();
  for (const [name, { image = 'web:1', port, claim, owner, init = false }] of Object.entries(pods)) {
    const container = {
      name: 'main',
      image,
      ports: port === undefined ? [] : [{ containerPort: port }],
      volumeMounts: claim === undefined ? [] : [{ name: 'v', mountPath: claim[1] }],
    };
    const spec = {
      containers: init ? [{ name: 'web', image: 'web:1' }] : [container],
      initContainers: init ? [container] : [],
      volumes: claim === undefined ? [] : [{ name: 'v', persistentVolumeClaim: { claimName: claim[0] } }],
    };
    const labels = { app: owner ?? name };
    const object = pod(name, {
      spec,
      labels,
      ...(owner === undefined ? {} : { owner: { kind: 'StatefulSet', name: owner } }),
    });
    store.apply([{ type: 'upsert', object }]);
  }
  return new StoreView(store, Date.UTC(2026, 10, 24));
}

/** `confidence: signs` of the workload with one pod. */
function judged(made: Made): string | null {
  const [found] = sensitiveProposals(viewOf({ one: made }));
  return found === undefined ? null : `${found.confidence}: ${found.signs.map((one) => one.text).join(', ')}`;
}

describe('what looks like a database', () => {
  it.each<[Made, string | null]>([
    [{ image: 'postgres:17' }, 'high: image library/postgres'],
    [{ image: 'registry.example:5000/mirror/bitnami/mongodb@sha256:aa' }, 'high: image mirror/bitnami/mongodb'],
    [{ image: 'mcr.microsoft.com/mssql/server:2022' }, 'high: image mssql/server'],
    [{ port: 5432 }, 'medium: port 5432 (PostgreSQL)'],
    [{ claim: ['d', '/var/lib/mysql/'] }, 'medium: claim mounted at /var/lib/mysql/'],
    [{ port: 3306, claim: ['d', '/var/lib/mysql'] }, 'high: port 3306 (MySQL), claim mounted at /var/lib/mysql'],
    [{ claim: ['d', '/uploads'] }, 'low: claim mounted at /uploads'],
    [{ port: 22 }, null],
    [{ image: 'prom/postgres-exporter:1', port: 9187 }, null],
    [{ image: 'postgres:17', init: true }, null],
    [{}, null],
  ])('%j is %j', (made, expected) => {
    expect(judged(made)).toBe(expected);
  });

  it('is a draft of the config that can be read as it is', () => {
    const view = viewOf({
      'pg-0': { image: 'postgres:17', claim: ['pgdata-pg-0', '/var/lib/postgresql/data'], owner: 'pg' },
      'pg-1': { image: 'postgres:17', claim: ['pgdata-pg-1', '/var/lib/postgresql/data'], owner: 'pg' },
      cache: { image: 'redis:8', port: 6379 },
      files: { claim: ['uploads', '/uploads'] },
    });
    const text = proposalText(sensitiveProposals(view));
    expect(text).toContain('# - "shop/uploads"');
    expect(parseConfig(text, 'k8sec.yaml').sensitive).toEqual({
      volumes: ['shop/pgdata-pg-*'],
      labels: ['app=cache'],
      secrets: [],
    });
    const guesses = proposalText(sensitiveProposals(viewOf({ files: { claim: ['uploads', '/uploads'] } })));
    expect(parseConfig(guesses, 'k8sec.yaml').sensitive).toBe(null);
  });
});
