import { describe, expect, it } from 'vitest';
import { parseImage } from '../../src/kube/image-reference.ts';
import { minorsBetween, parseKubernetesVersion, type KubernetesVersion } from '../../src/kube/kubernetes-version.ts';
import { supportOf } from '../../src/kube/kubernetes-version-support.ts';

const version = (major: number, minor: number): KubernetesVersion => ({ major, minor, patch: 0 });

describe('Kubernetes versions', () => {
  it.each([
    ['v1.36.3', { major: 1, minor: 36, patch: 3 }],
    ['1.34', { major: 1, minor: 34, patch: null }],
    ['v1.30.6-gke.1596000', { major: 1, minor: 30, patch: 6 }],
    ['v1.29.4+k3s1', { major: 1, minor: 29, patch: 4 }],
    ['', null],
    ['latest', null],
  ])('reads %j', (text, expected) => {
    expect(parseKubernetesVersion(text)).toEqual(expected);
  });

  it('counts minors only within a major', () => {
    expect(minorsBetween(version(1, 33), version(1, 36))).toBe(3);
    expect(minorsBetween(version(1, 37), version(1, 36))).toBe(-1);
    expect(minorsBetween(version(1, 37), version(2, 0))).toBeNull();
  });

  it('supports a version to the end of its last day', () => {
    expect(supportOf('v1.36.3')).toEqual({
      status: 'dated',
      until: '2027-06-28',
      end: Date.parse('2027-06-29T00:00:00Z'),
    });
    expect(supportOf('v1.15.0').status).toBe('ended');
    expect(supportOf('v1.32.9')).toMatchObject({ status: 'ended-by', until: '2026-06-28' });
    expect(supportOf('v1.37.0').status).toBe('unknown');
    expect(supportOf('v2.0.0').status).toBe('unknown');
    expect(supportOf(null).status).toBe('unknown');
  });
});

describe('image references', () => {
  it.each([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx', tag: null, digest: null }],
    ['acme/app:1.2', { registry: 'docker.io', repository: 'acme/app', tag: '1.2', digest: null }],
    ['localhost:5000/app', { registry: 'localhost:5000', repository: 'app', tag: null, digest: null }],
    [
      'r.example:443/a/b:v1@sha256:ab',
      { registry: 'r.example:443', repository: 'a/b', tag: 'v1', digest: 'sha256:ab' },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseImage(text)).toEqual(expected);
  });

  it('knows what names no image', () => {
    expect(['', ':1', 'app:'].map(parseImage)).toEqual([null, null, null]);
  });
});
