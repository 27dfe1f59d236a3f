import type { RequestAttributes } from '../../kube/rbac-rule.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { whoCanBy } from '../rbac/who-can.ts';

/** The verbs that answer with a Secret's data: list and watch do as well as get. */
const READING = ['get', 'list', 'watch'] as const;

interface NamespaceReaders {
  /** Subjects that may read every Secret of the namespace. */
  readonly all: readonly string[];
  /** Further subjects by the name of the Secret that a rule names. */
  readonly byName: Readonly<Record<string, readonly string[]>>;
  readonly complete: boolean;
}

/**
 * How many users, groups and service accounts bindings allow to read a Secret. A group counts once, however many are in
 * it; members of system:masters and nodes are not counted.
 *
 * @returns null where roles or bindings could not be read
 */
export function readerCount(view: ClusterView, namespace: string, name: string): number | null {
  const readers = view.derive(`secret-readers/${namespace}`, (inner) => collect(inner, namespace), deepEqual);
  if (!readers.complete) return null;
  const named = Object.hasOwn(readers.byName, name) ? (readers.byName[name] ?? []) : [];
  return new Set([...readers.all, ...named]).size;
}

function collect(view: ClusterView, namespace: string): NamespaceReaders {
  const anyName = readersOf(view, namespace, '');
  const byName: Record<string, readonly string[]> = {};
  for (const name of namesInRules(view, namespace)) {
    if (view.get('Secret', namespace, name) === undefined) continue;
    byName[name] = readersOf(view, namespace, name).subjects;
  }
  return { all: anyName.subjects, byName, complete: anyName.complete };
}

interface Readers {
  readonly subjects: readonly string[];
  readonly complete: boolean;
}

/** By the bindings of the namespace, and by those that count in every namespace. */
function readersOf(view: ClusterView, namespace: string, name: string): Readers {
  const everywhere = view.derive(`secret-readers-everywhere/${name}`, (inner) => readersBy(inner, '', name), deepEqual);
  const here = readersBy(view, namespace, name);
  return {
    subjects: [...new Set([...everywhere.subjects, ...here.subjects])].sort(),
    complete: everywhere.complete && here.complete,
  };
}

/** By the bindings of one namespace, or by ClusterRoleBindings for ''. */
function readersBy(view: ClusterView, namespace: string, name: string): Readers {
  const subjects = new Set<string>();
  let complete = true;
  for (const verb of READING) {
    const request: RequestAttributes = {
      type: 'resource',
      verb,
      group: '',
      resource: 'secrets',
      subresource: '',
      namespace,
      name,
    };
    const { holders, holes } = whoCanBy(view, request, namespace);
    if (holes.length > 0) complete = false;
    for (const { subject } of holders) subjects.add(`${subject.kind}/${subject.namespace ?? ''}/${subject.name}`);
  }
  return { subjects: [...subjects].sort(), complete };
}

/** Secret names that rules limit themselves to. */
function namesInRules(view: ClusterView, namespace: string): ReadonlySet<string> {
  const roles = [...view.list('ClusterRole'), ...view.list('Role', namespace)];
  return new Set(
    roles.flatMap((role) =>
      role.rules
        .filter((rule) => (rule.resources ?? []).some((resource) => resource === 'secrets' || resource === '*'))
        .flatMap((rule) => rule.resourceNames ?? []),
    ),
  );
}
