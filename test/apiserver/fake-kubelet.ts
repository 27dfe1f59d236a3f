import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ApiServer } from './start-server.ts';

/** A node whose kubelet is a test. */
export interface FakeKubelet {
  close(): void;
}

/**
 * Adds a node to a server, whose kubelet lets every connection be taken over (exec, attach, port-forward) and answers
 * other requests as a test says. The API server reaches it at the port that the node's status names, and does not check
 * its certificate without --kubelet-certificate-authority (kubernetes/kubernetes pkg/kubelet/client).
 */
export async function addNode(server: ApiServer, name: string, answer: RequestListener): Promise<FakeKubelet> {
  const read = (file: string): Promise<Buffer> => readFile(join(server.folder, file));
  const kubelet = createServer({ cert: await read('apiserver.crt'), key: await read('apiserver.key') }, answer);
  kubelet.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  const address = ownAddress();
  await new Promise<void>((resolve) => kubelet.listen(0, address, resolve));
  const { port } = kubelet.address() as AddressInfo;
  const status = {
    addresses: [{ type: 'InternalIP', address }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const { status: code, text } = await server.request('POST', '/api/v1/nodes', {
    body: { metadata: { name }, status },
  });
  if (code !== 201) throw new Error(`the node was not made: ${text}`);
  return {
    close() {
      kubelet.closeAllConnections();
      kubelet.close();
    },
  };
}

/** The API server proxies to no loopback address (k8s.io/kubernetes pkg/proxy/util IsProxyableHostname). */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
