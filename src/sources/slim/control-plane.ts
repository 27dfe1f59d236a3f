import { CONTROL_PLANE_COMPONENTS, type ControlPlane } from '../../model/pod-spec.ts';
import { list, objects, text, type JsonObject } from './json-reading.ts';

/** Flags that rules read, by component; of others not even the name is kept. */
const FLAGS: Readonly<Record<ControlPlane['component'], ReadonlySet<string>>> = {
  'kube-apiserver': new Set([
    'anonymous-auth',
    'authentication-config',
    'encryption-provider-config',
    'etcd-cafile',
    'kubelet-certificate-authority',
  ]),
  'kube-controller-manager': new Set(),
  'kube-scheduler': new Set(),
  etcd: new Set([
    'auto-tls',
    'cert-file',
    'config-file',
    'client-cert-auth',
    'peer-auto-tls',
    'peer-cert-file',
    'peer-client-cert-auth',
  ]),
};

/** `encryption-provider-config` of `--encryption-provider-config=/etc/enc.yaml`. */
export const FLAG = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/s;

/**
 * Which component of the control plane a specification runs and which of these flags it sets, by its command or
 * arguments (a static pod's mirror shows them). Of a flag's value no more is kept than whether it is `false`.
 *
 * @returns null for any other pod
 */
export function controlPlane(spec: JsonObject): ControlPlane | null {
  for (const container of objects(spec['containers'])) {
    // What etcd is told by its environment has the names of its flags.
    const settings = objects(container['env'])
      .filter((one) => text(one['name']).startsWith('ETCD_'))
      .map((one) => `--${text(one['name']).slice(5).toLowerCase().replaceAll('_', '-')}=${text(one['value'])}`);
    const words = [...list(container['command']), ...list(container['args'])].map(text);
    const component = CONTROL_PLANE_COMPONENTS.find((name) =>
      words.some((word) => word === name || word.endsWith(`/${name}`)),
    );
    if (component === undefined) continue;
    return { component, flags: flagsOf([...settings, ...words], FLAGS[component]) };
  }
  return null;
}

function flagsOf(words: readonly string[], wanted: ReadonlySet<string>): ControlPlane['flags'] {
  const found = words.flatMap((word) => {
    const [, name = '', value] = FLAG.exec(word) ?? [];
    return wanted.has(name) ? [[name, value === 'false' ? 'off' : 'on'] as const] : [];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
