import { describe, expect, it } from 'vitest';
import { capabilityName, isSensitivePath, runtimeSocketUnder } from '../../src/kube/pod-security-sensitive.ts';

describe('host paths', () => {
  it.each(['/', '/etc', '/etc/kubernetes/pki', '/var/lib/kubelet/', '//proc/./sys', '/opt/../root/.ssh', '/var/run'])(
    '%s is sensitive',
    (path) => expect(isSensitivePath(path)).toBe(true),
  );

  it.each(['/mnt/disk1', '/etc/localtime', '/opt/cni/bin', '/run/app', '/var/lib/app', '/etcetera', '/home/data/x'])(
    '%s is not',
    (path) => expect(isSensitivePath(path)).toBe(false),
  );

  it.each([
    ['/var/run/docker.sock', '/var/run/docker.sock'],
    ['/run/containerd/', '/run/containerd/containerd.sock'],
    ['/run', '/run/docker.sock'],
    ['/', undefined],
    ['/run/app.sock', undefined],
  ])('%s gives the socket %s', (path, socket) => {
    expect(runtimeSocketUnder(path)).toBe(socket);
  });

  it('reads capabilities with and without their prefix', () => {
    expect(['cap_net_admin', 'SYS_ADMIN'].map(capabilityName)).toEqual(['NET_ADMIN', 'SYS_ADMIN']);
  });
});
