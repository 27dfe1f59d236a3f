import type { Change } from '../model/change.ts';
import type { LiveSink } from './live/sink.ts';
import type { Slimmer } from './slim/slimmer.ts';

/**
 * A sink that turns what a live source reads into changes of slim objects. Every call is one batch, in order.
 *
 * @param emit gets each batch; it must not throw
 */
export function changeSink(slimmer: Slimmer, emit: (changes: readonly Change[]) => void): LiveSink {
  return {
    page: (kind, objects) => emit(objects.map((raw): Change => ({ type: 'upsert', object: slimmer.slim(raw, kind) }))),
    replaceDone: (kind, namespaces, seen) => emit([{ type: 'retain', kind, namespaces, keep: seen }]),
    upsert: (kind, raw) => emit([{ type: 'upsert', object: slimmer.slim(raw, kind) }]),
    remove: (kind, namespace, name) => emit([{ type: 'remove', kind, namespace, name }]),
    status: (coverage) => emit([{ type: 'coverage', coverage }]),
    facts: (facts) => emit([{ type: 'facts', facts }]),
  };
}
