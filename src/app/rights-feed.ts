import { rightsDifference, type RightsChange } from '../analyses/rbac/rights-difference.ts';
import { rightsState, type RightsState } from '../analyses/rbac/rights-state.ts';
import { rightsText } from '../analyses/rbac/rights-text.ts';
import { parseServiceAccountUser } from '../kube/rbac-user.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import { kindInfo, RBAC_KINDS } from '../model/kind.ts';
import type { BindingObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { FeedEntry } from './session-model.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const WRITES: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** The log of a write comes before or after the watch tells of it, and the clocks of both differ. */
const ATTRIBUTION = 60_000;

/** A line of the feed that does not say yet who did it. */
interface Unattributed {
  readonly entry: FeedEntry;
  readonly change: RightsChange;
}

/** Who gained and lost which right while the session looks, and by whom, where an audit log tells. */
export class RightsFeed {
  #state: RightsState | undefined;
  #coverage = '';
  #unattributed: readonly Unattributed[] = [];

  /**
   * What changed since the last call; the first call, and one after which other kinds are read, only looks.
   *
   * @param inScope whether changes of a namespace ('': of all) are shown
   * @returns new lines, and lines of before with who did it
   */
  take(
    view: ClusterView,
    now: number,
    inScope: (namespace: string) => boolean,
  ): { readonly added: readonly FeedEntry[]; readonly attributed: readonly (readonly [FeedEntry, FeedEntry])[] } {
    const attributed = this.#attribute(view, now);
    const coverage = coverageOf(view);
    if (coverage === undefined) return { added: [], attributed };
    const state = rightsState(view);
    const before = this.#coverage === coverage ? this.#state : undefined;
    this.#state = state;
    this.#coverage = coverage;
    if (before === undefined || before === state) return { added: [], attributed };
    const news = rightsDifference(before, state)
      .filter(({ namespace }) => inScope(namespace ?? ''))
      .map((change) => {
        const by = writerOf(view, change, now);
        return { entry: entryOf(change, by, now), change, by };
      });
    this.#unattributed = [...this.#unattributed, ...news.filter(({ by }) => by === undefined)];
    return { added: news.map(({ entry }) => entry), attributed };
  }

  #attribute(view: ClusterView, now: number): readonly (readonly [FeedEntry, FeedEntry])[] {
    const found: (readonly [FeedEntry, FeedEntry])[] = [];
    this.#unattributed = this.#unattributed.filter(({ entry, change }) => {
      const by = writerOf(view, change, entry.time);
      if (by !== undefined) found.push([entry, entryOf(change, by, entry.time)]);
      return by === undefined && now - entry.time <= ATTRIBUTION;
    });
    return found;
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
  const event = view
    .audit()
    .rbacWrites.findLast(
      (one) => Math.abs(one.time - time) <= ATTRIBUTION && through.some((binding) => isWriteOf(one, binding)),
    );
  if (event === undefined) return undefined;
  const { username } = event.user;
  const account = parseServiceAccountUser(username);
  return account === undefined ? `user ${username}` : `sa ${account.namespace}/${account.name}`;
}

function isWriteOf({ object, verb, code, stage }: AuditEvent, binding: BindingObject): boolean {
  if (object === null || object.apiGroup !== RBAC_GROUP || object.subresource !== '' || !WRITES.includes(verb)) {
    return false;
  }
  if (stage === 'RequestReceived' || (code !== null && code >= 300)) return false;
  const role = binding.roleRef;
  const isOf = (kind: string, namespace: string, name: string): boolean =>
    RBAC_KINDS.some((one) => one === kind && kindInfo(one).resource === object.resource) &&
    object.namespace === namespace &&
    (object.name === name || verb === 'deletecollection');
  return (
    isOf(binding.kind, binding.namespace, binding.name) ||
    isOf(role.kind, role.kind === 'Role' ? binding.namespace : '', role.name)
  );
}
