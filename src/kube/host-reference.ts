/**
 * Which hosts a piece of configuration names: values of env variables, arguments, and files in ConfigMaps. Declared
 * dependencies are what a generated network policy keeps open, so a missed host cuts traffic, and an extra one is
 * harmless until it names an existing Service or address. Known limits: names put together at run time.
 */
export interface HostPort {
  /** Lower case, without brackets or a trailing dot. */
  readonly host: string;
  readonly port: number | null;
}

/** Ports that a URL scheme implies. Source: IANA service names, and the registrations of the drivers named. */
const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  ws: 80,
  https: 443,
  wss: 443,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  sqlserver: 1433,
  redis: 6379,
  rediss: 6379,
  amqp: 5672,
  amqps: 5671,
  mongodb: 27_017,
  nats: 4222,
  ldap: 389,
  ldaps: 636,
  smtp: 25,
  mqtt: 1883,
  mqtts: 8883,
  ftp: 21,
  ssh: 22,
};

/** More than this of one text is not looked at: a 1 MiB ConfigMap must not stall a scan. */
const MAX_SCANNED = 256 * 1024;
const MAX_FOUND = 128;

const LABEL = '[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const NAME = `${LABEL}(?:\\.${LABEL}){0,20}`;
const IPV6 = '\\[[0-9a-f:.]{2,45}\\]';

const URL_AUTHORITY = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}):\/\/([^\s/?#"'`<>|\\]{1,1024})/gi;
const DSN_AUTHORITY = /@?(?:tcp|udp)\(([^()\s]{1,260})\)/gi;
const HOST_AND_PORT = new RegExp(`(?<![\\w.@/%$:-])(${NAME}|${IPV6}):(\\d{1,5})(?![\\w.:@-])`, 'gi');
const CLUSTER_NAME = new RegExp(
  `(?<![\\w.@%$-])(${LABEL}(?:\\.${LABEL})+\\.svc(?:\\.cluster\\.local)?)\\.?(?![\\w-])`,
  'gi',
);
const NAMED_HOST = new RegExp(
  `(?<![\\w])[\\w.-]{0,64}?(?:host|hostname|server|addr|address|endpoint|upstream|broker|data source)["']?\\s{0,8}[:=]\\s{0,8}["']?(?:tcp:)?(${NAME})(?:[:,](\\d{1,5}))?(?![\\w.:/@$-])`,
  'gi',
);
/** Of the clients of databases (psql, mysql, redis-cli). */
const SHORT_FLAG = new RegExp(`(?<![\\w-])-h\\s{1,8}(${NAME})(?![\\w.:/@$-])`, 'g');
const WHOLE_HOST = new RegExp(`^(${NAME}|${IPV6}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})\\.?$`, 'i');
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const HOST_KEY =
  /(?:^|[_.-])(?:hosts?|hostname|servers?|addr(?:ess(?:es)?)?|endpoints?|service|url|uri|brokers?|peers?|upstreams?|backends?|target|dsn|database|db|redis|proxy|master|bootstrap)$/i;
const PORTLESS_HOST_KEY = /^(.*?)_?(?:hosts?|hostname|addr(?:ess)?|server|service)$/i;
const FILE_NAME =
  /\.(?:ya?ml|json|toml|ini|conf|cfg|cnf|properties|xml|html?|txt|md|log|sh|py|js|mjs|ts|rb|go|jar|war|class|so|exe|pem|crt|cer|key|p12|jks|sock|pid|db|sqlite|sql|csv|gz|tgz|tar|zip|png|svg|css|lock|tmpl|tpl)$/i;
const PACKAGE = /^(?:com|org|io|net|java|javax|ch|de)\.[a-z0-9_]+\./i;
const LISTENS = /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|::1?|\[::1?\])$/;

/**
 * Hosts in one text, each once, in order.
 *
 * @param value the text; anything interpolated (`$(X)`, `${X}`, `{{ x }}`) names no host
 * @param key the env variable, flag or key that holds it: a bare name such as `postgres` counts only where the key
 *   speaks of a host
 */
export function findHosts(value: string, key = ''): HostPort[] {
  if (value.length < 2) return [];
  const scanned = value.length > MAX_SCANNED ? value.slice(0, MAX_SCANNED) : value;
  const found = new Map<string, HostPort>();
  const add = (host: string, port: number | null): void => {
    const entry = usable(host, port);
    if (entry !== null && found.size < MAX_FOUND) found.set(`${entry.host} ${entry.port ?? ''}`, entry);
  };
  if (scanned.includes('://')) addUrls(scanned, add);
  if (scanned.includes('(')) {
    for (const match of scanned.matchAll(DSN_AUTHORITY)) addAuthority(match[1] ?? '', 3306, add);
  }
  if (scanned.includes(':')) {
    for (const match of scanned.matchAll(HOST_AND_PORT)) add(match[1] ?? '', Number(match[2]));
  }
  if (/\.svc/i.test(scanned)) for (const match of scanned.matchAll(CLUSTER_NAME)) add(match[1] ?? '', null);
  if (/[:=]/.test(scanned)) {
    for (const match of scanned.matchAll(NAMED_HOST)) {
      add(match[1] ?? '', match[2] === undefined ? null : Number(match[2]));
    }
  }
  if (scanned.includes('-h')) for (const match of scanned.matchAll(SHORT_FLAG)) add(match[1] ?? '', null);
  addWhole(scanned, key, add);
  return withoutPortless([...found.values()]);
}

/**
 * The port that a sibling variable gives: `DB_HOST=postgres` beside `DB_PORT=5432`.
 *
 * @param siblings the literal env values of the same container
 */
export function portFromSibling(key: string, siblings: ReadonlyMap<string, string>): number | null {
  const stem = PORTLESS_HOST_KEY.exec(key)?.[1];
  if (stem === undefined) return null;
  const text = siblings.get(stem === '' ? 'PORT' : `${stem}_PORT`) ?? siblings.get(`${key}_PORT`) ?? '';
  return /^\d{1,5}$/.test(text) ? portOrNull(Number(text)) : null;
}

type Add = (host: string, port: number | null) => void;

function addUrls(text: string, add: Add): void {
  for (const match of text.matchAll(URL_AUTHORITY)) {
    const scheme = (match[1] ?? '').toLowerCase().split(/[+:]/)[0] ?? '';
    addAuthority(match[2] ?? '', SCHEME_PORTS[scheme] ?? null, add);
  }
}

/** `user:password@host:port,host2:port2`; the part before the last @ is never looked at. */
function addAuthority(authority: string, impliedPort: number | null, add: Add): void {
  for (const part of authority.slice(authority.lastIndexOf('@') + 1).split(/[,;]/)) {
    const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(part);
    if (match !== null) add(match[1] ?? '', match[2] === undefined ? impliedPort : Number(match[2]));
  }
}

/** The whole value, or each item of a comma separated one, where it is nothing but a host name. */
function addWhole(text: string, key: string, add: Add): void {
  if (text.length > 1024) return;
  const hostKey = key === 'h' || HOST_KEY.test(key.replace(/([a-z])([A-Z])/g, '$1_$2'));
  for (const item of text.split(/[\s,;]+/)) {
    const host = WHOLE_HOST.exec(item)?.[1];
    if (host === undefined) continue;
    const dotted =
      host.includes('.') && !FILE_NAME.test(host) && !PACKAGE.test(host) && !/^v?\d+(?:\.\d+)*$/.test(host);
    if (hostKey || (dotted && /[a-z]{2}$/i.test(host)) || isAddress(host)) add(host, null);
  }
}

function isAddress(host: string): boolean {
  return IPV4.test(host) || host.split(':').length > 2;
}

function usable(rawHost: string, rawPort: number | null): HostPort | null {
  const host = rawHost
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (host === '' || host.length > 253 || LISTENS.test(host)) return null;
  const address = isAddress(host);
  if (IPV4.test(host) && host.split('.').some((part) => Number(part) > 255)) return null;
  if (!address && (!/[a-z]/.test(host) || !/^[a-z0-9_.-]+$/.test(host))) return null;
  if (host === 'true' || host === 'false' || host === 'null' || host === 'none') return null;
  if (rawPort === null) return { host, port: null };
  const port = portOrNull(rawPort);
  return port === null ? null : { host, port };
}

function portOrNull(port: number): number | null {
  return port >= 1 && port <= 65_535 ? port : null;
}

/** Drops `host` where `host:port` was found too: the patterns overlap. */
function withoutPortless(found: readonly HostPort[]): HostPort[] {
  const withPort = new Set(found.filter((entry) => entry.port !== null).map((entry) => entry.host));
  return found.filter((entry) => entry.port !== null || !withPort.has(entry.host));
}
