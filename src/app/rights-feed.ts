import { rightsDifference, type RightsChange } from '../analyses/rbac/rights-difference.ts';
import { rightsState, type RightsState } from '../analyses/rbac/rights-state.ts';
import { rightsText } from '../analyses/rbac/rights-text.ts';
import type { AuditWrite } from '../model/audit-state.ts';
import { RBAC_KINDS } from '../model/kind.ts';
import type { BindingObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { ATTRIBUTION, AttributedLines, isWriteOf, writerText, type ToldLines } from './attributed-lines.ts';
import type { FeedEntry } from './session-model.ts';

/** Who gained and lost which right while the session looks, and by whom, where an audit log tells. */
export class RightsFeed {
  #state: RightsState | undefined;
  #coverage = '';
  readonly #lines = new AttributedLines<RightsChange>({ writerOf, entryOf });

  /**
   * What changed since the last call; the first call, and one after which other kinds are read, only looks.
   *
   * @param inScope whether changes of a namespace ('': of all) are shown
   */
  take(view: ClusterView, now: number, inScope: (namespace: string) => boolean): ToldLines {
    const changes = this.#changes(view).filter(({ namespace }) => inScope(namespace ?? ''));
    return this.#lines.take(view, changes, now);
  }

  #changes(view: ClusterView): readonly RightsChange[] {
    const coverage = coverageOf(view);
    if (coverage === undefined) return [];
    const state = rightsState(view);
    const before = this.#coverage === coverage ? this.#state : undefined;
    this.#state = state;
    this.#coverage = coverage;
    return before === undefined || before === state ? [] : rightsDifference(before, state);
  }
}

function entryOf(change: RightsChange, by: string | undefined, time: number): FeedEntry {
  const text = `${rightsText(change)}${by === undefined ? '' : `, by ${by}`}`;
  return { time, type: 'rights', severity: null, text, finding: '' };
}

/** What of RBAC is read; undefined while a list is under way, of which nobody can say what changed. */
function coverageOf(view: ClusterView): string | undefined {
  const own = view.coverage().filter(({ kind }) => RBAC_KINDS.some((one) => one === kind));
  if (own.some(({ status }) => status === 'syncing')) return undefined;
  return JSON.stringify(
    own.map(({ kind, status, namespaces }) => [kind, status === 'stale' ? 'live' : status, namespaces]),
  );
}

/** `user bob`: who wrote a binding of the change, or its role, around that time. */
function writerOf(view: ClusterView, { through }: RightsChange, time: number): string | undefined {
  const write = view
    .audit()
    .writes.findLast(
      (one) => Math.abs(one.time - time) <= ATTRIBUTION && through.some((binding) => isOfBinding(one, binding)),
    );
  return write === undefined ? undefined : writerText(write);
}

function isOfBinding(write: AuditWrite, { kind, namespace, name, roleRef }: BindingObject): boolean {
  if (isWriteOf(write, kind, namespace, name)) return true;
  const role = RBAC_KINDS.find((one) => one === roleRef.kind);
  return role !== undefined && isWriteOf(write, role, role === 'Role' ? namespace : '', roleRef.name);
}
