import { refOf, refText } from '../kube/object-ref.ts';
import type { AuditWrite } from '../model/audit-state.ts';
import type { Coverage } from '../model/coverage.ts';
import { RBAC_KINDS, type Kind } from '../model/kind.ts';
import type { KubeObject } from '../model/objects.ts';
import { WRITTEN_KINDS } from '../model/written-kinds.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { deepEqual } from '../store/deep-equal.ts';
import { ATTRIBUTION, AttributedLines, isWriteOf, writerText, type ToldLines } from './attributed-lines.ts';
import { isMadeByOwner, lastWriteOf } from './earlier-changes.ts';
import type { FeedEntry } from './session-model.ts';

/** Policies, webhooks and workloads; what a written role or binding means is told as rights. */
const KINDS = WRITTEN_KINDS.filter((kind) => !RBAC_KINDS.some((one) => one === kind));

/** The server's time of a write is in whole seconds, and the request began before it. */
const SAME_WRITE = 5_000;

const VERBS = {
  created: ['create', 'update', 'patch'],
  changed: ['update', 'patch'],
  deleted: ['delete', 'deletecollection'],
} as const;

interface Written {
  readonly what: keyof typeof VERBS;
  readonly object: KubeObject;
  /** What managedFields say of the write: which client, and when by the server's clock (null: not said). */
  readonly client: string;
  readonly at: number | null;
}

/** What of a kind was there, and as far as what it was read. */
interface Read {
  readonly objects: readonly KubeObject[];
  readonly scope: string;
}

/** What was written while the session looks, with which client, and by whom where an audit log tells. */
export class WrittenFeed {
  readonly #before = new Map<Kind, Read>();
  readonly #lines = new AttributedLines<Written>({ writerOf, entryOf });

  /**
   * What was written since the last call; the first call, and one after which more or less of a kind is read, only looks.
   *
   * @param inScope whether changes of a namespace are shown
   */
  take(view: ClusterView, now: number, inScope: (namespace: string) => boolean): ToldLines {
    const coverage = new Map(view.coverage().map((one) => [one.kind, one]));
    const written = KINDS.flatMap((kind) => this.#written(view, kind, coverage.get(kind))).filter(({ object }) =>
      inScope(object.namespace),
    );
    return this.#lines.take(view, written, now);
  }

  #written(view: ClusterView, kind: Kind, coverage: Coverage | undefined): readonly Written[] {
    // Nobody can say what changed while a list is under way.
    if (coverage === undefined || coverage.status === 'syncing') return [];
    const { status, namespaces } = coverage;
    const scope = JSON.stringify([status === 'stale' ? 'live' : status, namespaces]);
    const objects = view.list(kind);
    const before = this.#before.get(kind);
    this.#before.set(kind, { objects, scope });
    if (before === undefined || before.scope !== scope || before.objects === objects) return [];
    return differences(before.objects, objects);
  }
}

function differences(before: readonly KubeObject[], now: readonly KubeObject[]): readonly Written[] {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const written: Written[] = [];
  for (const object of now) {
    const was = old.get(keyOf(object));
    old.delete(keyOf(object));
    if (was === object || isMadeByOwner(object)) continue;
    const what = was === undefined || was.uid !== object.uid ? 'created' : 'changed';
    if (what === 'changed' && was !== undefined && isSame(was, object)) continue;
    const { client, time } = lastWriteOf(object);
    // The time of creation says nothing of a later write.
    written.push({ what, object, client, at: client === '' && what === 'changed' ? null : time });
  }
  for (const object of old.values()) {
    if (!isMadeByOwner(object)) written.push({ what: 'deleted', object, client: '', at: null });
  }
  return written;
}

/** Whether nobody wrote anything that counts: how many pods there are, autoscalers say, and who else owns a field. */
function isSame(was: KubeObject, now: KubeObject): boolean {
  const replicas = 'replicas' in now ? { replicas: now.replicas } : {};
  return deepEqual({ ...was, managers: now.managers, ...replicas }, now);
}

function entryOf({ what, object, client }: Written, by: string | undefined, time: number): FeedEntry {
  const how = by !== undefined ? `, by ${by}` : client === '' ? '' : ` with ${client}`;
  return { time, type: 'written', severity: null, text: `${refText(refOf(object))} ${what}${how}`, finding: '' };
}

/** Who wrote the object at that time; all who may have been it where several wrote. */
function writerOf(view: ClusterView, { what, object, at }: Written, time: number): string | undefined {
  const verbs: readonly string[] = VERBS[what];
  // The time first: it drops nearly all, and every line of the last minute asks again and again.
  const own = view
    .audit()
    .writes.filter(
      (one) => isNear(one) && verbs.includes(one.verb) && isWriteOf(one, object.kind, object.namespace, object.name),
    );
  return own.length === 0 ? undefined : [...new Set(own.map(writerText))].join(' or ');

  function isNear(write: AuditWrite): boolean {
    return Math.abs(write.time - (at ?? time)) <= (at === null ? ATTRIBUTION : SAME_WRITE);
  }
}

function keyOf({ namespace, name }: KubeObject): string {
  return `${namespace}/${name}`;
}
