import type { Meta } from '../../model/objects.ts';
import type { Kind } from '../../model/kind.ts';
import type { ObjectOf } from '../../model/objects.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import type { Interner } from './interner.ts';
import type { JsonObject } from './json-reading.ts';
import { isObject, list, object, objects, text, withoutAbsent } from './json-reading.ts';
import type { PodSpecSlimmer } from './pod-spec.ts';

/** What every slimming function works with. */
export interface SlimContext extends Interner {
  readonly podSpecs: PodSpecSlimmer;
}

/** Makes the slim form of one kind. */
export type SlimFunction<K extends Kind> = (raw: JsonObject, meta: Meta, context: SlimContext) => ObjectOf<K>;

/** The strings of an array, sanitised. */
export function strings(value: unknown, context: Interner): readonly string[] {
  return list(value)
    .filter((item) => typeof item === 'string')
    .map(context.string);
}

/** A label selector as written; null where there is none. What is no requirement is left out. */
export function selectorOrNull(value: unknown, context: Interner): LabelSelector | null {
  if (!isObject(value)) return null;
  const matchExpressions = objects(value['matchExpressions']).map((expression): LabelSelectorRequirement => {
    const values = list(expression['values']);
    return {
      key: context.string(expression['key']),
      operator: context.string(expression['operator']),
      ...(values.length > 0 ? { values: strings(values, context) } : {}),
    };
  });
  return context.share(
    withoutAbsent<LabelSelector>({
      matchLabels: isObject(value['matchLabels']) ? context.labels(value['matchLabels']) : undefined,
      matchExpressions: matchExpressions.length > 0 ? matchExpressions : undefined,
    }),
  );
}

/** A label selector where absence means "everything" (`{}`). */
export function selectorOrEmpty(value: unknown, context: Interner): LabelSelector {
  return selectorOrNull(value, context) ?? selectorOrNull({}, context) ?? {};
}

/** A `{namespace, name}` reference; the namespace defaults to the referrer's own. */
export function namespacedName(
  value: unknown,
  ownNamespace: string,
  context: Interner,
): { readonly namespace: string; readonly name: string } | null {
  const reference = object(value);
  const name = context.string(reference['name']);
  if (name === '') return null;
  return { namespace: context.string(reference['namespace']) || ownNamespace, name };
}

/** A webhook's or APIService's Service reference; the port defaults to 443. */
export function serviceReference(
  value: unknown,
  context: Interner,
): { readonly namespace: string; readonly name: string; readonly port: number } | null {
  const reference = object(value);
  if (text(reference['name']) === '') return null;
  const port = reference['port'];
  return {
    namespace: context.string(reference['namespace']),
    name: context.string(reference['name']),
    port: typeof port === 'number' ? port : 443,
  };
}

/** `ip` and `hostname` of a `status.loadBalancer.ingress` list. */
export function loadBalancerAddresses(status: unknown, context: Interner): readonly string[] {
  return objects(object(object(status)['loadBalancer'])['ingress'])
    .map((entry) => context.string(entry['ip']) || context.string(entry['hostname']))
    .filter((address) => address !== '');
}
