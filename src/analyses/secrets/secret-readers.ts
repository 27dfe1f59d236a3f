import { refOf, refText } from '../../kube/object-ref.ts';
import type { RequestAttributes } from '../../kube/rbac-rule.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { whoCanBy } from '../rbac/who-can.ts';

/** The verbs that answer with a Secret's data: list and watch do as well as get. */
const READING = ['get', 'list', 'watch'] as const;

/** A subject that may read a Secret, and a binding that lets it. */
export interface SecretReader {
  readonly kind: string;
  /** null for users and groups. */
  readonly namespace: string | null;
  readonly name: string;
  /** `ClusterRoleBinding ops`, or `RoleBinding shop/ops`. */
  readonly binding: string;
  /** `ClusterRole view`. */
  readonly role: string;
}

interface NamespaceReaders {
  /** Those that may read every Secret of the namespace. */
  readonly all: readonly SecretReader[];
  /** Those that may read a Secret which a rule names, by its name; `all` included. */
  readonly byName: Readonly<Record<string, readonly SecretReader[]>>;
  readonly complete: boolean;
}

/**
 * How many users, groups and service accounts bindings allow to read a Secret. A group counts once, however many are in
 * it; members of system:masters and nodes are not counted.
 *
 * @returns null where roles or bindings could not be read
 */
export function readerCount(view: ClusterView, namespace: string, name: string): number | null {
  const readers = secretReaders(view, namespace, name);
  if (readers === null) return null;
  return new Set(readers.map((one) => `${one.kind}/${one.namespace ?? ''}/${one.name}`)).size;
}

/**
 * Who bindings allow to read a Secret, once for each binding that does, sorted; as {@link readerCount} counts them.
 *
 * @returns null where roles or bindings could not be read
 */
export function secretReaders(view: ClusterView, namespace: string, name: string): readonly SecretReader[] | null {
  const readers = readersIn(view, namespace);
  if (!readers.complete) return null;
  return (Object.hasOwn(readers.byName, name) ? readers.byName[name] : undefined) ?? readers.all;
}

/** Who may read which Secrets of a namespace. */
export function readersIn(view: ClusterView, namespace: string): NamespaceReaders {
  return view.derive('secret-readers', namespace, (inner) => collect(inner, namespace), deepEqual);
}

function collect(view: ClusterView, namespace: string): NamespaceReaders {
  const anyName = readersOf(view, namespace, '');
  const byName: Record<string, readonly SecretReader[]> = {};
  for (const name of namesInRules(view, namespace)) {
    if (view.get('Secret', namespace, name) === undefined) continue;
    byName[name] = readersOf(view, namespace, name).readers;
  }
  return { all: anyName.readers, byName, complete: anyName.complete };
}

interface Readers {
  readonly readers: readonly SecretReader[];
  readonly complete: boolean;
}

/** By the bindings of the namespace, and by those that count in every namespace. */
function readersOf(view: ClusterView, namespace: string, name: string): Readers {
  const everywhere = view.derive('secret-readers-everywhere', name, (inner) => readersBy(inner, '', name), deepEqual);
  const here = readersBy(view, namespace, name);
  return {
    readers: [...everywhere.readers, ...here.readers],
    complete: everywhere.complete && here.complete,
  };
}

/** The names of requests that return a Secret: its own, and none, for a list of all. */
function askedBy(verb: string, name: string): readonly { readonly verb: string; readonly asked: string }[] {
  const names = verb === 'get' || name === '' ? [name] : [name, ''];
  return names.map((asked) => ({ verb, asked }));
}

/** By the bindings of one namespace, or by ClusterRoleBindings for ''. */
function readersBy(view: ClusterView, namespace: string, name: string): Readers {
  const readers = new Map<string, SecretReader>();
  let complete = true;
  for (const { verb, asked } of READING.flatMap((one) => askedBy(one, name))) {
    const request: RequestAttributes = {
      type: 'resource',
      verb,
      group: '',
      resource: 'secrets',
      subresource: '',
      namespace,
      name: asked,
    };
    const { holders, holes } = whoCanBy(view, request, namespace);
    if (holes.length > 0) complete = false;
    for (const { subject, grant } of holders) {
      const { kind, name: subjectName } = subject;
      const binding = refText(refOf(grant.binding));
      const home = kind === 'ServiceAccount' ? (subject.namespace ?? namespace) : null;
      readers.set(`${kind}/${home ?? ''}/${subjectName}/${binding}`, {
        kind,
        namespace: home,
        name: subjectName,
        binding,
        role: `${grant.binding.roleRef.kind} ${grant.binding.roleRef.name}`,
      });
    }
  }
  return { readers: [...readers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reader]) => reader), complete };
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
