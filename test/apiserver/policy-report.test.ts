/** `-o policyreport` on a real API server that knows the definitions of the policy working group: nothing is refused. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { judged, privileged, written } from '../report/judged.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const DEFINITIONS = process.env['POLICY_REPORT_DEFINITIONS'];
const GROUP = '/apis/wgpolicyk8s.io/v1alpha2';
const RESOURCES = ['policyreports', 'clusterpolicyreports'];

let server: ApiServer;

describe.skipIf(findBinaries() === undefined || DEFINITIONS === undefined)('policy reports', () => {
  beforeAll(async () => {
    server = await startApiServer();
    for (const resource of RESOURCES) {
      const body: unknown = parse(await readFile(join(DEFINITIONS ?? '', `wgpolicyk8s.io_${resource}.yaml`), 'utf8'));
      await created('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body);
    }
    await vi.waitFor(
      async () => {
        const lists = await Promise.all(RESOURCES.map((one) => server.request('GET', `${GROUP}/${one}`)));
        if (lists.some(({ status }) => status !== 200)) throw new Error('not served yet');
      },
      { timeout: 60_000, interval: 100 },
    );
  }, 240_000);

  afterAll(async () => server.stop());

  test('of the whole demo are taken, one for each namespace and one for the cluster', async () => {
    const report = await demoReport();
    const namespaces = new Set(
      [...report.matchAll(/^ {2}namespace: (?<name>.*)$/gm)].map((one) => one.groups?.['name']),
    );
    expect(await refusals(report)).toEqual({ sent: namespaces.size + 1, refused: [] });
    expect(namespaces.size).toBeGreaterThan(3);
  });

  test('without a finding, with unknown verdicts and with the longest name are taken', async () => {
    const coverage = [{ kind: 'NetworkPolicy', status: 'denied', reason: '<b>no</b> & never' }] as const;
    for (const report of [judged([]), judged(privileged('agent'), { coverage }), judged(privileged('a'.repeat(63)))]) {
      expect((await refusals(written(report, 'policyreport'))).refused).toEqual([]);
    }
  });

  test.each([
    ['severity: high', 'severity: none', /Unsupported value: "none"/],
    ['scored: true', 'scoredd: true', /unknown field "results\[0\]\.scoredd"/],
  ])('are refused with %s written as %s', async (right, wrong, why) => {
    const text = written(judged(privileged('agent')), 'policyreport');
    expect((await refusals(text.replaceAll(right, wrong))).refused.join('\n')).toMatch(why);
  });
});

async function created(path: string, body: unknown): Promise<void> {
  const { status, text } = await server.request('POST', path, { body });
  if (![201, 409].includes(status)) throw new Error(text);
}

/** What the server says of each document in a dry run that takes no unknown field. */
async function refusals(text: string): Promise<{ readonly sent: number; readonly refused: readonly string[] }> {
  const refused: string[] = [];
  const documents = parseAllDocuments(text);
  for (const document of documents) {
    const body = document.toJS() as { readonly metadata: { readonly namespace?: string } };
    const { namespace } = body.metadata;
    if (namespace !== undefined) await created('/api/v1/namespaces', { metadata: { name: namespace } });
    const path = namespace === undefined ? 'clusterpolicyreports' : `namespaces/${namespace}/policyreports`;
    const answer = await server.request('POST', `${GROUP}/${path}?dryRun=All&fieldValidation=Strict`, { body });
    if (answer.status !== 201) refused.push(answer.json<{ readonly message: string }>().message);
  }
  return { sent: documents.length, refused };
}

async function demoReport(): Promise<string> {
  const program = [resolve('dist/k8sec.js'), '--demo', '-o', 'policyreport', '--fail-on', 'never'];
  return new Promise((done, failed) => {
    execFile(process.execPath, program, { maxBuffer: 1 << 26 }, (error, out) => {
      if (error === null) done(out);
      else failed(error);
    });
  });
}
