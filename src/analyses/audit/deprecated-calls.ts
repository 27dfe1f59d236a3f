import type { AuditEvent } from '../../model/audit-event.ts';
import type { DeprecatedCall } from '../../model/audit-state.ts';

/** Different calls that are kept: at about 300 bytes each, 600 KB. */
const MOST_CALLS = 2_000;
type Counted = { -readonly [K in keyof DeprecatedCall]: DeprecatedCall[K] };

type Caller = Pick<DeprecatedCall, 'username' | 'userAgent'>;
type Api = Omit<DeprecatedCall, keyof Caller | 'count' | 'last'>;

/** Whoever no longer fits in. */
const OTHERS: Caller = { username: '', userAgent: '' };

/**
 * Who still asks for API versions that a release removes. The API server says so of each finished request, in the
 * annotations `k8s.io/deprecated` and `k8s.io/removed-release`
 * (k8s.io/apiserver pkg/endpoints/metrics/metrics.go, MonitorRequest); what is deprecated without a date has no second one.
 */
export class DeprecatedCalls {
  readonly #calls = new Map<string, Counted>();

  add(events: readonly AuditEvent[]): void {
    for (const event of events) {
      const removedRelease = event.annotations['k8s.io/removed-release'];
      if (removedRelease === undefined || event.annotations['k8s.io/deprecated'] !== 'true') continue;
      if (event.stage === 'ResponseComplete' && event.object !== null) this.#addOne(event, removedRelease);
    }
  }

  /** In order of first appearance. */
  calls(): readonly DeprecatedCall[] {
    return Array.from(this.#calls.values(), (one) => ({ ...one }));
  }

  #addOne(event: AuditEvent, removedRelease: string): void {
    const { object, time } = event;
    const api = {
      group: object?.apiGroup ?? '',
      version: versionOf(event.requestURI),
      resource: object?.resource ?? '',
      removedRelease,
    };
    const who = { username: (event.impersonated ?? event.user).username, userAgent: event.userAgent };
    const there = this.#calls.get(keyOf(api, who)) ?? this.#make(api, who, time);
    there.count += 1;
    there.last = Math.max(there.last, time);
  }

  #make(api: Api, who: Caller, last: number): Counted {
    const kept = this.#calls.size < MOST_CALLS ? who : OTHERS;
    const key = keyOf(api, kept);
    let call = this.#calls.get(key);
    if (call === undefined) this.#calls.set(key, (call = { ...api, ...kept, count: 0, last }));
    return call;
  }
}

function keyOf(api: Api, who: Caller): string {
  return `${api.group}\n${api.version}\n${api.resource}\n${api.removedRelease}\n${who.username}\n${who.userAgent}`;
}

/** `v1beta3` of `/apis/GROUP/v1beta3/…`, `v1` of `/api/v1/…`. */
function versionOf(uri: string): string {
  return /^\/(?:api|apis\/[^/?]+)\/([^/?]+)/.exec(uri)?.[1] ?? '';
}
