import { recommendedLabels, type WorkloadPlan } from '../workload-plan.ts';

const NAMESPACE = 'data';

function claim(name: string, mountPath: string): { name: string; mountPath: string; source: Record<string, unknown> } {
  return { name: 'data', mountPath, source: { persistentVolumeClaim: { claimName: name } } };
}

/** The databases: where the worst finding of the demo lives. */
export const DATA_WORKLOADS: readonly WorkloadPlan[] = [
  {
    kind: 'Deployment',
    namespace: NAMESPACE,
    name: 'postgres',
    labels: { app: 'postgres' },
    containers: [
      {
        name: 'postgres',
        image: 'postgres:16',
        ports: [{ name: 'postgres', port: 5432 }],
        env: {
          POSTGRES_USER: 'admin',
          POSTGRES_PASSWORD: { secret: 'pg-admin', key: 'password' },
          PGDATA: '/var/lib/postgresql/data/pgdata',
        },
        volumes: [claim('postgres-data', '/var/lib/postgresql/data')],
      },
    ],
    ageDays: 41,
    restarts: 1,
  },
  {
    kind: 'StatefulSet',
    namespace: NAMESPACE,
    name: 'postgres-replica',
    replicas: 2,
    labels: { app: 'postgres-replica', tier: 'database' },
    containers: [
      {
        name: 'postgres',
        image: 'postgres:16',
        ports: [{ name: 'postgres', port: 5432 }],
        env: { POSTGRES_PASSWORD: { secret: 'pg-replication', key: 'password' }, PRIMARY: 'postgres.data:5432' },
        volumes: [claim('postgres-replica-data', '/var/lib/postgresql/data')],
      },
    ],
    ageDays: 41,
  },
  {
    kind: 'Deployment',
    namespace: NAMESPACE,
    name: 'pgbouncer',
    replicas: 2,
    labels: { app: 'pgbouncer', ...recommendedLabels('pgbouncer', 'pgbouncer', '1.23.1', 'pooler', 'shop', 'Helm') },
    containers: [
      {
        name: 'pgbouncer',
        image: 'registry.shop.invalid/mirror/pgbouncer:1.23.1',
        ports: [{ name: 'postgres', port: 6432 }],
        env: { DB_HOST: 'postgres.data', DB_PASSWORD: { secret: 'pg-admin', key: 'password' } },
      },
    ],
    delivery: { by: 'helm', release: 'pgbouncer', chart: 'pgbouncer-1.8.2' },
    hardening: 'restricted',
    ageDays: 90,
  },
  {
    kind: 'StatefulSet',
    namespace: NAMESPACE,
    name: 'kafka',
    replicas: 3,
    labels: recommendedLabels('kafka', 'kafka', '3.9.0', 'broker', 'shop', 'Helm'),
    containers: [
      {
        name: 'kafka',
        image: 'registry.shop.invalid/mirror/kafka:3.9.0',
        ports: [
          { name: 'client', port: 9092 },
          { name: 'controller', port: 9093 },
        ],
        env: { KAFKA_CONTROLLER_QUORUM_VOTERS: '0@kafka-0.kafka.data:9093,1@kafka-1.kafka.data:9093' },
        volumes: [claim('kafka-data', '/var/lib/kafka')],
      },
    ],
    delivery: { by: 'helm', release: 'kafka', chart: 'kafka-31.0.0' },
    serviceAccount: 'kafka',
    hardening: 'restricted',
    ageDays: 200,
  },
  {
    kind: 'StatefulSet',
    namespace: NAMESPACE,
    name: 'elasticsearch',
    replicas: 3,
    labels: { app: 'elasticsearch', 'app.kubernetes.io.name': 'elasticsearch' },
    containers: [
      {
        name: 'elasticsearch',
        image: 'elasticsearch:8.16.1',
        ports: [
          { name: 'http', port: 9200 },
          { name: 'transport', port: 9300 },
        ],
        env: { 'discovery.seed_hosts': 'elasticsearch.data', 'xpack.security.enabled': 'false' },
        securityContext: { capabilities: { add: ['IPC_LOCK', 'SYS_RESOURCE'] } },
      },
    ],
    ageDays: 150,
  },
  {
    kind: 'StatefulSet',
    namespace: NAMESPACE,
    name: 'minio',
    replicas: 2,
    labels: { app: 'minio' },
    containers: [
      {
        name: 'minio',
        image: 'minio/minio:latest',
        args: ['server', '/data', '--console-address', ':9001'],
        ports: [
          { name: 'api', port: 9000 },
          { name: 'console', port: 9001 },
        ],
        env: { MINIO_ROOT_USER: 'minioadmin', MINIO_ROOT_PASSWORD: 'not-a-real-pa55word-m4Wd' },
        volumes: [claim('minio-data', '/data')],
      },
    ],
    ageDays: 77,
  },
  {
    kind: 'CronJob',
    namespace: NAMESPACE,
    name: 'postgres-backup',
    labels: { app: 'postgres-backup' },
    containers: [
      {
        name: 'backup',
        image: 'registry.shop.invalid/data/backup:1.4.0',
        env: {
          PGHOST: 'postgres.data',
          PGPASSWORD: { secret: 'pg-admin', key: 'password' },
          S3_ENDPOINT: 'http://minio.data:9000',
        },
        volumes: [
          {
            name: 'host-backups',
            mountPath: '/backups',
            source: { hostPath: { path: '/var/backups', type: 'DirectoryOrCreate' } },
          },
        ],
      },
    ],
    schedule: '0 1 * * *',
    ageDays: 41,
  },
  {
    kind: 'Job',
    namespace: NAMESPACE,
    name: 'schema-migrate-42',
    labels: { app: 'schema-migrate' },
    containers: [
      {
        name: 'migrate',
        image: 'registry.shop.invalid/data/migrate:42',
        envFrom: [{ secret: 'pg-admin' }],
      },
    ],
    ageDays: 3,
  },
];
