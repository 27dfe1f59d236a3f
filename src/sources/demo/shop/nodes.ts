import type { KubeObject } from '../kube-object.ts';
import { daysBefore, metaOf } from './metadata.ts';

export interface NodePlan {
  readonly name: string;
  readonly ip: string;
  readonly controlPlane: boolean;
  /** The third number of its pods' addresses. */
  readonly podSubnet: number;
}

export const NODES: readonly NodePlan[] = [
  { name: 'cp-1', ip: '10.0.1.10', controlPlane: true, podSubnet: 0 },
  ...[1, 2, 3, 4].map((index) => ({
    name: `worker-${index}`,
    ip: `10.0.1.${20 + index}`,
    controlPlane: false,
    podSubnet: index,
  })),
];

/** Where a pod is put. */
export interface Spot {
  readonly node: string;
  readonly nodeIP: string;
  readonly ip: string;
}

/** Hands out nodes in turn, and addresses of each node's range. */
export class Placement {
  readonly #used = new Map<string, number>();
  #turn = 0;

  /** The next worker in turn. */
  next(hostNetwork: boolean): Spot {
    const workers = NODES.filter((node) => !node.controlPlane);
    const node = workers[this.#turn % workers.length];
    this.#turn += 1;
    return this.on(node?.name ?? '', hostNetwork);
  }

  /** A place on a named node. */
  on(name: string, hostNetwork: boolean): Spot {
    const node = NODES.find((one) => one.name === name);
    if (node === undefined) throw new Error(`the demo cluster has no node ${name}`);
    if (hostNetwork) return { node: name, nodeIP: node.ip, ip: node.ip };
    const used = (this.#used.get(name) ?? 1) + 1;
    this.#used.set(name, used);
    return { node: name, nodeIP: node.ip, ip: `10.244.${node.podSubnet}.${2 + (used % 250)}` };
  }
}

/** The Node objects. */
export function nodeObjects(now: number): KubeObject[] {
  return NODES.map((node) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metaOf('Node', '', node.name, daysBefore(now, 120), {
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': `demo-${(node.podSubnet % 3) + 1}`,
        ...(node.controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
    }),
    spec: {
      podCIDR: `10.244.${node.podSubnet}.0/24`,
      podCIDRs: [`10.244.${node.podSubnet}.0/24`],
      ...(node.controlPlane
        ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }
        : {}),
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: node.ip },
        { type: 'Hostname', address: node.name },
      ],
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      nodeInfo: {
        // One node lags behind, as they do.
        kubeletVersion: node.name === 'worker-4' ? 'v1.33.5' : 'v1.34.2',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.8.0-60-generic',
        osImage: 'Ubuntu 24.04.3 LTS',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  }));
}
