import { BlockList, isIP } from 'node:net';
import { ConnectionError } from './connection-error.ts';

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
};

/** The port of a URL, its scheme's where it names none. */
export function portOf(url: URL): number {
  return url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 443) : Number(url.port);
}

/** The host of a URL without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Reads a `proxy-url` (client-go tools/clientcmd/helpers.go parseProxyURL).
 *
 * @param source where it was named, for the message
 * @throws ConnectionError
 */
export function parseProxyUrl(text: string, source: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !SCHEMES.includes(url.protocol)) {
    throw new ConnectionError(`${source} is no proxy address; write http://, https:// or socks5://host:port`);
  }
  return url;
}

/**
 * The proxy for a server: the kubeconfig's or flag's proxy-url, else what the environment says
 * (golang.org/x/net/http/httpproxy: HTTPS_PROXY or HTTP_PROXY by the server's scheme, unless NO_PROXY names the host).
 *
 * @param explicit proxy-url; '' for none
 * @returns null where the connection is direct
 */
export function chooseProxy(
  server: URL,
  explicit: string,
  env: Readonly<Record<string, string | undefined>>,
): URL | null {
  if (explicit !== '') return parseProxyUrl(explicit, 'proxy-url');
  const read = (name: string): string => env[name] ?? env[name.toLowerCase()] ?? '';
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = read(name);
  if (text === '' || bypassesProxy(server, read('NO_PROXY'))) return null;
  return parseProxyUrl(text.includes('://') ? text : `http://${text}`, name);
}

/**
 * Whether NO_PROXY, or being the machine itself, exempts a server.
 *
 * @param noProxy comma-separated hosts, domains (with or without a leading dot), addresses, ranges, each with an
 *   optional port, or `*`
 */
export function bypassesProxy(server: URL, noProxy: string): boolean {
  const host = hostOf(server).toLowerCase().replace(/\.$/, '');
  const family = isIP(host);
  if (host === 'localhost' || (family === 4 && host.startsWith('127.')) || host === '::1') return true;
  return noProxy.split(',').some((part) => {
    const entry = part.trim().toLowerCase();
    if (entry === '') return false;
    if (entry === '*') return true;
    if (entry.includes('/')) return family !== 0 && inRange(host, family, entry);
    const { name, port } = splitPort(entry);
    if (port !== '' && Number(port) !== portOf(server)) return false;
    if (isIP(name) !== 0) return name === host;
    if (name.startsWith('.')) return host.endsWith(name);
    const domain = name.startsWith('*.') ? name.slice(1) : name;
    return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
  });
}

function splitPort(entry: string): { readonly name: string; readonly port: string } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return { name: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const plain = /^([^:]+):(\d+)$/.exec(entry);
  return plain === null ? { name: entry, port: '' } : { name: plain[1] ?? '', port: plain[2] ?? '' };
}

function inRange(host: string, family: number, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const version = isIP(network);
  const prefix = Number(bits);
  if (version !== family || !/^\d+$/.test(bits) || prefix > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, kind);
  return list.check(host, kind);
}
