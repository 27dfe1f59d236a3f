import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_USER } from './api-server.ts';
import type { AuditLine } from './audit/audit-record.ts';
import { startDemoCluster } from './demo-cluster.ts';

/** What the child tells its parent, as one line of JSON, once the demo cluster can be asked. */
interface DemoReady {
  readonly url: string;
  /** A file of audit.k8s.io/v1 events, one a line, that grows while the demo lives. */
  readonly auditLog: string;
  /** A bearer token of the demo's user; requests without one are that user's, too. */
  readonly token: string;
}

/** What the demo process needs of its surroundings. */
export interface DemoProcess {
  readonly now: () => number;
  /** Called once with what the parent must know. */
  readonly ready: (message: DemoReady) => void;
  /** Resolves when the demo shall end: the parent went away, or a signal came. */
  readonly ended: Promise<void>;
  /** Milliseconds between two steps of the demo's life. */
  readonly tickMs?: number;
}

/**
 * Runs the demo cluster until `ended` resolves, and then removes what it wrote.
 *
 * @throws Error where neither port nor audit log can be opened
 */
export async function runDemo(surroundings: DemoProcess): Promise<void> {
  const token = `demo-${randomBytes(16).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-demo-'));
  const auditLog = join(folder, 'audit.log');
  const { server, history, living } = await startDemoCluster(surroundings.now(), {
    tokens: { [token]: DEMO_USER },
    // Where the flags of its kube-apiserver say.
    nodeLogs: { 'cp-1': { 'kubernetes/audit.log': () => readFile(auditLog) } },
  });
  await writeFile(auditLog, textOf(history), { mode: 0o600 });
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    const lines = living.tick(surroundings.now());
    if (lines.length > 0) writing = writing.then(() => appendFile(auditLog, textOf(lines)));
  }, surroundings.tickMs ?? 1000);
  surroundings.ready({ url: server.url, auditLog, token });
  await surroundings.ended;
  clearInterval(timer);
  await writing;
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

function textOf(lines: readonly AuditLine[]): string {
  return lines.map((line) => `${line.json}\n`).join('');
}
