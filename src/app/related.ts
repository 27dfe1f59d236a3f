import { auditGroups, eventsOf } from '../analyses/audit/audit-groups.ts';
import { podLabels } from '../analyses/labels/label-health.ts';
import { labelMap, relianceText } from '../analyses/labels/label-map.ts';
import { namespacesSeen, referrersOf, referrersTo, type LabelReferrer } from '../analyses/labels/label-referrers.ts';
import { keysRead, podSelectorText, selects } from '../analyses/labels/pod-selector.ts';
import { relabelling } from '../analyses/labels/relabel.ts';
import { selected } from '../analyses/labels/selectable.ts';
import { allNamespaces } from '../analyses/network/namespace-labels.ts';
import { compiledPolicies, selectingPolicies } from '../analyses/network/policies.ts';
import { serviceSelects } from '../analyses/network/service-backends.ts';
import { namespaceLevels, nextLevel, refusedByNext } from '../analyses/pod-security/namespace-levels.ts';
import { bindingsIn, subjectIndex } from '../analyses/rbac/policy.ts';
import { escapesByNode, escapesTo, holdingText } from '../analyses/secrets/secret-escapes.ts';
import { secretNodes } from '../analyses/secrets/secret-nodes.ts';
import { secretReaders, type SecretReader } from '../analyses/secrets/secret-readers.ts';
import { readingText, secretReadings } from '../analyses/secrets/secret-readings.ts';
import { readingsBy, subjectSecrets } from '../analyses/secrets/subject-secrets.ts';
import { secretUses } from '../analyses/secrets/secret-uses.ts';
import { workload, workloads, type AnalysedWorkload } from '../analyses/workload/workloads.ts';
import { dayText } from '../kube/age.ts';
import { isGeneratedLabel } from '../kube/generated-labels.ts';
import { parseLabelQuery } from '../kube/label-query.ts';
import { refOf, refText } from '../kube/object-ref.ts';
import { parseServiceAccountUser, subjectKey, userKeys, type RbacUser } from '../kube/rbac-user.ts';
import { serviceAccountIdentity } from '../kube/rbac-user.ts';
import { DIRECTIONS } from '../kube/network-policy-rule.ts';
import { selectorKeys } from '../kube/selector.ts';
import type { AuditGroup } from '../model/audit-group.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { BindingObject, Subject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** Something that stands in a relation to an object, and what more there is to say of it ('' for nothing). */
export interface RelatedThing {
  readonly object: ObjectRef;
  readonly note: string;
  /** Where an object stands several times among the things of a group: which time this is. */
  readonly part?: string;
}

/** Things in one relation to an object, such as the policies that select it. Without things there is a reason. */
export interface RelatedGroup {
  readonly title: string;
  readonly things: readonly RelatedThing[];
  /** Why there may be more, or why none is known. */
  readonly reason?: string;
}

/** API versions of what is no object of the API: accounts by name, labels, and actors of the audit log. */
const ACCOUNT_VERSION = 'rbac.authorization.k8s.io/v1';
const OWN_VERSION = 'k8sec/v1';
/** Marks what the API server makes by itself (plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */
const BOOTSTRAPPED = 'kubernetes.io/bootstrapping';

/**
 * What an object has to do with: the policies that select a workload, its account, the bindings of that account and who
 * acted as it; the workloads of a policy; the users of a Secret; what a label selects and who relies on it. One step: a
 * person goes on from each of them.
 */
export function relatedThings(view: ClusterView, object: ObjectRef): readonly RelatedGroup[] {
  return groupsOf(view, object).filter((group) => group.things.length > 0 || group.reason !== undefined);
}

function groupsOf(view: ClusterView, { kind, namespace, name }: ObjectRef): readonly RelatedGroup[] {
  const place = namespace ?? '';
  switch (kind) {
    case 'NetworkPolicy':
      return [{ title: 'pods that it selects', things: selectedBy(view, place, name) }];
    case 'Service':
      return [{ title: 'sends traffic to', things: behind(view, place, name) }];
    case 'Secret':
      return secretGroups(view, place, name);
    case 'ServiceAccount':
      return accountGroups(view, place, name);
    case 'User':
    case 'Group':
      return [
        { title: 'rights by', things: bindingsOfSubject(view, { kind, name }) },
        ...secretsOf(view, { kind, name }),
        actorsNamed(view, name),
      ];
    case 'Actor':
      return actorGroups(view, name);
    case 'Role':
    case 'ClusterRole':
      return [{ title: 'given by', things: bindingsOfRole(view, kind, place, name) }];
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return bindingGroups(bindingsIn(view, place).find((one) => one.name === name));
    case 'Namespace':
      return namespaceGroups(view, name);
    case 'Label':
      return labelGroups(view, place, name);
    default: {
      const there = workload(view, place, kind, name);
      return there === undefined ? selectorGroups(view, kind, place, name) : workloadGroups(view, there);
    }
  }
}

/** The label map: what a label (or a selector) selects, who relies on it, and what would change without it. */
function labelGroups(view: ClusterView, namespace: string, text: string): readonly RelatedGroup[] {
  const selector = parseLabelQuery(text);
  if (selector === undefined) return [];
  const { selects, reliedOnBy } = labelMap(view, namespace, selector);
  const edits = Object.fromEntries(selectorKeys(selector).map((key) => [key, null]));
  const shifts = relabelling(view, selected(view, selector, namespace), edits);
  return [
    { title: 'selects', things: workloadsNamed(view, namespace, selects) },
    {
      title: 'relied on by',
      things: unique(reliedOnBy.map((one) => thing(one.by, `${EFFECTS[one.effect]}: ${referrerText(one)}`))),
    },
    {
      title: 'without it',
      things: unique(
        shifts.map(({ referrer, change, workloads: moved }) =>
          thing(
            referrer.by,
            `${change === 'gains' ? 'begins' : 'ceases'} to select ${moved.join(', ')}: ${referrerText(referrer)}`,
          ),
        ),
      ),
    },
  ];
}

const EFFECTS = { selects: 'selects by it', 'leaves out': 'leaves it out', names: 'names it' } as const;

function referrerText({ path, selector }: LabelReferrer): string {
  return `${path} ${podSelectorText(selector)}`;
}

/** Workloads of a namespace by their texts, such as `Deployment shop/web`. */
function workloadsNamed(view: ClusterView, namespace: string, names: readonly string[]): readonly RelatedThing[] {
  const wanted = new Set(names);
  return workloads(view, namespace).flatMap((one) => (wanted.has(refText(one.ref)) ? [thing(one.ref)] : []));
}

/** What the selectors of a budget, an autoscaler, a monitor and the like select, in whatever namespaces they look. */
function selectorGroups(view: ClusterView, kind: string, namespace: string, name: string): readonly RelatedGroup[] {
  const own = referrersOf(view, namespace).filter(({ by }) => by.kind === kind && by.name === name);
  return own.map((referrer) => {
    const { path, selector } = referrer;
    const things = namespacesSeen(view, referrer, namespace).flatMap((name) =>
      workloadsNamed(
        view,
        name,
        selected(view, selector, name).map((one) => one.owner),
      ),
    );
    return {
      title: `${path} ${podSelectorText(selector)} selects`,
      things,
      ...(things.length === 0 ? { reason: 'nothing that was read' } : {}),
    };
  });
}

/** The labels that its pods carry, but for those that controllers write, and who reads each. */
function labelsOf(view: ClusterView, subject: AnalysedWorkload): readonly RelatedThing[] {
  const { namespace, kind, name } = subject.ref;
  return Object.entries(podLabels(subject)).flatMap(([key, value]) => {
    if (isGeneratedLabel(key)) return [];
    const { reliedOnBy } = labelMap(view, namespace, { matchLabels: { [key]: value } });
    const others = reliedOnBy.filter(({ by }) => by.kind !== kind || by.name !== name);
    return [thing(objectRef(OWN_VERSION, 'Label', namespace, `${key}=${value}`), relianceText(others))];
  });
}

function workloadGroups(view: ClusterView, subject: AnalysedWorkload): readonly RelatedGroup[] {
  const { ref, classes } = subject;
  const own = compiledPolicies(view, ref.namespace);
  const policies = classes.flatMap(({ labels }) =>
    DIRECTIONS.flatMap((direction) =>
      selectingPolicies(own, labels, direction).map(({ object }) => thing(refOf(object))),
    ),
  );
  const services = view
    .list('Service', ref.namespace)
    .filter((service) => classes.some((one) => serviceSelects(service, one.labels)))
    .map((service) => thing(refOf(service), service.type));
  const accounts = [...new Set(classes.map((one) => one.spec.serviceAccountName || 'default'))];
  const secrets = [...secretUses(view, ref.namespace)].flatMap(([secret, uses]) => {
    const own = uses.filter(({ by }) => by.kind === ref.kind && by.name === ref.name);
    const how = [...new Set(own.map((use) => use.how))].join(', ');
    return own.length === 0 ? [] : [thing(objectRef('v1', 'Secret', ref.namespace, secret), how)];
  });
  return [
    { title: 'policies that select it', things: unique(policies) },
    { title: 'Services before it', things: services },
    {
      title: 'runs as',
      things: accounts.map((name) => thing(objectRef('v1', 'ServiceAccount', ref.namespace, name))),
    },
    ...accounts.flatMap((name) => rightsOf(view, ref.namespace, name)),
    { title: 'Secrets that it uses', things: secrets },
    { title: 'others that select it by label', things: otherSelectors(view, ref, classes) },
    { title: 'labels of its pods', things: labelsOf(view, subject) },
  ];
}

/** Budgets, autoscalers, webhooks, affinities: whatever besides policies and Services finds the pods by their labels. */
function otherSelectors(
  view: ClusterView,
  ref: AnalysedWorkload['ref'],
  classes: AnalysedWorkload['classes'],
): readonly RelatedThing[] {
  const found = referrersTo(view, ref.namespace).filter(
    ({ by, selector }) =>
      !LISTED.has(by.kind) &&
      (by.kind !== ref.kind || by.name !== ref.name) &&
      keysRead(selector).length > 0 &&
      classes.some((one) => selects(selector, one.labels)),
  );
  return unique(found.map((one) => thing(one.by, podSelectorText(one.selector))));
}

/** Kinds that have a group of their own. */
const LISTED: ReadonlySet<string> = new Set(['NetworkPolicy', 'Service']);

function accountGroups(view: ClusterView, namespace: string, name: string): readonly RelatedGroup[] {
  const users = workloads(view, namespace)
    .filter((one) => one.classes.some(({ spec }) => (spec.serviceAccountName || 'default') === name))
    .map((one) => thing(one.ref));
  return [
    { title: 'used by', things: users },
    ...rightsOf(view, namespace, name),
    ...secretsOf(view, { kind: 'ServiceAccount', namespace, name }),
  ];
}

/** Which Secrets bindings of the subject itself let it read, and which it did. */
function secretsOf(view: ClusterView, subject: Subject): readonly RelatedGroup[] {
  const subjects = subjectSecrets(view);
  const key = subjectKey(subject, '');
  const own = subjects?.find((one) => subjectKey(one.subject, '') === key);
  const by = own === undefined ? '' : `by ${own.bindings.join(', ')}`;
  const readings = readingsBy(view, subject) ?? [];
  return [
    {
      title: 'Secrets that it may read',
      things: [
        ...[...(own?.namespaces ?? [])].map(([namespace, count]) =>
          thing(objectRef('v1', 'Namespace', null, namespace), `all of its Secrets (${count}), ${by}`),
        ),
        ...(own?.named ?? []).map(({ namespace, name }) => thing(objectRef('v1', 'Secret', namespace, name), by)),
      ],
      ...(subjects === null ? { reason: 'unknown: roles or bindings could not be read' } : {}),
    },
    {
      title: 'Secrets that it read, by the audit log',
      things: readings.map(({ namespace, name, username, count, last }) => {
        const times = `${count === 1 ? 'once' : `${count} times`}, last on ${dayText(last)}`;
        const who = subject.kind === 'Group' ? ` by ${username}` : '';
        if (name !== null) return thing(objectRef('v1', 'Secret', namespace, name), `${times}${who}`);
        return namespace === ''
          ? thing(objectRef(OWN_VERSION, 'Actor', null, username), `listed those of every namespace ${times}`)
          : thing(objectRef('v1', 'Namespace', null, namespace), `listed ${times}${who}`);
      }),
    },
  ];
}

/** The bindings that give an account its rights, and what the audit log saw it do. */
function rightsOf(view: ClusterView, namespace: string, name: string): readonly RelatedGroup[] {
  const user = serviceAccountIdentity(namespace, name);
  return [
    { title: `rights of ${namespace}/${name} by`, things: bindingsOfUser(view, user) },
    actorsNamed(view, user.name),
  ];
}

function actorGroups(view: ClusterView, name: string): readonly RelatedGroup[] {
  const groups = [...auditGroups(view).values()].filter(({ actor }) => actor.name === name);
  const account = parseServiceAccountUser(name);
  const [first] = groups;
  const subject =
    account === undefined
      ? objectRef(ACCOUNT_VERSION, 'User', null, name)
      : objectRef('v1', 'ServiceAccount', account.namespace, account.name);
  const user: RbacUser = {
    name,
    groups:
      account === undefined
        ? (first?.actor.groups ?? [])
        : serviceAccountIdentity(account.namespace, account.name).groups,
  };
  return [
    { title: 'the account', things: [thing(subject)] },
    { title: 'rights by', things: bindingsOfUser(view, user) },
    { title: 'what it touched', things: unique(groups.flatMap(touchedBy)) },
  ];
}

function bindingGroups(binding: BindingObject | undefined): readonly RelatedGroup[] {
  if (binding === undefined) return [];
  const { roleRef, namespace, subjects } = binding;
  const role = objectRef(ACCOUNT_VERSION, roleRef.kind, roleRef.kind === 'Role' ? namespace : null, roleRef.name);
  return [
    { title: 'gives', things: [thing(role)] },
    { title: 'to', things: subjects.map((subject) => thing(subjectRef(subject))) },
  ];
}

function namespaceGroups(view: ClusterView, namespace: string): readonly RelatedGroup[] {
  const levels = namespaceLevels(view, namespace);
  return [
    {
      title: `pods that pod security refuses at ${nextLevel(levels)}`,
      things: workloadsNamed(view, namespace, refusedByNext(levels)),
    },
    { title: 'workloads', things: workloads(view, namespace).map((one) => thing(one.ref)) },
    { title: 'policies', things: view.list('NetworkPolicy', namespace).map((one) => thing(refOf(one))) },
    { title: 'bindings', things: bindingsIn(view, namespace).map((one) => thing(refOf(one), one.roleRef.name)) },
  ];
}

/** Who uses a Secret; who may read it by which binding, and from which node it can be taken; who did read it. */
function secretGroups(view: ClusterView, namespace: string, name: string): readonly RelatedGroup[] {
  const readers = secretReaders(view, namespace, name);
  const bySubject = Map.groupBy(readers ?? [], (one) => `${one.kind}/${one.namespace ?? ''}/${one.name}`);
  const nodes = secretNodes(view, namespace).get(name) ?? [];
  const escapes = escapesByNode(view);
  const readings = secretReadings(view, namespace, name);
  const because = (reason: string): Pick<RelatedGroup, 'reason'> => ({ reason });
  return [
    { title: 'used by', things: usersOf(view, namespace, name) },
    {
      title: 'may read it',
      things: [...bySubject.values()].flatMap((own) => {
        const [first] = own;
        const by = own.map(({ binding, role }) => `${binding}, which gives ${role}`);
        return first === undefined ? [] : [thing(subjectRef(asSubject(first)), `by ${by.join('; by ')}`)];
      }),
      ...(readers === null
        ? because('unknown: roles or bindings could not be read')
        : readers.length === 0
          ? because('nobody by a binding; members of system:masters may')
          : {}),
    },
    {
      title: 'nodes that hold it',
      things: nodes.map((one) => thing(objectRef('v1', 'Node', null, one.name), holdingText(one))),
    },
    {
      title: 'can take it from these nodes',
      things: escapesTo(nodes, escapes ?? new Map()).map((one) => thing(one.ref, one.because)),
      ...(escapes === null && nodes.length > 0 ? because('unknown: pods could not be read in every namespace') : {}),
    },
    {
      title: 'read it, by the audit log',
      things: (readings ?? []).map((one) =>
        thing(objectRef(OWN_VERSION, 'Actor', null, one.username), readingText(one)),
      ),
      ...(readings === null
        ? because('unknown: no audit log')
        : readings.length === 0
          ? because('nobody that it tells of')
          : {}),
    },
    { title: 'who touched it', things: actorsOn(view, 'secrets', namespace, name) },
  ];
}

function asSubject({ kind, namespace, name }: SecretReader): Subject {
  return namespace === null ? { kind, name } : { kind, namespace, name };
}

function selectedBy(view: ClusterView, namespace: string, name: string): readonly RelatedThing[] {
  const policies = compiledPolicies(view, namespace);
  const policy = policies.find(({ object }) => object.name === name);
  if (policy === undefined) return [];
  return workloads(view, namespace)
    .filter(({ classes }) =>
      classes.some(({ labels }) =>
        DIRECTIONS.some((direction) => selectingPolicies(policies, labels, direction).includes(policy)),
      ),
    )
    .map((one) => thing(one.ref));
}

function behind(view: ClusterView, namespace: string, name: string): readonly RelatedThing[] {
  const service = view.get('Service', namespace, name);
  if (service === undefined) return [];
  return workloads(view, namespace)
    .filter(({ classes }) => classes.some((one) => serviceSelects(service, one.labels)))
    .map((one) => thing(one.ref));
}

function usersOf(view: ClusterView, namespace: string, name: string): readonly RelatedThing[] {
  return unique((secretUses(view, namespace).get(name) ?? []).map((use) => thing(use.by, use.how)));
}

function bindingsOfUser(view: ClusterView, user: RbacUser): readonly RelatedThing[] {
  return bindingsOfKeys(view, userKeys(user));
}

function bindingsOfSubject(view: ClusterView, subject: Subject): readonly RelatedThing[] {
  const key = subjectKey(subject, '');
  return key === undefined ? [] : bindingsOfKeys(view, [key]);
}

/** What names the account itself comes first, then what its groups get, then what every cluster gives. */
function bindingsOfKeys(view: ClusterView, keys: readonly string[]): readonly RelatedThing[] {
  const places = ['', ...allNamespaces(view)];
  const found = keys.flatMap((key) => {
    const through = key.startsWith('g:') ? `, through group ${key.slice(2)}` : '';
    return places
      .flatMap((namespace) => subjectIndex(view, namespace).get(key) ?? [])
      .map((binding) => ({ binding, thing: thing(refOf(binding), `${binding.roleRef.name}${through}`) }));
  });
  const [own, defaults] = [false, true].map((wanted) =>
    found.filter(({ binding }) => (binding.labels[BOOTSTRAPPED] !== undefined) === wanted),
  );
  return unique([...(own ?? []), ...(defaults ?? [])].map((one) => one.thing));
}

function bindingsOfRole(view: ClusterView, kind: string, namespace: string, name: string): readonly RelatedThing[] {
  const places = kind === 'Role' ? [namespace] : ['', ...view.namespaces('RoleBinding')];
  return places
    .flatMap((place) => bindingsIn(view, place))
    .filter(({ roleRef }) => roleRef.kind === kind && roleRef.name === name)
    .map((one) => thing(refOf(one)));
}

function actorsNamed(view: ClusterView, username: string): RelatedGroup {
  const groups = [...auditGroups(view).values()].filter(({ actor }) => actor.username === username);
  return { title: 'the audit log saw it', things: unique(groups.map(actorThing)) };
}

function actorsOn(view: ClusterView, resource: string, namespace: string, name: string): readonly RelatedThing[] {
  const groups = [...auditGroups(view).values()].filter((group) =>
    group.hours.some(({ object, events }) =>
      [object, ...events.map((event) => event.object)].some(
        (one) => one?.resource === resource && one.namespace === namespace && one.name === name,
      ),
    ),
  );
  return unique(groups.map(actorThing));
}

function actorThing({ actor, detection }: AuditGroup): RelatedThing {
  return thing(objectRef(OWN_VERSION, 'Actor', null, actor.name), detection);
}

/** Objects of the requests; only kinds that k8sec shows. */
function touchedBy(group: AuditGroup): readonly RelatedThing[] {
  return eventsOf(group).flatMap(({ object }) =>
    object?.resource === 'secrets' && object.name !== ''
      ? [thing(objectRef('v1', 'Secret', object.namespace, object.name), group.detection)]
      : [],
  );
}

function subjectRef({ kind, namespace, name }: Subject): ObjectRef {
  return kind === 'ServiceAccount'
    ? objectRef('v1', kind, namespace ?? '', name)
    : objectRef(ACCOUNT_VERSION, kind, null, name);
}

function objectRef(apiVersion: string, kind: string, namespace: string | null, name: string): ObjectRef {
  return { apiVersion, kind, namespace, name };
}

function thing(object: ObjectRef, note = ''): RelatedThing {
  return { object, note };
}

/** Each object once, with the first of its notes. */
function unique(things: readonly RelatedThing[]): readonly RelatedThing[] {
  const seen = new Map<string, RelatedThing>();
  for (const one of things) {
    const { kind, namespace, name } = one.object;
    const key = `${kind}/${namespace ?? ''}/${name}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

/** Names a thing among relations, so that the cursor keeps to it while they change. */
export function relatedKey(title: string, { object, part = '' }: RelatedThing): string {
  return `related:${title}/${object.kind}/${object.namespace ?? ''}/${object.name}/${part}`;
}
