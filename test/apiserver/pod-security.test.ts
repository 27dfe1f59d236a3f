/**
 * Pod Security Standards against the real admission plugin: dry-run creates in namespaces that enforce each level at
 * each version. Compared are the verdict and every word of the refusal.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violationsAt, violationsText } from '../../src/kube/pod-security.ts';
import { createInterner } from '../../src/sources/slim/interner.ts';
import { createPodSpecSlimmer } from '../../src/sources/slim/pod-spec.ts';
import { generatedPod } from './generated-pods.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const PODS = 5_000;
/** Levels and versions that each pod is tried at. */
const TRIALS = 3;
const PARALLEL = 8;
const LEVELS = ['baseline', 'restricted'] as const;
const FREE = 'free';

interface Trial {
  readonly namespace: string;
  readonly level: (typeof LEVELS)[number];
  readonly minor: number;
  /** As the server writes the policy: `baseline:v1.30`. */
  readonly policy: string;
}

interface Pod {
  readonly metadata: Record<string, unknown>;
  readonly spec: Record<string, unknown>;
}

let server: ApiServer;
let trials: readonly Trial[];

test.skipIf(findBinaries() === undefined)(`${PODS} generated pods at ${TRIALS} policies each`, async () => {
  const seed = Number(process.env['SEED'] ?? 20_260_822);
  // Some samples are refused by validation; more are drawn so that enough valid ones remain.
  const pods = fc.sample(generatedPod, { numRuns: Math.ceil(PODS * 1.6), seed });
  const differences: string[] = [];
  let judged = 0;
  let refused = 0;
  let invalid = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < pods.length && judged < PODS) {
      const index = next++;
      const pod = pods[index];
      const stored = await server.request('POST', `/api/v1/namespaces/${FREE}/pods?dryRun=All`, { body: pod });
      if (stored.status !== 201) {
        invalid += 1;
        continue;
      }
      judged += 1;
      for (let at = 0; at < TRIALS; at += 1) {
        const trial = trials[(index * TRIALS + at) % trials.length];
        if (trial === undefined) throw new Error('no trial');
        const actual = await refusal(trial, pod);
        const expected = refusalByUs(trial, stored.json<Pod>());
        if (actual !== '') refused += 1;
        if (actual !== expected) differences.push(`${trial.policy}\n  server: ${actual}\n  k8sec:  ${expected}`);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  console.log(`seed ${seed}: ${judged} pods, ${judged * TRIALS} verdicts, ${refused} refused, ${invalid} invalid`);
  expect(differences.slice(0, 5)).toEqual([]);
  expect(judged).toBeGreaterThanOrEqual(PODS);
  // Both verdicts must be frequent, or the comparison proves little.
  expect(refused).toBeGreaterThan(judged * TRIALS * 0.2);
  expect(refused).toBeLessThan(judged * TRIALS * 0.8);
});

beforeAll(async () => {
  if (findBinaries() === undefined) return;
  server = await startApiServer();
  const version = (await server.request('GET', '/version')).json<{ minor: string }>();
  const serverMinor = Number.parseInt(version.minor, 10);
  const versions = [...Array.from({ length: serverMinor + 1 }, (_, minor) => `v1.${minor}`), 'latest'];
  trials = versions.flatMap((text) =>
    LEVELS.map((level) => ({
      namespace: `${level}-${text.replace('.', '-')}`,
      level,
      minor: text === 'latest' ? serverMinor : Number(text.slice(3)),
      policy: `${level}:${text}`,
    })),
  );
  await createNamespace(FREE, {});
  for (const { namespace, policy } of trials) {
    const [level = '', text = ''] = policy.split(':');
    await createNamespace(namespace, {
      'pod-security.kubernetes.io/enforce': level,
      'pod-security.kubernetes.io/enforce-version': text,
    });
  }
});

afterAll(async () => {
  await (server as ApiServer | undefined)?.stop();
});

async function createNamespace(name: string, labels: Record<string, string>): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const created = await server.request('POST', '/api/v1/namespaces', { body });
  expect(created.status).toBe(201);
}

/** Why the server refuses the pod in that namespace; '' where it admits it. */
async function refusal(trial: Trial, pod: unknown): Promise<string> {
  const answer = await server.request('POST', `/api/v1/namespaces/${trial.namespace}/pods?dryRun=All`, { body: pod });
  if (answer.status === 201) return '';
  const { message } = answer.json<{ message: string }>();
  const start = `pods "generated" is forbidden: violates PodSecurity "${trial.policy}": `;
  return message.startsWith(start) ? message.slice(start.length) : `${answer.status} ${message}`;
}

function refusalByUs(trial: Trial, stored: Pod): string {
  const slim = createPodSpecSlimmer(createInterner()).slim(stored.spec, stored.metadata, true);
  return violationsText(violationsAt(slim, trial.level, trial.minor));
}
