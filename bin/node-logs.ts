import { AuditSourceError, MACHINE_FILES, type AuditFiles } from '../src/sources/audit/audit-files.ts';
import {
  nodeLogFiles,
  nodeLogPath,
  rotatedNodeLogs,
  type NodeLogPart,
  type ReadNodeLog,
} from '../src/sources/audit/node-log-files.ts';
import { ApiError } from '../src/sources/live/api-error.ts';
import type { Connection } from '../src/sources/live/connection.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { createTransport, type Transport } from '../src/sources/live/transport.ts';

/** What a person should know who lets k8sec read through nodes. */
export const NODE_PROXY_WARNING =
  'the audit log is read through nodes/proxy: the same right lets its holder run commands in every pod of the node';

const API_SERVERS = '/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-apiserver';
const LOG_FLAG = '--audit-log-path=';

export interface NodeLogs {
  /** The logs that are written to. */
  readonly paths: readonly string[];
  /**
   * The files that they were rotated to and that the nodes still have, each log's oldest first; each is named once.
   *
   * @param since what ended before is left out; in milliseconds since the epoch
   */
  rotated(since: number | null): Promise<readonly string[]>;
  readonly files: AuditFiles;
  close(): void;
}

/**
 * The audit logs of a cluster's control plane, as its nodes serve them (`/api/v1/nodes/NODE/proxy/logs/…`). Where they
 * are is told by the flags of the kube-apiserver pods.
 *
 * @throws AuditSourceError where no log can be read so
 */
export async function nodeLogs(connection: Connection, signal: AbortSignal): Promise<NodeLogs> {
  const transport = createTransport(connection, { clock: nodeHost().clock });
  try {
    const paths = await logPaths(transport, signal);
    const named = new Set<string>();
    const read: ReadNodeLog = (node, path, range) => readPart(transport, signal, node, path, range);
    return {
      paths,
      async rotated(since) {
        const all = (await Promise.all(paths.map((path) => rotatedNodeLogs(read, path, since)))).flat();
        const fresh = all.filter((path) => !named.has(path));
        for (const path of fresh) named.add(path);
        return fresh;
      },
      files: nodeLogFiles(read, MACHINE_FILES),
      close: () => transport.close(),
    };
  } catch (error) {
    transport.close();
    throw error instanceof ApiError ? new AuditSourceError(`kube-apiserver pods: ${error.message}`) : error;
  }
}

interface ApiServerPod {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly command?: readonly string[]; readonly args?: readonly string[] }[];
  };
}

async function logPaths(transport: Transport, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await transport.getBuffer({ path: API_SERVERS, accept: 'application/json', signal });
  const { items = [] } = JSON.parse(answer.bytes.toString('utf8')) as { readonly items?: readonly ApiServerPod[] };
  answer.release();
  const paths = items.flatMap(({ metadata, spec }): readonly string[] => {
    const words = (spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]);
    const path = words.find((word) => word.startsWith(LOG_FLAG))?.slice(LOG_FLAG.length);
    if (path === undefined || spec?.nodeName === undefined) return [];
    if (path !== '-') return [nodeLogPath(spec.nodeName, path)];
    const pod = metadata?.name ?? 'POD';
    throw new AuditSourceError(
      `the log goes to standard output: kubectl logs -n kube-system ${pod} | k8sec --audit-log -`,
    );
  });
  if (paths.length > 0) return paths;
  throw new AuditSourceError(
    '--audit-source node-proxy: no kube-apiserver pod in kube-system has --audit-log-path; a managed control plane keeps its log elsewhere',
  );
}

async function readPart(
  transport: Transport,
  signal: AbortSignal,
  node: string,
  path: string,
  range: readonly [number, number] | null,
): Promise<NodeLogPart | null> {
  const below = path.split('/').map(encodeURIComponent).join('/');
  const url = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/logs/${below}`;
  try {
    const answer = await transport.getBuffer({
      path: url,
      accept: '*/*',
      signal,
      ...(range === null ? {} : { range }),
    });
    const bytes = Buffer.from(answer.bytes);
    answer.release();
    return { bytes, total: answer.totalBytes ?? null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404 || error.status === 416) return null;
    const help = error.status === 403 ? '; k8sec own-access --audit-source node-proxy prints the right' : '';
    throw new AuditSourceError(`node ${node}, ${path}: ${error.message}${help}`);
  }
}
