import type { SecretReference, SecretReferrerObject } from '../../model/objects.ts';
import { object, text, type JsonObject } from './json-reading.ts';
import type { SlimContext } from './slim-context.ts';

/** `csi.storage.k8s.io/node-stage-secret-name`; of drivers in the tree of Kubernetes `adminSecretName`, `secretName`. */
const NAME = /^(?<of>.*?secret[-_]?)name$/i;
/** Filled in for each claim: `${pvc.namespace}`, `${pv.name}`. */
const TEMPLATE = /\$\{/;

/**
 * The Secrets that a StorageClass or VolumeSnapshotClass names in its parameters. A namespace that is filled in for each
 * claim may be any; a name that is cannot be told from the class, and is left out: the PersistentVolume has it filled in.
 * Source: https://kubernetes-csi.github.io/docs/secrets-and-credentials-storage-class.html
 */
export function storageClassFields(raw: JsonObject, context: SlimContext): Pick<SecretReferrerObject, 'secretRefs'> {
  const parameters = object(raw['parameters']);
  const found = new Map<string, SecretReference>();
  for (const [key, value] of Object.entries(parameters)) {
    const of = NAME.exec(key)?.groups?.['of'];
    const name = text(value);
    if (of === undefined || name === '' || TEMPLATE.test(name)) continue;
    const home = namespaceOf(parameters, of);
    const namespace = TEMPLATE.test(home) ? '' : home;
    found.set(`${namespace}/${name}`, { namespace: context.string(namespace), name: context.string(name) });
  }
  return { secretRefs: [...found.values()] };
}

/** The parameter of the same name that ends in `namespace`; '' where there is none. */
function namespaceOf(parameters: JsonObject, of: string): string {
  const wanted = `${of}namespace`.toLowerCase();
  const key = Object.keys(parameters).find((one) => one.toLowerCase() === wanted);
  return key === undefined ? '' : text(parameters[key]);
}
