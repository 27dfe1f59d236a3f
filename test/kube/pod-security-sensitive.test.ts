import { describe, expect, it } from 'vitest';
import { capabilityName, isSensitivePath, runtimeSocketUnder } from '../../src/kube/pod-security-sensitive.ts';

describe('host paths', () => {
  it.each([
    '/',
    '/etc',
    '/etc/kubernetes/pki',
    '/var/lib/kubelet/',
    '//proc/./sys',
    '/opt/../root/.ssh',
    '/var/run',
    '/opt/cni/bin',
    '/opt',
    '/sbin',
    '/lib/systemd/system',
    '/var/spool/cron/crontabs',
    '/run/systemd/private',
    '/var/run/dbus/system_bus_socket',
    '/var/lib/k0s/pki',
  ])('%s is sensitive', (path) => expect(isSensitivePath(path)).toBe(true));

  it.each([
    '/mnt/disk1',
    '/etc/localtime',
    '/opt/app',
    '/run/app',
    '/var/run/app',
    '/var/spool/app',
    '/bind',
    '/var/lib/app',
    '/etcetera',
    '/home/data/x',
  ])('%s is not', (path) => expect(isSensitivePath(path)).toBe(false));

  it.each([
    ['/var/run/docker.sock', '/var/run/docker.sock'],
    ['/run/containerd/', '/run/containerd/containerd.sock'],
    ['/run', '/run/docker.sock'],
    ['/', undefined],
    ['/var/snap/microk8s/common/run', '/var/snap/microk8s/common/run/containerd.sock'],
    ['/run/k0s', '/run/k0s/containerd.sock'],
    ['/var/run/cri-dockerd.sock', '/var/run/cri-dockerd.sock'],
    ['/run/app.sock', undefined],
  ])('%s gives the socket %s', (path, socket) => {
    expect(runtimeSocketUnder(path)).toBe(socket);
  });

  it('reads capabilities with and without their prefix', () => {
    expect(['cap_net_admin', 'SYS_ADMIN'].map(capabilityName)).toEqual(['NET_ADMIN', 'SYS_ADMIN']);
  });
});
