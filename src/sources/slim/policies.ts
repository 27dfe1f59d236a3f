import { sanitise } from '../../kube/sanitise.ts';
import type {
  Meta,
  NetworkPolicyObject,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  WiderPolicyObject,
} from '../../model/objects.ts';
import {
  isObject,
  list,
  numberOrNull,
  object,
  objects,
  textOrNull,
  withoutAbsent,
  type JsonObject,
} from './json-reading.ts';
import { selectorOrEmpty, selectorOrNull, strings, type SlimContext } from './slim-context.ts';

/** Absent and empty stay apart: an absent `from` is any peer, an absent section may mean another default. */
export function slimNetworkPolicy(raw: JsonObject, meta: Meta, context: SlimContext): NetworkPolicyObject {
  const spec = object(raw['spec']);
  return {
    ...meta,
    kind: 'NetworkPolicy',
    podSelector: selectorOrEmpty(spec['podSelector'], context),
    policyTypes: Array.isArray(spec['policyTypes']) ? strings(spec['policyTypes'], context) : null,
    ingress: Array.isArray(spec['ingress'])
      ? objects(spec['ingress']).map((rule) =>
          withoutAbsent<NonNullable<NetworkPolicyObject['ingress']>[number]>({
            from: peers(rule['from'], context),
            ports: ports(rule['ports'], context),
          }),
        )
      : null,
    egress: Array.isArray(spec['egress'])
      ? objects(spec['egress']).map((rule) =>
          withoutAbsent<NonNullable<NetworkPolicyObject['egress']>[number]>({
            to: peers(rule['to'], context),
            ports: ports(rule['ports'], context),
          }),
        )
      : null,
  };
}

function peers(value: unknown, context: SlimContext): NetworkPolicyPeer[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return objects(value).map((peer) =>
    withoutAbsent<NetworkPolicyPeer>({
      podSelector: selectorOrNull(peer['podSelector'], context),
      namespaceSelector: selectorOrNull(peer['namespaceSelector'], context),
      ipBlock: ipBlock(peer['ipBlock'], context),
    }),
  );
}

function ipBlock(value: unknown, context: SlimContext): NonNullable<NetworkPolicyPeer['ipBlock']> | undefined {
  if (!isObject(value)) return undefined;
  return withoutAbsent<NonNullable<NetworkPolicyPeer['ipBlock']>>({
    cidr: context.string(value['cidr']),
    except: Array.isArray(value['except']) ? strings(value['except'], context) : undefined,
  });
}

function ports(value: unknown, context: SlimContext): NetworkPolicyPort[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return objects(value).map((port) =>
    withoutAbsent<NetworkPolicyPort>({
      protocol: textOrNull(context.string(port['protocol'])),
      port: typeof port['port'] === 'string' ? context.string(port['port']) : numberOrNull(port['port']),
      endPort: numberOrNull(port['endPort']),
    }),
  );
}

/** Policies of other APIs: `spec` (and Cilium's `specs`) as it came, with every string sanitised. */
export function widerPolicyFields(
  raw: JsonObject,
  context: SlimContext,
): Pick<WiderPolicyObject, 'specs' | 'isListed'> {
  const listed = list(raw['specs']).filter(isObject);
  const specs = [raw['spec'], ...listed].filter(isObject);
  return {
    specs: specs.map((spec) => sanitiseDeep(spec, context, 0)),
    ...(listed.length > 0 ? { isListed: true } : {}),
  };
}

/** Deeper than any policy schema; a hostile nesting must not exhaust the stack. */
const MAX_DEPTH = 48;
/** Calico selectors are expressions in one string. */
const MAX_EXPRESSION = 16_384;

function sanitiseDeep(value: unknown, context: SlimContext, depth: number): unknown {
  if (typeof value === 'string') return value.length > 256 ? sanitise(value, MAX_EXPRESSION) : context.string(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => sanitiseDeep(item, context, depth + 1));
  // fromEntries defines own properties, so a key such as __proto__ stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [context.string(key), sanitiseDeep(item, context, depth + 1)]),
  );
}
