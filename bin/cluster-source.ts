import type { SessionSource, SourceSink } from '../src/app/session-source.ts';
import type { RunConfig } from '../src/config/config-value.ts';
import { configFacts } from '../src/config/config.ts';
import { ALL_KINDS, kindOf } from '../src/model/kind.ts';
import type { Change } from '../src/model/change.ts';
import type { ObjectRef } from '../src/model/finding.ts';
import { sanitise } from '../src/kube/sanitise.ts';
import { changeSink } from '../src/sources/live-changes.ts';
import type { DryRunResult } from '../src/sources/live/dry-run.ts';
import type { JsonObject } from '../src/sources/live/json-shape.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { startLiveSource, type LiveSource } from '../src/sources/live/live-source.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';
import { plainYaml } from '../src/remedy/to-yaml.ts';
import { parseAllDocuments } from 'yaml';
import { connect, readNamespaces } from './load-live.ts';
import { followAudit, hasAuditLog } from './follow-audit.ts';
import { followFlows } from './load-flows.ts';
import { maskObject } from '../src/kube/mask-object.ts';
import type { Settings } from './settings.ts';
import { boundedYoungGeneration, boundOldGeneration, collectAlone } from './bounded-memory.ts';

/** After a connection could not be made, it is tried again so often, in milliseconds. */
const RETRY = 10_000;

const DEMO_FACTS = { source: 'demo', context: 'demo' } as const;

/** A cluster (or the demo) as the session follows it. */
export class ClusterSource implements SessionSource {
  readonly hasAuditLog: boolean;
  readonly #settings: Settings;
  readonly #config: RunConfig;
  #abort = new AbortController();
  #live: LiveSource | undefined;
  #sink: SourceSink | undefined;
  #ends: (() => Promise<void>)[] = [];

  constructor(settings: Settings, config: RunConfig) {
    this.#settings = settings;
    this.#config = config;
    this.hasAuditLog = settings.demo || settings.nodeProxy || hasAuditLog(settings);
  }

  start(sink: SourceSink): void {
    this.#sink = sink;
    sink.apply([{ type: 'facts', facts: configFacts(this.#config) }]);
    if (this.#settings.demo) sink.apply([{ type: 'facts', facts: DEMO_FACTS }]);
    followFlows(this.#settings, sink);
    void this.#run(sink, this.#abort.signal);
  }

  refresh(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    void this.#run(sink, this.#abort.signal);
  }

  async fetchYaml(object: ObjectRef): Promise<string> {
    const kind = kindOf(object.apiVersion, object.kind);
    if (this.#live === undefined || kind === undefined) throw new Error(`${object.kind} cannot be read from here`);
    const found = await this.#live.fetchObject(kind, object.namespace ?? '', object.name);
    return plainYaml(maskObject({ apiVersion: object.apiVersion, kind: object.kind, ...found }));
  }

  async dryRun(yaml: string): Promise<string> {
    if (this.#live === undefined) throw new Error('There is no connection to a cluster.');
    const answers: string[] = [];
    for (const document of parseAllDocuments(yaml)) {
      const manifest = document.toJS() as JsonObject | null;
      if (manifest === null) continue;
      const metadata = manifest['metadata'] as { readonly name?: unknown } | undefined;
      const name = `${String(manifest['kind'])} ${String(metadata?.name)}`;
      answers.push(`${name}: ${dryRunText(await this.#live.dryRun(manifest))}`);
    }
    return sanitise(answers.join('; '), 2_000);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#ends.splice(0).map((end) => end()));
  }

  /** Connects and follows; what goes wrong is told and tried again, until the signal fires. */
  async #run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const host = nodeHost({ stdin: () => 'in-use' });
    const boundMemory = boundedYoungGeneration(8);
    boundOldGeneration('loading');
    while (!signal.aborted) {
      try {
        const { connection, auditLog, close } = await connect(this.#settings);
        this.#ends.push(close);
        if (signal.aborted) return await close();
        const logs = [...this.#settings.auditLogs, ...(auditLog === null ? [] : [auditLog])];
        const following = followAudit(this.#settings, logs, this.#config, host.clock, sink, signal, connection);
        this.#ends.push(() => following);
        this.#live = startLiveSource({
          connection,
          kinds: ALL_KINDS,
          namespaces: readNamespaces(this.#settings, connection, this.#config),
          secretsMode: this.#settings.secrets,
          mode: 'watch',
          sink: changeSink(createSlimmer(), (changes) => {
            boundMemory();
            if (!signal.aborted) sink.apply(this.#settings.demo ? changes.map(asDemo) : changes);
          }),
          signal,
          clock: host.clock,
        });
        await this.#live.initial;
        boundOldGeneration('loaded');
        collectAlone();
        await this.#live.done;
        return;
      } catch (error) {
        if (signal.aborted) return;
        sink.fail(error instanceof Error ? error.message : String(error));
        await host.clock.sleep(RETRY, signal);
      }
    }
  }
}

/** Every frame of the demo says so. */
function asDemo(change: Change): Change {
  return change.type === 'facts' ? { ...change, facts: { ...change.facts, ...DEMO_FACTS } } : change;
}

function dryRunText(answer: DryRunResult): string {
  if (answer.status === 'accepted') return 'accepted';
  const causes = answer.causes.map((cause) => `${cause.field}: ${cause.message}`);
  return `${answer.status}: ${[answer.message, ...causes].join('; ')}`;
}
