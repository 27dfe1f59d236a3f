/**
 * The timeline against a naive twin: a history is made up, the twin keeps every state of it, and evidence of it is given
 * with and without holes. What the timeline says for sure must be what the twin knows; with whole evidence it must say
 * it of everything.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samePast } from '../../../src/kube/past-object.ts';
import type { Doubt, Listing, Observation, PastEvidence, PastObject, Window } from '../../../src/model/observation.ts';
import { Timeline } from '../../../src/analyses/as-of/timeline.ts';
import { object } from '../../objects.ts';

const SECOND = 1000;
const START = Date.parse('2026-11-01T00:00:00Z');
const NAMES = ['a', 'b', 'c'];

interface Step {
  readonly name: string;
  readonly act: 'create' | 'update' | 'delete';
  readonly verbs: number;
  /** Seconds since the step before. */
  readonly after: number;
  readonly hasBody: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    name: fc.constantFrom(...NAMES),
    act: fc.constantFrom('create', 'update', 'delete'),
    verbs: fc.integer({ min: 0, max: 3 }),
    after: fc.integer({ min: 3, max: 30 }),
    hasBody: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

function role(name: string, uid: string, verbs: number, created: number): PastObject {
  return object('Role', {
    metadata: { name, namespace: 'shop', uid, creationTimestamp: new Date(created).toISOString() },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'].slice(0, verbs) }],
  });
}

/** Every state that there was, by the time from which it held. */
class Twin {
  readonly #states: { readonly time: number; readonly objects: ReadonlyMap<string, PastObject> }[] = [
    { time: -Infinity, objects: new Map() },
  ];
  readonly observations: Observation[] = [];
  end = START;

  constructor(history: readonly Step[]) {
    let uids = 0;
    for (const { name, act, verbs, after, hasBody } of history) {
      const objects = new Map(this.objectsAt(Infinity));
      const there = objects.get(name);
      if ((act === 'create') === (there !== undefined)) continue;
      this.end += after * SECOND;
      const time = this.end;
      const created = there?.created ?? time;
      const next = role(name, there?.uid ?? `uid-${(uids += 1)}`, verbs, created);
      if (act === 'delete') objects.delete(name);
      else objects.set(name, next);
      this.#states.push({ time, objects });
      const told = {
        kind: 'Role',
        namespace: 'shop',
        name,
        time,
        begun: time - 2,
        basis: 'audit',
        evidence: '',
      } as const;
      this.observations.push(
        act === 'delete'
          ? { ...told, type: 'gone', change: 'deleted', object: null }
          : {
              ...told,
              type: hasBody ? 'content' : 'exists',
              change: act === 'create' ? 'created' : 'written',
              object: hasBody ? next : null,
            },
      );
    }
    this.end += 40 * SECOND;
  }

  objectsAt(time: number): ReadonlyMap<string, PastObject> {
    return this.#states.findLast((state) => state.time <= time)?.objects ?? new Map();
  }

  listing(time: number): Listing {
    const objects = [...this.objectsAt(time).values()];
    return { time, kinds: [{ kind: 'Role', namespaces: 'all' }], objects, basis: 'snapshot', evidence: 'file' };
  }
}

function timeline(evidence: Partial<PastEvidence>): Timeline {
  return new Timeline({
    observations: [],
    listings: [],
    windows: [],
    doubts: [],
    witnesses: [],
    notes: [],
    ...evidence,
  });
}

interface Judged {
  /** What was said for sure and is not so. */
  readonly wrong: readonly string[];
  /** How many of the names, and whether more of them, were not known. */
  readonly unknown: number;
}

function judge(line: Timeline, twin: Twin, time: number): Judged {
  const truth = twin.objectsAt(time);
  const { present, unknown } = line.at(time);
  const isComplete = line.incompleteAt('Role', 'shop', time) === null;
  const told = new Set([...present.map((one) => one.object.name), ...unknown.map((one) => one.name)]);
  const isSo = (one: PastObject): boolean => {
    const there = truth.get(one.name);
    return there !== undefined && samePast(there, one);
  };
  return {
    wrong: [
      ...present.filter((one) => !isSo(one.object)).map((one) => `${one.object.name} was not so`),
      ...unknown.filter((one) => one.existed && !truth.has(one.name ?? '')).map((one) => `${one.name} was not there`),
      ...[...truth.keys()].filter((name) => isComplete && !told.has(name)).map((name) => `${name} was there`),
    ],
    unknown: unknown.length + (isComplete ? 0 : 1),
  };
}

const instants = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 10 });

/** What was watched of a history but for a part of it, whose begin and length are shares of the whole. */
function withoutPart(
  twin: Twin,
  [cutAt, cutLength]: readonly [number, number],
): { readonly observations: readonly Observation[]; readonly windows: readonly Window[] } {
  const from = instantOf(twin, cutAt);
  const to = Math.floor(from + cutLength * (twin.end - START));
  const watched = { kind: 'Role', namespaces: 'all' } as const;
  return {
    observations: twin.observations.filter((one) => one.time < from || one.time > to),
    windows: [
      { ...watched, from: START, to: from - 1 },
      { ...watched, from: to + 1, to: twin.end },
    ].filter((one) => one.from < one.to),
  };
}

function instantOf(twin: Twin, share: number): number {
  return Math.floor(START + share * (twin.end - START));
}

describe('Timeline', () => {
  it('knows everything where a listing and every change with its body are there', () => {
    fc.assert(
      fc.property(steps, instants, fc.boolean(), (history, shares, atEnd) => {
        const twin = new Twin(history.map((step) => ({ ...step, hasBody: true })));
        const windows: Window[] = [{ kind: 'Role', namespaces: 'all', from: START, to: twin.end }];
        const listings = [twin.listing(atEnd ? twin.end : START)];
        const line = timeline({ observations: twin.observations, listings, windows });
        for (const share of shares) {
          const time = instantOf(twin, share);
          const underWay = twin.observations.filter((one) => one.begun <= time && time < one.time);
          expect(judge(line, twin, time)).toEqual({ wrong: [], unknown: underWay.length });
        }
      }),
    );
  });

  it('is never wrong with bodies missing, times cut out and any snapshots', () => {
    fc.assert(
      fc.property(
        steps,
        instants,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.6, noNaN: true })),
        (history, shares, snapshots, cut) => {
          const twin = new Twin(history);
          const { observations, windows } = withoutPart(twin, cut);
          const listings = snapshots.map((share) => twin.listing(instantOf(twin, share)));
          const line = timeline({ observations, listings, windows });
          for (const share of shares) {
            const time = instantOf(twin, share);
            expect(judge(line, twin, time).wrong).toEqual([]);
            // Whatever was asked before.
            expect(line.at(time)).toEqual(timeline({ observations, listings, windows }).at(time));
          }
        },
      ),
    );
  });

  it('says of each time of a period what it says at the last change before it', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        steps,
        instants,
        fc.array(share, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(share, fc.constantFrom('unnamed' as const, 'swept' as const)), { maxLength: 2 }),
        fc.tuple(share, fc.double({ min: 0, max: 0.6, noNaN: true })),
        (history, shares, snapshots, doubtful, cut) => {
          const twin = new Twin(history);
          const { observations, windows } = withoutPart(twin, cut);
          const listings = snapshots.map((one) => twin.listing(instantOf(twin, one)));
          const doubts = doubtful.map(([one, type]): Doubt => {
            return { kind: 'Role', namespace: 'shop', time: instantOf(twin, one), type, evidence: 'id' };
          });
          const line = timeline({ observations, listings, windows, doubts });
          const said = (time: number): readonly string[] => {
            const { present, unknown } = line.at(time);
            const isComplete = line.incompleteAt('Role', 'shop', time) === null;
            const names = [...present.map((one) => one.object.name), ...unknown.map((one) => `${one.name} unknown`)];
            return [...names.sort(), isComplete ? 'complete' : 'perhaps more'];
          };
          const changes = [START, ...line.changesBetween(START, twin.end + SECOND)];
          for (const time of [...shares, ...snapshots].map((one) => instantOf(twin, one) + 1)) {
            if (observations.some((one) => one.begun <= time && time < one.time)) continue;
            const before = changes.findLast((one) => one <= time) ?? START;
            expect(said(time)).toEqual(said(before));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows that what was deleted without a body had been there, though its creation is in a hole of the log', () => {
    const told = (time: number): Observation => ({
      kind: 'Role',
      namespace: 'shop',
      name: 'a',
      begun: START + time - 2,
      time: START + time,
      type: 'gone',
      change: 'deleted',
      object: null,
      basis: 'audit',
      evidence: `at ${time}`,
    });
    const windows: Window[] = [
      { kind: 'Role', namespaces: 'all', from: START, to: START + 10_000 },
      { kind: 'Role', namespaces: 'all', from: START + 60_000, to: START + 90_000 },
    ];
    const after: Listing = {
      time: START + 90_000,
      kinds: [{ kind: 'Role', namespaces: 'all' }],
      objects: [],
      basis: 'snapshot',
      evidence: 'file',
    };
    const line = timeline({ observations: [told(5000), told(80_000)], listings: [after], windows });
    expect(line.at(START + 70_000)).toMatchObject({ present: [], unknown: [{ name: 'a', existed: true }] });
    expect(line.at(START + 30_000)).toMatchObject({ present: [], unknown: [{ name: 'a', existed: false }] });
    expect(line.at(START + 85_000)).toEqual({ present: [], unknown: [] });
  });

  it('trusts no log that lacks the creation of something made in its time', () => {
    const windows: Window[] = [{ kind: 'Role', namespaces: 'all', from: START, to: START + 60_000 }];
    const made = role('a', 'u', 1, START + 20_000);
    const listings: Listing[] = [0, 60_000].map((time) => ({
      time: START + time,
      kinds: [{ kind: 'Role', namespaces: 'all' }],
      objects: time === 0 ? [] : [made],
      basis: 'snapshot',
      evidence: 'file',
    }));
    const line = timeline({ listings, windows });
    expect(line.incompleteAt('Role', 'shop', START + 10_000)?.reason).toBe(
      'the log does not hold every change of this kind: shop/a was created in its time, and is not in it',
    );
  });

  it('sees that a change lacks where two observations contradict each other', () => {
    const windows: Window[] = [{ kind: 'Role', namespaces: 'all', from: START, to: START + 60_000 }];
    const listings: Listing[] = [role('a', 'u', 1, START - 60_000), role('a', 'u', 3, START - 60_000)].map(
      (one, at) => ({
        time: START + at * 60_000,
        kinds: [{ kind: 'Role', namespaces: 'all' }],
        objects: [one],
        basis: 'snapshot',
        evidence: 'file',
      }),
    );
    expect(timeline({ listings, windows }).at(START + 30_000)).toMatchObject({
      present: [],
      unknown: [{ name: 'a', from: START, to: START + 60_000, reason: 'a change in between is not in the log' }],
    });
  });

  it('takes managedFields as proof only where a change would have left its time', () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const made = (manifest: Record<string, unknown>, managed: string | null): PastObject =>
      object('Role', {
        metadata: {
          name: 'a',
          namespace: 'shop',
          uid: 'u',
          creationTimestamp: '2026-11-01T00:00:00Z',
          ...(managed === null ? {} : { managedFields: [{ manager: 'kubectl', operation: 'Update', time: managed }] }),
        },
        ...manifest,
      });
    const answer = (one: PastObject): string => {
      const time = Date.parse('2026-11-05T00:00:00Z');
      const live: Listing = { time, kinds: [], objects: [one], basis: 'live', evidence: 'https://server' };
      const { present, unknown } = timeline({ listings: [live] }).at(Date.parse('2026-11-03T00:00:00Z'));
      return present.length > 0 ? 'present' : `unknown, existed: ${unknown[0]?.existed}`;
    };
    expect({
      unchanged: answer(made({ rules }, '2026-11-02T00:00:00Z')),
      changed: answer(made({ rules }, '2026-11-04T00:00:00Z')),
      emptied: answer(made({ rules: [] }, '2026-11-02T00:00:00Z')),
      cleared: answer(made({ rules }, null)),
    }).toEqual({
      unchanged: 'present',
      changed: 'unknown, existed: true',
      emptied: 'unknown, existed: true',
      cleared: 'unknown, existed: true',
    });
  });

  it('does not know who is left after a sweep without names, and knows again at the next listing', () => {
    const swept: Doubt = { kind: 'Role', namespace: 'shop', time: START + 10_000, type: 'swept', evidence: 'id' };
    const at = (time: number, objects: readonly PastObject[]): Listing => ({
      time: START + time,
      kinds: [{ kind: 'Role', namespaces: 'all' }],
      objects,
      basis: 'snapshot',
      evidence: 'file',
    });
    const one = role('a', 'u', 1, START - 60_000);
    const windows: Window[] = [{ kind: 'Role', namespaces: 'all', from: START, to: START + 60_000 }];
    const line = timeline({ listings: [at(0, [one]), at(30_000, [])], windows, doubts: [swept] });
    const said = [5_000, 20_000, 40_000].map((time) => {
      const { present, unknown } = line.at(START + time);
      return `${present.length} there, ${unknown.length} unknown`;
    });
    expect(said).toEqual(['1 there, 0 unknown', '0 there, 0 unknown', '0 there, 0 unknown']);
  });
});
