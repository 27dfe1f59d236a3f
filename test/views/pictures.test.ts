import { afterEach, expect, test } from 'vitest';
import { pathsCommand } from '../../src/commands/paths.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { LiveModel } from '../../src/app/live-model.ts';
import type { SessionSource } from '../../src/app/session-source.ts';
import type { Change } from '../../src/model/change.ts';
import { ALL_KINDS, apiVersionOf, kindOf } from '../../src/model/kind.ts';
import { PANE_LIST } from '../../src/panes/index.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import { jointRemedy } from '../../src/remedy/joint-remedy.ts';
import { RULES } from '../../src/rules/index.ts';
import { shopObjects } from '../../src/sources/demo/shop/shop-cluster.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { startSession } from '../../views/session.tsx';
import { FakeMachine } from '../app/fake-model.ts';
import { svgPicture } from './svg-picture.ts';
import { TestTerminal } from './test-terminal.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const COLUMNS = 110;
const ROWS = 30;

let end: () => Promise<unknown> = () => Promise.resolve();
afterEach(() => end());

/** The demo cluster of one moment, read at once. */
function demoSource(): SessionSource {
  const slimmer = createSlimmer();
  const facts = {
    source: 'demo',
    context: 'demo',
    serverVersion: 'v1.34.2',
    user: 'demo-viewer',
    complete: true,
  } as const;
  return {
    hasAuditLog: false,
    start: (sink) =>
      sink.apply([
        { type: 'facts', facts: { ...facts, metricsReason: 'not part of this picture' } },
        ...shopObjects(NOW).flatMap((object): Change[] => {
          const kind = kindOf(object.apiVersion, object.kind);
          return kind === undefined ? [] : [{ type: 'upsert', object: slimmer.slim(object, kind) }];
        }),
        ...ALL_KINDS.map((kind): Change => {
          const coverage = {
            kind,
            apiVersion: apiVersionOf(kind),
            status: 'live',
            namespaces: 'all',
            reason: '',
            since: NOW,
          } as const;
          return { type: 'coverage', coverage };
        }),
      ]),
    refresh: () => undefined,
    fetchYaml: () => Promise.reject(new Error('a picture has no server')),
    dryRun: () => Promise.reject(new Error('a picture has no server')),
    stop: () => Promise.resolve(),
  };
}

/** The answer to `paths SUBJECT -o json`, the one question that is asked for these pictures. */
async function paths([, subject = '']: readonly string[], engine: Engine): Promise<string> {
  const pieces: string[] = [];
  await pathsCommand.run({
    words: [subject],
    output: 'json',
    options: {},
    namespaces: [],
    loadView: async () => engine.view,
    loadEngine: async () => engine,
    loadPast: () => Promise.reject(new Error('a picture has no past')),
    readStandardInput: () => Promise.reject(new Error('a picture has no input')),
    readFile: () => Promise.reject(new Error('a picture has no files')),
    print: (text) => void pieces.push(text),
    warn: (text) => void pieces.push(text),
    columns: COLUMNS,
    now: NOW,
  });
  return pieces.join('');
}

function open(): TestTerminal {
  const terminal = new TestTerminal(COLUMNS, ROWS);
  const model = new LiveModel({
    open: demoSource,
    rules: RULES,
    panes: PANE_LIST,
    buildRemedies,
    refusalsOf: () => new Map(),
    joinRemedies: jointRemedy,
    evaluate: async (_engine, remedy) => Promise.resolve(remedy),
    ask: paths,
    listContexts: () => Promise.resolve([]),
    clock: {
      now: () => NOW,
      spent: () => 0,
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      soon: (run) => void setImmediate(run),
    },
  });
  const { stdin, stdout } = terminal;
  const ended = startSession({ model, machine: new FakeMachine(), stdin, stdout, stderr: stdout });
  end = async () => {
    terminal.type('\u0003');
    await ended;
  };
  return terminal;
}

/** The pictures of the README: `vitest run -u test/views/pictures.test.ts` draws them anew. */
test.each([
  ['overview', 'The overview of the demo cluster', '', /standing risk/],
  ['network', 'The network pane of the demo cluster', '1', /1\/\d+/],
  ['remedy', 'A remedy: the network policy that keeps what is declared', '1/postgres\r\rf', /kind: NetworkPolicy/],
  ['graph', 'Where the rights of an account lead, as a graph', '2/all-acc\r:graph\r', /cluster-admin/],
  ['detail', 'What is wrong with a workload, why, and how it is known', '1/postgres\r\r', /evidence/],
])('the picture of %s is what the session draws', async (name, title, keys, shows) => {
  const terminal = open();
  await terminal.until((screen) => /live  \d+ objects/.test(screen), 'everything read');
  terminal.type(keys);
  await terminal.until((screen) => shows.test(screen), String(shows));
  const picture = svgPicture(terminal.runs(), COLUMNS, title);
  expect(picture.length).toBeLessThan(40_000);
  expect(picture).not.toMatch(/(?:href|src|url\(|@import|@font-face)/);
  await expect(picture).toMatchFileSnapshot(`../../docs/pictures/${name}.svg`);
});
