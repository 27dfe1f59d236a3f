import { authorizers } from '../../analyses/rbac/authorizers.ts';
import { closedPaths } from '../../analyses/rbac/closed-paths.ts';
import { logWindow, requestsOf, tellsAll } from '../../analyses/rbac/grant-usage.ts';
import { deniedUses, type DeniedUse } from '../../analyses/rbac/log-replay.ts';
import { rightsDifference, type RightsChange } from '../../analyses/rbac/rights-difference.ts';
import { rightsState } from '../../analyses/rbac/rights-state.ts';
import { knownGroups } from '../../analyses/rbac/user-groups.ts';
import { isOfRbac, writeNeeds } from '../../analyses/rbac/write-acceptance.ts';
import { dayText } from '../../kube/age.ts';
import type { RequestAttributes } from '../../kube/rbac-rule.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { AUTHENTICATED, subjectKey, type RbacUser } from '../../kube/rbac-user.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Change } from '../../model/change.ts';
import type { Subject } from '../../model/objects.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { StoreView } from '../../store/store-view.ts';

/** Statements of one sort that are written out; the rest is counted. */
const MOST = 12;
const MOST_NAMES = 3;

/**
 * What a change of roles and bindings does, as statements: who loses and gains what, how many escalation paths close,
 * which requests of the audit log would be denied, and whether the API server would take it from whoever is logged in.
 *
 * @returns none for changes of other kinds
 */
export function rightsEffects(before: ClusterView, after: ClusterView, changes: readonly Change[]): readonly string[] {
  if (!changes.some(isOfRbac)) return [];
  const rights = rightsDifference(rightsState(before), rightsState(after));
  const { rbac } = authorizers(before);
  return [
    ...rightsLines(rights, rbac === 'read'),
    ...(rbac === 'read' ? [] : [`RBAC was ${rbac}: more may be lost, or kept, than is said here`]),
    ...pathLines(before, after),
    ...logLines(before, after, rights, denies(before)),
    ...acceptanceLines(before, changes),
  ];
}

/** @param isWhole whether all of RBAC was read: nobody can be said to lose nothing else */
function rightsLines(rights: readonly RightsChange[], isWhole: boolean): readonly string[] {
  const lines = rights.flatMap(({ subject, type, namespace, rules, keptIn, keeps }) => {
    const where = namespace === null ? 'in all namespaces' : `in namespace ${namespace}`;
    const kept = keptIn.length === 0 ? '' : `, and keeps it in ${someOf(keptIn, MOST_NAMES)}`;
    const stars =
      keeps.length === 0
        ? []
        : [`${subjectText(subject)} keeps of that ${someOf(keeps.map(ruleText), MOST_NAMES, '; ')}`];
    return [
      ...rules.map(
        (rule) => `${subjectText(subject)} ${type === 'lost' ? 'loses' : 'gains'} ${ruleText(rule)} ${where}${kept}`,
      ),
      ...stars,
    ];
  });
  if (lines.length === 0) {
    return isWhole ? ['nobody loses a permission: other bindings give the same, or it gave none'] : [];
  }
  return someLines(lines);
}

function subjectText({ kind, namespace = '', name }: Subject): string {
  return kind === 'ServiceAccount' ? `ServiceAccount ${namespace}/${name}` : `${kind} ${name}`;
}

function pathLines(before: ClusterView, after: ClusterView): readonly string[] {
  const { of, closed } = closedPaths(before, after);
  if (of === 0) return [];
  return [`closes ${closed === 0 ? 'none' : closed} of ${of} escalation ${of === 1 ? 'path' : 'paths'}`];
}

/**
 * The requests of the audit log that several changes deny together though none of them does by itself, as statements:
 * each leaves what another takes away.
 *
 * @param all changes that are made one after the other
 */
export function deniedTogether(view: StoreView, all: readonly (readonly Change[])[]): readonly string[] {
  const parts = all.filter((changes) => changes.some(isOfRbac));
  if (parts.length < 2) return [];
  const deniedBy = (changes: readonly Change[]): readonly DeniedUse[] => {
    const { after } = view.overlay(changes);
    return deniedUses(view, after, losersOf(rightsDifference(rightsState(view), rightsState(after))));
  };
  const denied = deniedBy(parts.flat());
  const single = Map.groupBy(denied.length === 0 ? [] : parts.flatMap(deniedBy), ({ use }) => use);
  const together = denied.flatMap(({ use, requests }): DeniedUse[] => {
    const others = (single.get(use) ?? []).flatMap((one) => one.requests);
    const own = requests.filter((request) => !others.some((other) => deepEqual(other, request)));
    return own.length === 0 ? [] : [{ use, requests: own }];
  });
  return someLines(together.map((one) => `${denies(view)} only all together: ${deniedText(one)}`));
}

/** Grants only add up: what no grant allows that was read is denied for certain where all of RBAC was. */
function denies(view: ClusterView): string {
  return authorizers(view).rbac === 'read' ? 'DENIES' : 'MAY DENY, unless what was not read of RBAC allows it,';
}

function losersOf(rights: readonly RightsChange[]): readonly string[] {
  const lost = rights.filter(({ type }) => type === 'lost');
  return lost.flatMap(({ subject, namespace }) => subjectKey(subject, namespace ?? '') ?? []);
}

function someLines(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `and ${lines.length - MOST} more of that`];
}

function logLines(
  before: ClusterView,
  after: ClusterView,
  rights: readonly RightsChange[],
  verb: string,
): readonly string[] {
  const lost = rights.filter(({ type }) => type === 'lost');
  if (lost.length === 0) return [];
  const { window } = logWindow(before);
  if (window === null) return ['no audit log tells whether what goes is in use'];
  const span = `the audit log of ${dayText(window.from)} to ${dayText(window.to)}`;
  const losers = losersOf(rights);
  const denied = deniedUses(before, after, losers).toSorted((a, b) => b.use.last - a.use.last);
  if (denied.length === 0) {
    const isTold = lost.every(({ rules }) => tellsAll(before, rules, losers));
    return [`nothing that ${span} shows would be denied${isTold ? '' : ', but it does not hold all such requests'}`];
  }
  return someLines(denied.map((one) => `${verb} what ${span} shows: ${deniedText(one)}`));
}

/** `12 events, last on 2026-11-07 by alice: get secrets in namespace shop (pg)` */
function deniedText({ use, requests }: DeniedUse): string {
  const isPart = requests.length < requestsOf(use).length;
  const events = `${isPart ? 'up to ' : ''}${use.count} ${use.count === 1 ? 'event' : 'events'}`;
  return `${events}, last on ${dayText(use.last)} by ${use.username}: ${requestText(requests)}`;
}

function requestText(requests: readonly RequestAttributes[]): string {
  const [first] = requests;
  if (first === undefined) return '';
  if (first.type === 'path') return `${first.verb} ${first.path}`;
  const { verb, group, resource, subresource, namespace } = first;
  const full = `${resource}${subresource === '' ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
  const names = requests.flatMap((one) => (one.type === 'resource' && one.name !== '' ? [one.name] : []));
  const where = namespace === '' ? '' : ` in namespace ${namespace}`;
  return `${verb} ${full}${where}${names.length === 0 ? '' : ` (${someOf(names, MOST_NAMES)})`}`;
}

function acceptanceLines(view: ClusterView, changes: readonly Change[]): readonly string[] {
  const user = applicant(view);
  const needs = writeNeeds(view, changes, user);
  const missing = needs.filter((need) => !need.isMet);
  if (user !== undefined && missing.length === 0) {
    return [`by RBAC and its escalation guard the API server takes it from ${user.name}`];
  }
  const text = someOf(
    missing.map((need) => need.text),
    MOST_NAMES,
    '; to ',
  );
  if (user === undefined) return [`whoever applies it has to be allowed to ${text}`];
  const unknown = unreadGrants(view, user);
  if (unknown === '')
    return [`by RBAC the API server does not take it from ${user.name}, who is not allowed to ${text}`];
  return [
    `whether the API server takes it from ${user.name} is not known: no grant that was read lets ${user.name} ${text}, and ${unknown}`,
  ];
}

/** Why a user may be allowed more than the grants that were read say; '' where they are all. */
function unreadGrants(view: ClusterView, { name }: RbacUser): string {
  const { rbac } = authorizers(view);
  if (rbac !== 'read') return `RBAC was ${rbac}`;
  return view.facts().userGroups === undefined && knownGroups(view, name).from.length === 0
    ? `the groups of ${name} are not known`
    : '';
}

/** Who is logged in, with all groups that are known. */
function applicant(view: ClusterView): RbacUser | undefined {
  const { user, userGroups } = view.facts();
  if (user === null) return undefined;
  return { name: user, groups: userGroups ?? [...knownGroups(view, user).groups, AUTHENTICATED] };
}
