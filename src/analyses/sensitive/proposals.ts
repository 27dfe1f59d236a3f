/** Which workloads look like databases, for a first draft of the config's `sensitive`. */
import { parseImage } from '../../kube/image-reference.ts';
import { sensitiveService } from '../../kube/sensitive-port.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { claimsOf, secretsOf } from '../as-of/target.ts';
import { workloadNamespaces, workloads, type AnalysedWorkload } from '../workload/workloads.ts';

type Confidence = 'high' | 'medium' | 'low';

/** Why a workload looks like one that keeps data, and what of the config would name it. */
export interface SensitiveProposal {
  readonly workload: string;
  readonly namespace: string;
  /** Of all its signs together. */
  readonly confidence: Confidence;
  readonly signs: readonly { readonly text: string; readonly confidence: Confidence }[];
  /** Globs over its claims; empty where it mounts none. */
  readonly volumes: readonly string[];
  /** A selector of its pods; null where they have no labels. */
  readonly labels: string | null;
  /** `namespace/name` of what its pods read. */
  readonly secrets: readonly string[];
}

/** The ends of the names of images that databases, and stores of keys and credentials, are published under. */
const IMAGES = new Set(
  `postgres postgresql postgis timescaledb timescaledb-ha spilo mysql mysql-server mariadb
  mariadb-galera percona percona-server percona-xtradb-cluster mongo mongodb mongodb-community-server
  percona-server-mongodb redis redis-cluster valkey keydb dragonfly cassandra scylla elasticsearch opensearch couchdb
  couchbase neo4j influxdb clickhouse clickhouse-server cockroach cockroachdb yugabyte tidb tikv foundationdb
  mssql/server etcd vault openbao minio rethinkdb arangodb dgraph questdb ravendb rqlite surrealdb victoria-metrics`.split(
    /\s+/,
  ),
);

/** What listens on the ports of databases, by the names of `sensitiveService`. */
const SERVICES = new Set(
  'SQL Server|Oracle|etcd|MySQL|PostgreSQL|CouchDB|Redis|InfluxDB|Vault|Cassandra|Elasticsearch|MongoDB'.split('|'),
);

/** Where the images of databases keep their data. */
const DATA_FOLDER =
  /^\/(data\/db|bitnami\/[^/]+|var\/lib\/(postgresql|pgsql|mysql|mongo(db)?|redis|cassandra|scylla|clickhouse|influxdb2?|etcd|couchdb|neo4j|cockroach)|var\/opt\/mssql|opt\/oracle\/oradata|usr\/share\/(elasticsearch|opensearch)\/data|opt\/couchdb\/data|opt\/couchbase\/var|cockroach\/cockroach-data|vault\/(data|file)|home\/postgres\/pgdata)(\/|$)/;

const RANK: Readonly<Record<Confidence, number>> = { high: 2, medium: 1, low: 0 };

/** The workloads that look like databases, the surest first. */
export function sensitiveProposals(view: ClusterView): readonly SensitiveProposal[] {
  return workloadNamespaces(view)
    .flatMap((namespace) => workloads(view, namespace))
    .flatMap((one) => proposalOf(one) ?? [])
    .sort((a, b) => RANK[b.confidence] - RANK[a.confidence]);
}

function proposalOf({ ref, object, template, classes, labels }: AnalysedWorkload): SensitiveProposal | null {
  const { kind, namespace, name } = ref;
  const specs = classes.map((one) => one.spec);
  const signs = new Map(specs.flatMap(signsOf).map((one) => [one.text, one]));
  const [surest] = [...signs.values()].sort((a, b) => RANK[b.confidence] - RANK[a.confidence]);
  if (surest === undefined) return null;
  const isAgreed = [...signs.values()].filter((one) => one.confidence === 'medium').length > 1;
  const own = object?.selector?.matchLabels ?? template?.labels ?? (kind === 'Pod' ? labels : classes[0]?.labels) ?? {};
  const pairs = Object.entries(own).map(([key, value]) => `${key}=${value}`);
  const named = (names: readonly string[]): readonly string[] =>
    [...new Set(names)].map((one) => `${namespace}/${one}`);
  return {
    workload: `${kind} ${namespace}/${name}`,
    namespace,
    confidence: isAgreed ? 'high' : surest.confidence,
    signs: [...signs.values()],
    volumes: [
      ...new Set(named(specs.flatMap(claimsOf)).map((one) => (kind === 'StatefulSet' ? ordinals(one, name) : one))),
    ],
    labels: pairs.length === 0 ? null : pairs.join(','),
    secrets: named(specs.flatMap(secretsOf)),
  };
}

/** A StatefulSet names the claims of its pods `<template>-<set>-<number>`. */
function ordinals(claim: string, set: string): string {
  const end = claim.lastIndexOf(`-${set}-`) + set.length + 2;
  return end > set.length + 1 && /^\d+$/.test(claim.slice(end)) ? `${claim.slice(0, end)}*` : claim;
}

function signsOf(spec: PodSpec): SensitiveProposal['signs'] {
  const running = spec.containers.filter((one) => one.role === 'container' || one.sidecar);
  const claims = new Set(spec.volumes.filter((one) => one.claimName !== null).map((one) => one.name));
  return running.flatMap(({ image, ports, volumeMounts }) => [
    ...imageSigns(image),
    ...ports.flatMap(({ containerPort }): SensitiveProposal['signs'] => {
      const service = sensitiveService(containerPort);
      if (service === undefined || !SERVICES.has(service)) return [];
      return [{ text: `port ${containerPort} (${service})`, confidence: 'medium' }];
    }),
    ...volumeMounts
      .filter((mount) => claims.has(mount.name))
      .map(({ mountPath }) => ({
        text: `claim mounted at ${mountPath}`,
        confidence: DATA_FOLDER.test(mountPath) ? ('medium' as const) : ('low' as const),
      })),
  ]);
}

function imageSigns(image: string): SensitiveProposal['signs'] {
  const repository = parseImage(image)?.repository ?? '';
  const parts = repository.split('/');
  const isKnown = IMAGES.has(parts.at(-1) ?? '') || IMAGES.has(parts.slice(-2).join('/'));
  return isKnown ? [{ text: `image ${repository}`, confidence: 'high' }] : [];
}
