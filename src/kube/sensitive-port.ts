/** Ports whose usual service gives away data or control to whoever can connect. IANA names and vendors' defaults. */
const SENSITIVE_PORTS: Readonly<Record<number, string>> = {
  22: 'SSH',
  445: 'SMB',
  1433: 'SQL Server',
  1521: 'Oracle',
  2049: 'NFS',
  2375: 'Docker',
  2376: 'Docker',
  2379: 'etcd',
  2380: 'etcd',
  3306: 'MySQL',
  3389: 'RDP',
  5432: 'PostgreSQL',
  5601: 'Kibana',
  5984: 'CouchDB',
  6379: 'Redis',
  6443: 'Kubernetes API',
  8086: 'InfluxDB',
  8200: 'Vault',
  9042: 'Cassandra',
  9090: 'Prometheus',
  9092: 'Kafka',
  9200: 'Elasticsearch',
  9300: 'Elasticsearch',
  10250: 'kubelet',
  11211: 'memcached',
  15672: 'RabbitMQ management',
  27017: 'MongoDB',
};

/** What usually listens on a port that should not be open to everybody; undefined for others. */
export function sensitiveService(port: number | string): string | undefined {
  return typeof port === 'number' ? SENSITIVE_PORTS[port] : undefined;
}
