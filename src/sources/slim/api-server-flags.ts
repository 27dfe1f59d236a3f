import { list, objects, text, type JsonObject } from './json-reading.ts';

/** Flags of kube-apiserver that rules read; of others not even the name is kept. */
const FLAGS: ReadonlySet<string> = new Set([
  'encryption-provider-config',
  'etcd-cafile',
  'kubelet-certificate-authority',
]);

/** `encryption-provider-config` of `--encryption-provider-config=/etc/enc.yaml`; the value stays behind. */
const FLAG = /^--?([a-z][a-z0-9-]*)(?:=|$)/;

/**
 * Which of these flags a kube-apiserver container sets, by its command or arguments (a static pod's mirror shows them).
 *
 * @returns null for a pod that runs no kube-apiserver
 */
export function apiServerFlags(spec: JsonObject): readonly string[] | null {
  for (const container of objects(spec['containers'])) {
    const words = [...list(container['command']), ...list(container['args'])].map(text);
    if (!words.some((word) => word === 'kube-apiserver' || word.endsWith('/kube-apiserver'))) continue;
    return [...new Set(words.map((word) => FLAG.exec(word)?.[1] ?? ''))].filter((name) => FLAGS.has(name)).sort();
  }
  return null;
}
