import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/objects.ts';
import type { PodSpec } from '../../../src/model/pod-spec.ts';
import { hardenSpec } from '../../../src/remedy/vigilance/harden-context.ts';
import { specPatch } from '../../../src/remedy/vigilance/spec-patch.ts';
import { object } from '../../objects.ts';

function specOf(spec: object): PodSpec {
  const pod = object('Pod', { metadata: { namespace: 'shop', name: 'p' }, spec }) as KubeObject & { kind: 'Pod' };
  return pod.spec;
}

function left(spec: object): readonly string[] {
  return hardenSpec(specOf(spec)).left;
}

const main = (more: object): object => ({ name: 'main', image: 'app', ...more });
const IMAGE = 'the image must run as a user that is not root';

describe('what is left to a person', () => {
  test.each([
    ['the user of the image', { containers: [main({})] }, [IMAGE]],
    ['no user where the pod names one', { securityContext: { runAsUser: 7 }, containers: [main({})] }, []],
    ['no user where each container names one', { containers: [main({ securityContext: { runAsUser: 101 } })] }, []],
    [
      'the user where one container names none',
      { containers: [main({ securityContext: { runAsUser: 101 } }), { name: 'other', image: 'b' }] },
      [IMAGE],
    ],
    [
      'low ports, once each',
      {
        securityContext: { runAsNonRoot: true },
        containers: [main({ ports: [{ containerPort: 80 }, { containerPort: 443 }, { containerPort: 8443 }] })],
      },
      ['the runtime must let a user that is not root bind ports 80, 443'],
    ],
    [
      'a low port',
      { securityContext: { runAsNonRoot: true }, containers: [main({ ports: [{ containerPort: 1023 }] })] },
      ['the runtime must let a user that is not root bind port 1023'],
    ],
    [
      'host ports of two protocols, which a patch does not tell apart',
      {
        securityContext: { runAsNonRoot: true },
        containers: [
          main({
            ports: [
              { containerPort: 5353, hostPort: 5353, protocol: 'UDP' },
              { containerPort: 5353, hostPort: 5353, protocol: 'TCP' },
              { containerPort: 8080, hostPort: 8080 },
            ],
          }),
        ],
      },
      ['the host ports of 5353 stay, because a patch does not tell their protocols apart: take them out by hand'],
    ],
    [
      'what mounts for the node too, which the API server allows privileged containers only',
      {
        securityContext: { runAsNonRoot: true },
        containers: [
          main({
            securityContext: { privileged: true },
            volumeMounts: [{ name: 'data', mountPath: '/data', mountPropagation: 'Bidirectional' }],
          }),
        ],
      },
      ['main stays as it is: Bidirectional mounts need a privileged container'],
    ],
    [
      'a program that was allowed to gain capabilities',
      {
        securityContext: { runAsNonRoot: true },
        containers: [main({ securityContext: { allowPrivilegeEscalation: true }, ports: [{ containerPort: 1024 }] })],
      },
      ['allowPrivilegeEscalation is true of main: a program that gains a capability from its file needs it'],
    ],
  ])('%s', (_name, spec, expected) => {
    expect(left(spec)).toEqual(expected);
  });
});

test('a container with Bidirectional mounts is not changed, the others are', () => {
  const mount = { name: 'data', mountPath: '/data' };
  const privileged = { privileged: true };
  const before = specOf({
    containers: [
      main({ securityContext: privileged, volumeMounts: [{ ...mount, mountPropagation: 'Bidirectional' }] }),
      { name: 'other', image: 'b', securityContext: privileged, volumeMounts: [mount] },
    ],
  });
  const [first, second] = hardenSpec(before).spec.containers;
  expect(first).toEqual(before.containers[0]);
  expect(second?.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
});

test('a patch takes host ports out by their numbers where these are told apart', () => {
  const before = specOf({
    containers: [
      main({
        ports: [
          { containerPort: 53, hostPort: 53, protocol: 'UDP' },
          { containerPort: 53, hostPort: 53, protocol: 'TCP' },
          { containerPort: 8080, hostPort: 8080 },
        ],
      }),
    ],
  });
  expect(specPatch(before, hardenSpec(before).spec)).toMatchObject({
    containers: [{ name: 'main', ports: [{ containerPort: 8080, protocol: 'TCP', hostPort: null }] }],
  });
});
