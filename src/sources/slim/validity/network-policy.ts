import { portNameProblem } from '../../../kube/label-syntax.ts';
import { parseAddress, parseCidr } from '../../../kube/ip-range.ts';
import { isObject, list } from '../json-reading.ts';
import { labelSelector } from './selector.ts';
import { at, fields, listOf, oneOf, quoted, required, textThat, typeName, type Check } from './shape.ts';

/** Source: kubernetes pkg/apis/networking/validation/validation.go, ValidateNetworkPolicySpec. */
const PORT_RANGE = 'must be between 1 and 65535';

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

const portNumberOrName: Check = (value, place, report) => {
  if (value === undefined || value === null) return;
  if (typeof value === 'number') {
    if (!isPort(value)) report(place, `${PORT_RANGE}, not ${value}`);
  } else if (typeof value === 'string') {
    const problem = portNameProblem(value);
    if (problem !== null) report(place, `${quoted(value)} ${problem}`);
  } else report(place, `must be a port number or name, not ${typeName(value)}`);
};

const endPort: Check = (value, place, report) => {
  if (value === undefined || value === null) return;
  if (typeof value !== 'number') report(place, `must be a port number, not ${typeName(value)}`);
  else if (!isPort(value)) report(place, `${PORT_RANGE}, not ${value}`);
};

const port: Check = fields(
  { protocol: oneOf('TCP', 'UDP', 'SCTP'), port: portNumberOrName, endPort },
  (value, place, report) => {
    if (!isObject(value)) return;
    const end = value['endPort'];
    if (typeof end !== 'number') return;
    const first = value['port'];
    if (typeof first === 'string') report(at(place, 'endPort'), 'may not be specified when port is a name');
    else if (typeof first !== 'number') report(at(place, 'endPort'), 'may not be specified when port is not specified');
    else if (end < first) report(at(place, 'endPort'), `must be greater than or equal to port ${first}`);
  },
);

/** The newest servers also refuse bits after the prefix (StrictIPCIDRValidation); older objects keep them. */
function cidrProblem(cidr: string): string | null {
  const range = parseCidr(cidr);
  if (range === null) return 'is not a valid CIDR (such as 10.9.8.0/24 or 2001:db8::/64)';
  const text = cidr.slice(0, cidr.lastIndexOf('/'));
  if (/(?:^|\.)0\d/.test(text)) return 'must not have leading zeros in its address';
  const address = parseAddress(text);
  return address === null || address.value === range.first ? null : 'must not have bits set beyond the prefix length';
}

const ipBlock: Check = fields(
  { cidr: textThat((cidr) => (cidr === '' ? null : cidrProblem(cidr))), except: listOf(textThat(cidrProblem)) },
  required('cidr'),
  (value, place, report) => {
    if (!isObject(value) || typeof value['cidr'] !== 'string') return;
    const outer = parseCidr(value['cidr']);
    if (outer === null) return;
    for (const [index, except] of list(value['except']).entries()) {
      const inner = typeof except === 'string' ? parseCidr(except) : null;
      if (inner === null) continue;
      const inside = inner.family === outer.family && inner.first >= outer.first && inner.last <= outer.last;
      const strict = inside && (inner.first !== outer.first || inner.last !== outer.last);
      if (!strict) report(at(at(place, 'except'), index), `must be a strict subset of cidr ${quoted(value['cidr'])}`);
    }
  },
);

const peer: Check = (value, place, report) => {
  if (!isObject(value)) {
    report(place, `must be an object, not ${typeName(value)}`);
    return;
  }
  fields({ podSelector: labelSelector, namespaceSelector: labelSelector, ipBlock })(value, place, report);
  const has = (field: string): boolean => value[field] !== undefined && value[field] !== null;
  if (!has('podSelector') && !has('namespaceSelector') && !has('ipBlock')) report(place, 'must specify a peer');
  if (has('ipBlock') && (has('podSelector') || has('namespaceSelector'))) {
    report(at(place, 'ipBlock'), 'may not be specified together with podSelector or namespaceSelector');
  }
};

const policyTypes: Check = (value, place, report) => {
  listOf(oneOf('Ingress', 'Egress'))(value, place, report);
  if (Array.isArray(value) && value.length > 2) report(place, 'may not specify more than two policyTypes');
};

export const networkPolicy: Check = fields({
  spec: fields({
    podSelector: labelSelector,
    policyTypes,
    ingress: listOf(fields({ ports: listOf(port), from: listOf(peer) })),
    egress: listOf(fields({ ports: listOf(port), to: listOf(peer) })),
  }),
});
