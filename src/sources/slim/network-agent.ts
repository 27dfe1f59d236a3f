import { sanitise } from '../../kube/sanitise.ts';
import { FLAG } from './control-plane.ts';
import { list, objects, text, type JsonObject } from './json-reading.ts';

/** Flags and variables that decide whether an agent enforces network policies, by the name of its container. */
const SETTINGS: Readonly<Record<string, { readonly flags: readonly string[]; readonly env: readonly string[] }>> = {
  // The policy agent of the Amazon VPC CNI; its container had another name in its first versions.
  'aws-eks-nodeagent': { flags: ['enable-network-policy'], env: [] },
  'aws-network-policy-agent': { flags: ['enable-network-policy'], env: [] },
  'aws-node': { flags: [], env: ['NETWORK_POLICY_ENFORCING_MODE'] },
  'kube-router': { flags: ['run-firewall'], env: [] },
};

const MAX_VALUE = 32;

/**
 * What a network plugin's agent is told about enforcing policies: the flags and variables above with their values, and
 * nothing else of its arguments. A flag alone is `true`.
 *
 * Source: aws-network-policy-agent and amazon-vpc-cni-k8s README; kube-router docs/user-guide.md
 *
 * @returns null where no container has a setting of these
 */
export function networkAgentSettings(spec: JsonObject): Readonly<Record<string, string>> | null {
  const found: Record<string, string> = {};
  for (const container of objects(spec['containers'])) {
    const name = text(container['name']);
    const settings = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (settings === undefined) continue;
    for (const word of [...list(container['command']), ...list(container['args'])].map(text)) {
      const [, flag = '', value = 'true'] = FLAG.exec(word) ?? [];
      if (settings.flags.includes(flag)) found[flag] = sanitise(value, MAX_VALUE);
    }
    for (const variable of objects(container['env'])) {
      const key = text(variable['name']);
      if (settings.env.includes(key)) found[key] = sanitise(text(variable['value']), MAX_VALUE);
    }
  }
  return Object.keys(found).length === 0 ? null : found;
}
