import { describe, expect, it } from 'vitest';
import { bypassesProxy, chooseProxy } from '../../../src/sources/live/proxy-choice.ts';

describe('which proxy', () => {
  it.each<[string, string, Record<string, string>, string | null]>([
    ['https://x', '', {}, null],
    ['https://x', '', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://x', '', { https_proxy: 'p:1' }, 'http://p:1/'],
    ['https://x', '', { HTTP_PROXY: 'http://p:1' }, null],
    ['http://x', '', { HTTP_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://x', 'socks5://q', { HTTPS_PROXY: 'http://p:1' }, 'socks5://q'],
    ['https://x', '', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x' }, null],
    ['https://127.0.0.1', '', { HTTPS_PROXY: 'http://p:1' }, null],
    ['https://127.0.0.1', 'http://q:1', {}, 'http://q:1/'],
  ])('%s, proxy-url %j, %j', (server, explicit, env, expected) => {
    expect(chooseProxy(new URL(server), explicit, env)?.href ?? null).toBe(expected);
  });

  it('refuses what is none', () => {
    expect(() => chooseProxy(new URL('https://x'), 'ftp://p', {})).toThrow(/proxy-url is no proxy address/);
  });

  // golang.org/x/net/http/httpproxy/proxy_test.go has most of these.
  it.each<[string, string, boolean]>([
    ['https://localhost', '', true],
    ['https://[::1]', '', true],
    ['https://example.com', '', false],
    ['https://example.com', '*', true],
    ['https://example.com', 'example.com', true],
    ['https://api.example.com', 'example.com', true],
    ['https://notexample.com', 'example.com', false],
    ['https://api.example.com', '.example.com', true],
    ['https://example.com', '.example.com', false],
    ['https://api.example.com', '*.example.com', true],
    ['https://example.com:6443', 'other, example.com:6443', true],
    ['https://example.com:6443', 'example.com:443', false],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://example.com', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
  ])('%s with NO_PROXY=%s goes directly: %s', (server, noProxy, expected) => {
    expect(bypassesProxy(new URL(server), noProxy)).toBe(expected);
  });
});
