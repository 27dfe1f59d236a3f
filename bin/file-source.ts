import type { SessionSource, SourceSink } from '../src/app/session-source.ts';
import type { RunConfig } from '../src/config/config-value.ts';
import { configFacts } from '../src/config/config.ts';
import { nodeHost } from '../src/sources/live/host.ts';
import { followAudit, hasAuditLog } from './follow-audit.ts';
import { followFlows } from './load-flows.ts';
import { loadFiles } from './load.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Manifests or a snapshot as a session shows them: read once, read again on refresh; audit logs are followed. */
export class FileSource implements SessionSource {
  readonly hasAuditLog: boolean;
  readonly #world: World;
  readonly #settings: Settings;
  readonly #config: RunConfig;
  readonly #abort = new AbortController();
  #sink: SourceSink | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(world: World, settings: Settings, config: RunConfig) {
    this.#world = world;
    this.#settings = settings;
    this.#config = config;
    this.hasAuditLog = hasAuditLog(settings);
  }

  start(sink: SourceSink): void {
    this.#sink = sink;
    sink.apply([{ type: 'facts', facts: configFacts(this.#config) }]);
    this.#read();
    followFlows(this.#settings, sink);
    const { auditLogs } = this.#settings;
    this.#following = followAudit(this.#settings, auditLogs, this.#config, nodeHost().clock, sink, this.#abort.signal);
  }

  refresh(): void {
    this.#read();
  }

  fetchYaml(): Promise<string> {
    return Promise.reject(new Error('The object is in the files; k8sec keeps only what its rules read.'));
  }

  dryRun(): Promise<string> {
    return Promise.reject(new Error('Files have no API server that could validate this.'));
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    this.#abort.abort();
    await this.#following;
  }

  #read(): void {
    loadFiles(this.#world, this.#settings).then(
      ({ changes }) => this.#sink?.apply(changes),
      (error: unknown) => this.#sink?.fail(error instanceof Error ? error.message : String(error)),
    );
  }
}
