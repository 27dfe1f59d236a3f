import { oneLevelUp, sensitiveReason } from '../analyses/sensitive/sensitive.ts';
import type { Change } from '../model/change.ts';
import { findingId, type Finding, type FindingDraft, type ObjectRef } from '../model/finding.ts';
import type { Rule, SubjectOf, SubjectType } from '../rules/rule.ts';
import type { Named } from '../store/cell.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { deepEqual } from '../store/deep-equal.ts';
import type { StoreView } from '../store/store-view.ts';
import { ConcernedRules } from './concerned-rules.ts';
import { subjectSource } from './subjects.ts';

/** What a step of the engine changed. */
export interface FindingChanges {
  readonly opened: readonly Finding[];
  readonly changed: readonly Finding[];
  readonly closed: readonly Finding[];
}

/** A rule that could not finish on a subject: its verdict there is unknown, and the report says so. */
export interface RuleFailure {
  readonly rule: string;
  readonly subject: ObjectRef;
  readonly message: string;
}

/** The findings of a subject, of which a large cluster has a hundred thousand; with the failures where there are any. */
type Verdict = readonly Finding[] | Unfinished;

interface Unfinished {
  readonly findings: readonly Finding[];
  readonly failures: readonly RuleFailure[];
}

const TAKEN = new WeakSet<StoreView>();
const NOTHING: readonly Finding[] = [];
const NO_KEYS: readonly string[] = [];
const NO_RULES: readonly Rule[] = [];
/** The names of the engine's own values: scopes by type, keys by scope, findings by key. */
const SCOPES = 'engine/scopes';
const KEYS = 'engine/keys/';
const FINDINGS = 'engine/findings/';

/** The subjects of one type in one scope. */
interface Place {
  readonly type: SubjectType;
  readonly scope: string;
  /** The name of the cells of their findings; each has the subject's key for its id. */
  readonly findings: string;
}

/**
 * Runs the rules over a view and keeps their findings current: after any changes, `settle` re-runs the checks that read
 * what changed and no others. The findings always equal those of a fresh engine on the same contents.
 */
export class Engine {
  readonly view: StoreView;
  readonly #rules = new Map<SubjectType, Rule[]>();
  readonly #ofWorkloads: ConcernedRules;
  /** By place and key: the verdicts with failures. */
  readonly #failing = new Map<string, Unfinished>();
  /** By subject type and scope. */
  readonly #places = new Map<SubjectType, Map<string, Place>>();
  /** The same by the name of their findings. */
  readonly #byName = new Map<string, Place>();
  /** The keys of the subjects there are, each once. */
  readonly #keys = new Map<Place, readonly string[]>();
  /** Subjects that are to be judged, by place. */
  readonly #pending = new Map<Place, Set<string>>();
  readonly #findings = new Map<string, Finding>();
  #opened: Finding[] = [];
  #changed: Finding[] = [];
  #closed: Finding[] = [];
  #started = false;
  /** One function for the cells of all subjects, of which a large cluster has a hundred thousand. */
  readonly #verdictOf = (view: ClusterView, _previous: Verdict | undefined, key: string, name: string): Verdict =>
    this.#check(view, this.#placeOf(name), key);

  /**
   * @param view it keeps the verdicts, so it has one engine
   * @throws Error where the view has an engine
   */
  constructor(view: StoreView, rules: readonly Rule[]) {
    if (TAKEN.has(view)) throw new Error('this view has an engine, which keeps its verdicts there');
    TAKEN.add(view);
    this.view = view;
    for (const rule of rules) {
      const there = this.#rules.get(rule.subject);
      if (there === undefined) this.#rules.set(rule.subject, [rule]);
      else there.push(rule);
    }
    this.#ofWorkloads = new ConcernedRules(this.#rules.get('Workload') ?? NO_RULES);
  }

  /** Current findings by id. */
  get findings(): ReadonlyMap<string, Finding> {
    return this.#findings;
  }

  /** Checks that could not finish. */
  failures(): readonly RuleFailure[] {
    return [...this.#failing.values()].flatMap((verdict) => verdict.failures);
  }

  /** @returns whether anything is different now; where nothing is, the findings stay current */
  apply(changes: readonly Change[]): boolean {
    return this.view.apply(changes).size > 0;
  }

  /**
   * Brings the findings up to date.
   *
   * @param isDone asked between checks; true stops early, so that a session can draw and read keys
   * @returns whether everything is current
   */
  settle(isDone: () => boolean = () => false): boolean {
    if (!this.#started) {
      this.#started = true;
      for (const type of this.#rules.keys()) this.#syncScopes(type);
    }
    for (;;) {
      for (const [place, keys] of this.#pending) {
        for (const key of keys) {
          if (isDone()) return false;
          keys.delete(key);
          this.#judge(place, key);
        }
        this.#pending.delete(place);
      }
      const settled = this.view.graph.settle((...change) => this.#onCell(...change), isDone, isOurs);
      if (!settled) return false;
      if (this.#pending.size === 0) return true;
    }
  }

  /** What changed since the last call. */
  takeChanges(): FindingChanges {
    const changes = { opened: this.#opened, changed: this.#changed, closed: this.#closed };
    this.#opened = [];
    this.#changed = [];
    this.#closed = [];
    return changes;
  }

  /**
   * Which findings would go and come if these changes were made: evaluated on an overlay, only for the subjects whose
   * checks read what the changes touch. Settle before.
   */
  prove(changes: readonly Change[]): {
    readonly closes: readonly Finding[];
    readonly opens: readonly Finding[];
    /** Findings as they then are of the subjects that the changes concern, by id. */
    readonly now: ReadonlyMap<string, Finding>;
    readonly after: ClusterView;
  } {
    const { after, touched } = this.view.overlay(changes);
    const subjects = new Map<Place, Set<string>>();
    const add = (place: Place, key: string): void => {
      const there = subjects.get(place);
      if (there === undefined) subjects.set(place, new Set([key]));
      else there.add(key);
    };
    for (const { name, id } of this.view.graph.dependents(touched)) {
      if (name.startsWith(FINDINGS)) add(this.#placeOf(name), id);
      const isOfScopes = name === SCOPES;
      if (!isOfScopes && !name.startsWith(KEYS)) continue;
      const type = (isOfScopes ? id : name.slice(KEYS.length)) as SubjectType;
      const source = subjectSource(type);
      for (const scope of isOfScopes ? source.scopes(after) : [id]) {
        const place = this.#place(type, scope);
        for (const key of source.keys(after, scope)) {
          if (this.#verdictThere(place, key) === undefined) add(place, key);
        }
      }
    }
    const closes: Finding[] = [];
    const opens: Finding[] = [];
    const current = new Map<string, Finding>();
    for (const [place, keys] of subjects) {
      for (const key of keys) {
        const before = findingsOf(this.#verdictThere(place, key) ?? NOTHING);
        const now = findingsOf(after.derive(place.findings, key, this.#verdictOf, deepEqual));
        for (const finding of now) current.set(finding.id, finding);
        closes.push(...before.filter((finding) => !now.some((other) => other.id === finding.id)));
        opens.push(...now.filter((finding) => !before.some((other) => other.id === finding.id)));
      }
    }
    return { closes: closes.sort(byId), opens: opens.sort(byId), now: current, after };
  }

  #onCell({ name, id }: Named, value: unknown, before: unknown): void {
    if (name.startsWith(FINDINGS)) this.#record(this.#placeOf(name), id, value as Verdict, before as Verdict);
    else if (name === SCOPES) this.#syncScopes(id as SubjectType);
    else if (name.startsWith(KEYS)) this.#syncKeys(this.#place(name.slice(KEYS.length) as SubjectType, id));
  }

  #place(type: SubjectType, scope: string): Place {
    let ofType = this.#places.get(type);
    if (ofType === undefined) this.#places.set(type, (ofType = new Map<string, Place>()));
    let place = ofType.get(scope);
    if (place === undefined) {
      place = { type, scope, findings: `${FINDINGS}${type}/${scope}` };
      ofType.set(scope, place);
      this.#byName.set(place.findings, place);
    }
    return place;
  }

  /** @param name of findings, which `#place` made */
  #placeOf(name: string): Place {
    const place = this.#byName.get(name);
    if (place === undefined) throw new Error(`${name} is no name of findings`);
    return place;
  }

  #syncScopes(type: SubjectType): void {
    const source = subjectSource(type);
    const scopes = this.view.derive(SCOPES, type, (view) => source.scopes(view), deepEqual);
    for (const scope of scopes) this.#syncKeys(this.#place(type, scope));
    const current = new Set(scopes);
    for (const place of this.#places.get(type)?.values() ?? []) {
      if (current.has(place.scope)) continue;
      this.#forget(place, NO_KEYS);
      this.#keys.delete(place);
      this.#places.get(type)?.delete(place.scope);
      this.#byName.delete(place.findings);
      this.view.graph.drop(`${KEYS}${type}`, place.scope);
    }
  }

  #syncKeys(place: Place): void {
    const { type, scope } = place;
    const source = subjectSource(type);
    const keys = this.view.derive(`${KEYS}${type}`, scope, (view) => source.keys(view, scope), deepEqual);
    const before = new Set(this.#keys.get(place));
    const fresh = before.size === 0 ? keys : keys.filter((key) => !before.has(key));
    if (fresh.length > 0) {
      const pending = this.#pending.get(place);
      if (pending === undefined) this.#pending.set(place, new Set(fresh));
      else for (const key of fresh) pending.add(key);
    }
    this.#forget(place, keys);
    this.#keys.set(place, keys);
  }

  #forget(place: Place, kept: readonly string[]): void {
    const there = this.#keys.get(place) ?? NO_KEYS;
    const keep = new Set(there.length === 0 ? NO_KEYS : kept);
    for (const key of there) {
      if (keep.has(key)) continue;
      this.#pending.get(place)?.delete(key);
      this.#record(place, key, NOTHING, this.#verdictThere(place, key));
      this.view.graph.drop(place.findings, key);
    }
  }

  #judge(place: Place, key: string): void {
    this.#record(place, key, this.view.derive(place.findings, key, this.#verdictOf, deepEqual));
  }

  /** The verdict of a subject that was judged. */
  #verdictThere({ findings }: Place, key: string): Verdict | undefined {
    return this.view.graph.valueOf(findings, key) as Verdict | undefined;
  }

  #record({ findings }: Place, key: string, verdict: Verdict, before: Verdict = NOTHING): void {
    if (isUnfinished(verdict)) this.#failing.set(`${findings}/${key}`, verdict);
    else if (isUnfinished(before)) this.#failing.delete(`${findings}/${key}`);
    const was = findingsOf(before);
    const is = findingsOf(verdict);
    // As most are, and judged for the first time.
    if (was.length === 0) {
      for (const finding of is) {
        this.#opened.push(finding);
        this.#findings.set(finding.id, finding);
      }
      return;
    }
    for (const finding of was) {
      if (is.some((other) => other.id === finding.id)) continue;
      this.#findings.delete(finding.id);
      this.#closed.push(finding);
    }
    for (const finding of is) {
      const there = was.find((other) => other.id === finding.id);
      if (there === undefined) this.#opened.push(finding);
      else if (deepEqual(there, finding)) continue;
      else this.#changed.push(finding);
      this.#findings.set(finding.id, finding);
    }
  }

  #rulesFor(type: SubjectType, subject: unknown): readonly Rule[] {
    return type === 'Workload'
      ? this.#ofWorkloads.of(subject as SubjectOf<'Workload'>)
      : (this.#rules.get(type) ?? NO_RULES);
  }

  /** Runs every rule that a subject concerns. A rule that fails costs nobody else's result. */
  #check(view: ClusterView, { type, scope }: Place, key: string): Verdict {
    const source = subjectSource(type);
    const subject = source.get(view, scope, key);
    if (subject === undefined) return NOTHING;
    let findings: Finding[] | undefined;
    let failures: RuleFailure[] | undefined;
    const rules = this.#rulesFor(type, subject);
    // Most checks find nothing: iterators over rules and drafts were a tenth of what judging throws away.
    for (let at = 0; at < rules.length; at += 1) {
      const rule = rules[at] as Rule;
      try {
        const drafts = rule.check(subject as never, view);
        if (drafts.length === 0) continue;
        for (const draft of drafts) {
          const finding = weighed(complete(rule, draft, source.ref(subject), view), view);
          // Most have one: a list that is made for it has room for no more.
          if (findings === undefined) findings = [finding];
          else findings.push(finding);
        }
      } catch (error) {
        (failures ??= []).push({
          rule: rule.id,
          subject: source.ref(subject),
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
    // A list that grew by pushing has room for seventeen.
    const found = findings === undefined ? NOTHING : findings.length === 1 ? findings : findings.slice();
    return failures === undefined ? found : { findings: found, failures };
  }
}

function isUnfinished(verdict: Verdict): verdict is Unfinished {
  return 'failures' in verdict;
}

function findingsOf(verdict: Verdict): readonly Finding[] {
  return isUnfinished(verdict) ? verdict.findings : verdict;
}

/** The values that the engine itself asked for: subjects and their findings. */
function isOurs({ name }: Named): boolean {
  return name.startsWith(FINDINGS) || name.startsWith(KEYS) || name === SCOPES;
}

const NO_MEMBERS: readonly string[] = [];

const PANE_OF = new WeakMap<Rule, Finding['pane']>();

/** One text for all findings of a rule. */
function paneOf(rule: Rule): Finding['pane'] {
  let pane = PANE_OF.get(rule);
  if (pane === undefined) {
    pane = rule.id.slice(0, rule.id.indexOf('/')) as Finding['pane'];
    PANE_OF.set(rule, pane);
  }
  return pane;
}

function complete(rule: Rule, draft: FindingDraft, ref: ObjectRef, view: ClusterView): Finding {
  const subject = draft.subject ?? ref;
  const facts = view.facts();
  const fromFiles = facts.source === 'files';
  return {
    ...draft,
    id: findingId(rule.id, subject, draft.key ?? ''),
    rule: rule.id,
    pane: paneOf(rule),
    subject,
    references: draft.references ?? rule.references,
    members: draft.members ?? NO_MEMBERS,
    basis: !fromFiles ? 'live' : draft.absence === true && !facts.complete ? 'files-only' : 'files',
  };
}

/** A finding about what the config file calls sensitive weighs one level more, and says so. */
function weighed(finding: Finding, view: ClusterView): Finding {
  const reason = finding.advisory === true ? null : sensitiveReason(view, finding);
  const severity = reason === null ? finding.severity : oneLevelUp(finding.severity);
  if (reason === null || severity === finding.severity) return finding;
  const text = `${severity}, not ${finding.severity}: ${reason}, which the config file calls sensitive`;
  return { ...finding, severity, evidence: [...finding.evidence, { text }] };
}

function byId(a: Finding, b: Finding): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
