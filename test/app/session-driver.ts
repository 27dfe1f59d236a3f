import type { Effect } from '../../src/app/effect.ts';
import type { SessionEvent } from '../../src/app/event.ts';
import { UNICODE_GLYPHS } from '../../src/app/glyphs.ts';
import type { SessionSnapshot } from '../../src/app/session-model.ts';
import { initialState, type SessionState, type SessionStart } from '../../src/app/state.ts';
import { update } from '../../src/app/update.ts';
import { row, snapshotOf } from './fake-model.ts';

/** Drives the reducer as a person does, and notes the effects. */
export class Driver {
  state: SessionState;
  effects: Effect[] = [];

  constructor(snapshot: SessionSnapshot, start: Partial<SessionStart> = {}) {
    this.state = initialState({
      columns: 120,
      rows: 30,
      snapshot,
      pane: null,
      namespace: null,
      theme: 'default',
      glyphs: UNICODE_GLYPHS,
      message: null,
      ...start,
    });
    this.send({ type: 'snapshot', snapshot });
    this.effects = [];
  }

  send(event: SessionEvent): this {
    const step = update(this.state, event);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  /** Presses keys by name, separated by blanks. */
  press(keys: string): this {
    for (const key of keys.split(' ')) this.send({ type: 'key', key });
    return this;
  }

  /** Types a line after `:` and runs it. */
  command(text: string): this {
    return this.press(':').send({ type: 'paste', text }).press('enter');
  }
}

/** Three workloads: two of them fail. */
export const SHOP = snapshotOf([
  row('shop', 'cart', 'high'),
  row('data', 'postgres', 'critical'),
  row('shop', 'web', null),
]);

/** Many workloads in one namespace, all failing, `app-000` first. */
export function manyRows(count: number): SessionSnapshot {
  return snapshotOf(
    Array.from({ length: count }, (_, at) => row('shop', `app-${String(at).padStart(3, '0')}`, 'medium')),
  );
}
