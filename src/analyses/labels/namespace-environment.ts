import { ENVIRONMENT_KEYS, environmentInName, environmentOf } from '../../kube/environment-name.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { allNamespaces, namespaceLabels } from '../network/namespace-labels.ts';

/** The stage of delivery that a namespace belongs to. */
interface NamespaceEnvironment {
  readonly environment: string;
  readonly isLabelled: boolean;
  /** The label's value; undefined where only the name tells. */
  readonly value: string | undefined;
  readonly text: string;
}

/** What a namespace's labels, or else its name, say of its stage; undefined where they say nothing. */
export function environmentOfNamespace(view: ClusterView, name: string): NamespaceEnvironment | undefined {
  return view.derive('environment', name, (inner) => findEnvironment(namespaceLabels(inner, name), name), deepEqual);
}

function findEnvironment(labels: Labels, name: string): NamespaceEnvironment | undefined {
  for (const key of ENVIRONMENT_KEYS) {
    const value = labels[key];
    const environment = value === undefined ? undefined : environmentOf(value);
    if (value !== undefined && environment !== undefined) {
      return { environment, isLabelled: true, value, text: `its namespace is labelled ${key}=${value}` };
    }
  }
  const environment = environmentInName(name);
  if (environment === undefined) return undefined;
  return { environment, isLabelled: false, value: undefined, text: `its namespace is called ${name}` };
}

/** All namespaces whose stage is known, each with it. */
export function knownEnvironments(
  view: ClusterView,
): readonly { readonly name: string; readonly environment: string }[] {
  return view.derive(
    'known-environments',
    '',
    (inner) =>
      allNamespaces(inner).flatMap((name) => {
        const environment = environmentOfNamespace(inner, name)?.environment;
        return environment === undefined ? [] : [{ name, environment }];
      }),
    deepEqual,
  );
}
