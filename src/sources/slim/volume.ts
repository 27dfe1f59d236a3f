import type { Volume } from '../../model/pod-spec.ts';
import type { Interner } from './interner.ts';
import { isObject, object, objects, textOrNull, type JsonObject } from './json-reading.ts';

/** A volume, reduced to its type and to what it names. */
export function slimVolume(raw: JsonObject, interner: Interner): Volume {
  const type = Object.keys(raw).find((field) => field !== 'name' && isObject(raw[field])) ?? 'emptyDir';
  const source = object(raw[type]);
  const projected = type === 'projected' ? objects(source['sources']) : [];
  return {
    name: interner.string(raw['name']),
    type: interner.string(type),
    hostPath: type === 'hostPath' ? interner.string(source['path']) : null,
    claimName: type === 'persistentVolumeClaim' ? textOrNull(interner.string(source['claimName'])) : null,
    csiDriver: type === 'csi' ? textOrNull(interner.string(source['driver'])) : null,
    sources: [...ownSources(type, source, interner), ...projected.flatMap((part) => projectedSources(part, interner))],
    serviceAccountToken: projected.some((part) => isObject(part['serviceAccountToken'])),
  };
}

type Source = Volume['sources'][number];

function ownSources(type: string, source: JsonObject, interner: Interner): Source[] {
  switch (type) {
    case 'secret':
      return named('Secret', source['secretName'], source['optional'], interner);
    case 'configMap':
      return named('ConfigMap', source['name'], source['optional'], interner);
    default:
      // Storage drivers name the Secret of their login: azureFile.secretName, csi.nodePublishSecretRef, rbd.secretRef …
      return [
        ...named('Secret', source['secretName'], false, interner),
        ...named('Secret', object(source['secretRef'])['name'], false, interner),
        ...named('Secret', object(source['nodePublishSecretRef'])['name'], false, interner),
      ];
  }
}

function projectedSources(part: JsonObject, interner: Interner): Source[] {
  const secret = object(part['secret']);
  const configMap = object(part['configMap']);
  return [
    ...named('Secret', secret['name'], secret['optional'], interner),
    ...named('ConfigMap', configMap['name'], configMap['optional'], interner),
  ];
}

function named(kind: Source['kind'], name: unknown, optional: unknown, interner: Interner): Source[] {
  const clean = interner.string(name);
  return clean === '' ? [] : [{ kind, name: clean, optional: optional === true }];
}
