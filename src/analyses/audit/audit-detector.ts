import { requestKey } from '../../kube/audit-request-key.ts';
import { createPrincipals, type PrincipalRole } from '../../kube/audit-principal.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditGroup } from '../../model/audit-group.ts';
import { severityRank } from '../../model/finding.ts';
import type { LearnedProfiles, LearningState } from '../../model/learned-profiles.ts';
import type { Detection, Detector, DetectorOptions, Hit } from './detections/detection.ts';
import { ProfileBook } from './detections/profile-book.ts';
import { DETECTIONS } from './detections/table.ts';
import { GroupCollector } from './group-collector.ts';
import { isLongRunning, requestOf, topicOf, type AuditRequest } from './request.ts';

export interface AuditDetectorOptions extends Partial<Pick<DetectorOptions, 'burst' | 'secretBurst'>> {
  /** Whether the config names this user as an expected writer. */
  readonly isDeployer?: (username: string) => boolean;
  /** The user that k8sec itself is; null where that is not known. */
  readonly self?: string | null;
  /** What was learned before; null where nothing was. */
  readonly learned?: LearnedProfiles | null;
}

/** Judges a stream of events; memory does not depend on its length. */
export interface AuditDetector {
  push(events: readonly AuditEvent[]): void;
  readonly isDirty: boolean;
  groups(): ReadonlyMap<string, AuditGroup>;
  /** What was learned by now, to be handed in again another time. */
  learned(): LearnedProfiles;
  /** How far learning is, by the detection that learns most. */
  learning(): LearningState;
}

interface Compiled {
  readonly detection: Detection;
  readonly detect: Detector;
}

interface Found {
  readonly detection: Detection;
  readonly hit: Hit;
}

const DEFAULT_BURST = 10;
const DEFAULT_SECRET_BURST = 5;
const MOST_OPEN = 20_000;
/** Kinds of objects: a log's own texts, of which there is no end where somebody asks for what does not exist. */
const MOST_TOPICS = 2_000;
const OWN_CLIENT = /^k8sec\//;
/** All that k8sec ever does: it reads, and asks what it may read. */
const OWN_REVIEWS = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']);

export function createAuditDetector(options: AuditDetectorOptions = {}): AuditDetector {
  return new StreamDetector(options);
}

class StreamDetector implements AuditDetector {
  readonly #principalOf: ReturnType<typeof createPrincipals>;
  readonly #detections: readonly Compiled[];
  /** Those that look at requests of a kind of principal about a kind of object: by role, then by topic. */
  readonly #concerned = new Map<PrincipalRole, Map<string, readonly Compiled[]>>();
  readonly #groups = new GroupCollector();
  readonly #self: string | null;
  readonly #books = new Map<string, ProfileBook>();
  /** Long-running requests that were judged when they started, with their URIs: their end is not judged again. */
  #open = new Map<string, string>();
  #openBefore = new Map<string, string>();

  constructor({ burst, secretBurst, isDeployer, self, learned }: AuditDetectorOptions) {
    this.#principalOf = createPrincipals(isDeployer ?? (() => false));
    this.#self = self ?? null;
    const profiles = (detection: string): ProfileBook => {
      const book = new ProfileBook(learned?.[detection] ?? null);
      this.#books.set(detection, book);
      return book;
    };
    const settings = { burst: burst ?? DEFAULT_BURST, secretBurst: secretBurst ?? DEFAULT_SECRET_BURST, profiles };
    this.#detections = DETECTIONS.map((detection) => ({ detection, detect: detection.create(settings) }));
  }

  push(events: readonly AuditEvent[]): void {
    for (const event of events) this.#judge(event);
  }

  get isDirty(): boolean {
    return this.#groups.isDirty;
  }

  groups(): ReadonlyMap<string, AuditGroup> {
    return this.#groups.groups();
  }

  learned(): LearnedProfiles {
    return Object.fromEntries([...this.#books].map(([detection, book]) => [detection, book.saved()]));
  }

  learning(): LearningState {
    let most: LearningState = { principals: 0, warmingUp: 0 };
    for (const book of this.#books.values()) {
      const state = book.learning();
      if (state.principals > most.principals) most = state;
    }
    return most;
  }

  #judge(event: AuditEvent): void {
    if (event.stage === 'RequestReceived') return;
    const topic = topicOf(event.object);
    if (!this.#isFirstJudgement(event, topic)) return;
    const principal = this.#principalOf(event);
    const request = requestOf(event, principal, topic);
    let found: Found[] | undefined;
    const concerned = this.#concernedBy(principal.role, topic);
    for (let at = 0; at < concerned.length; at += 1) {
      const one = concerned[at];
      const hit = one?.detect(request) ?? null;
      if (one !== undefined && hit !== null) (found ??= []).push({ detection: one.detection, hit });
    }
    if (found !== undefined) this.#report(request, found);
  }

  #concernedBy(role: PrincipalRole, topic: string): readonly Compiled[] {
    let byTopic = this.#concerned.get(role);
    if (byTopic === undefined) this.#concerned.set(role, (byTopic = new Map()));
    let concerned = byTopic.get(topic);
    if (concerned === undefined) {
      if (byTopic.size >= MOST_TOPICS) byTopic.clear();
      const ofRole = this.#detections.filter(({ detection }) => detection.roles?.includes(role) !== false);
      const isSpecific = ({ detection: { topics } }: Compiled): boolean => topics !== 'any' && topics.includes(topic);
      concerned = [...ofRole.filter(isSpecific), ...ofRole.filter(({ detection }) => detection.topics === 'any')];
      byTopic.set(topic, concerned);
    }
    return concerned;
  }

  /**
   * A request is judged once. Most are when they are complete; connections that stay open (exec, watch) and failed
   * authentication, which has no other stage, when the response starts.
   */
  #isFirstJudgement(event: AuditEvent, topic: string): boolean {
    const { stage, code, verb } = event;
    if (code !== 401 && !isLongRunning(topic, verb)) return stage !== 'ResponseStarted';
    const { auditID, time, requestURI } = event;
    const short = `${auditID} ${time} ${verb}`;
    const uri = this.#open.get(short) ?? this.#openBefore.get(short);
    // A client that gives two requests one id, and sends them at once, has them judged both.
    const key = uri === undefined || uri === requestURI ? short : requestKey(event);
    if (this.#open.has(key) || this.#openBefore.has(key)) return false;
    if (stage !== 'ResponseStarted') return true;
    if (this.#open.size >= MOST_OPEN) {
      this.#openBefore = this.#open;
      this.#open = new Map();
    }
    this.#open.set(key, requestURI);
    return true;
  }

  /** The severest hit of a request is shown, of equals the most specific; the others are listed under it. */
  #report(request: AuditRequest, found: readonly Found[]): void {
    const isOwn = this.#isOwn(request);
    const judge = (hit: Hit): Hit =>
      isOwn ? { ...hit, severity: 'info', what: `(k8sec's own request) ${hit.what}` } : hit;
    let shown: Found | undefined;
    for (const one of found) {
      if (one.detection.isPattern === true) this.#groups.add(one.detection, request, judge(one.hit), []);
      else if (shown === undefined || severityRank(one.hit.severity) < severityRank(shown.hit.severity)) shown = one;
    }
    if (shown === undefined) return;
    const { detection } = shown;
    const others = found.filter((one) => one.detection !== detection && one.detection.isPattern !== true);
    this.#groups.add(
      detection,
      request,
      judge(shown.hit),
      others.map((one) => one.detection),
    );
  }

  /** Anybody can call himself k8sec: it counts for reads only, and where the own user is known, only for that one. */
  #isOwn({ event, isWrite, topic, principal, verb }: AuditRequest): boolean {
    if (!OWN_CLIENT.test(event.userAgent)) return false;
    if (this.#self !== null && principal.actor.username !== this.#self) return false;
    return isWrite ? verb === 'create' && OWN_REVIEWS.has(topic) : !topic.includes('/');
  }
}
