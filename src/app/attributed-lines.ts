import { parseServiceAccountUser } from '../kube/rbac-user.ts';
import type { AuditWrite } from '../model/audit-state.ts';
import { kindInfo, type Kind } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { FeedEntry } from './session-model.ts';

/** The log of a write comes before or after the watch tells of it, and the clocks of both differ. */
export const ATTRIBUTION = 60_000;

/** How lines about one sort of change are made. */
export interface LineMaker<C> {
  /** `user bob`; undefined where no audit log tells. `time` is when the change was seen. */
  writerOf(view: ClusterView, change: C, time: number): string | undefined;
  entryOf(change: C, by: string | undefined, time: number): FeedEntry;
}

/** What a look at the cluster adds to the feed. */
export interface ToldLines {
  readonly added: readonly FeedEntry[];
  /** Lines of before with the same in other words, now that it is known who did it. */
  readonly attributed: readonly (readonly [FeedEntry, FeedEntry])[];
}

/** Lines of the feed that say who did it: at once where the audit log has told, else as soon as it does. */
export class AttributedLines<C> {
  readonly #maker: LineMaker<C>;
  #open: readonly { readonly entry: FeedEntry; readonly change: C }[] = [];

  constructor(maker: LineMaker<C>) {
    this.#maker = maker;
  }

  /** Lines of new changes, and lines of before where it is known by now who did it. */
  take(view: ClusterView, changes: readonly C[], now: number): ToldLines {
    const attributed = this.#attributed(view, now);
    return { added: this.#added(view, changes, now), attributed };
  }

  #attributed(view: ClusterView, now: number): ToldLines['attributed'] {
    const found: (readonly [FeedEntry, FeedEntry])[] = [];
    this.#open = this.#open.filter(({ entry, change }) => {
      const by = this.#maker.writerOf(view, change, entry.time);
      if (by !== undefined) found.push([entry, this.#maker.entryOf(change, by, entry.time)]);
      return by === undefined && now - entry.time <= ATTRIBUTION;
    });
    return found;
  }

  #added(view: ClusterView, changes: readonly C[], now: number): readonly FeedEntry[] {
    const news = changes.map((change) => {
      const by = this.#maker.writerOf(view, change, now);
      return { entry: this.#maker.entryOf(change, by, now), change, by };
    });
    this.#open = [...this.#open, ...news.filter(({ by }) => by === undefined)];
    return news.map(({ entry }) => entry);
  }
}

/** Whether a write was of an object. */
export function isWriteOf(write: AuditWrite, kind: Kind, namespace: string, name: string): boolean {
  const { group, resource } = kindInfo(kind);
  return (
    write.apiGroup === group &&
    write.resource === resource &&
    write.namespace === namespace &&
    (write.name === name || write.verb === 'deletecollection')
  );
}

/** `user bob`, `sa ci/deployer`. */
export function writerText({ username }: AuditWrite): string {
  const account = parseServiceAccountUser(username);
  return account === undefined ? `user ${username}` : `sa ${account.namespace}/${account.name}`;
}
