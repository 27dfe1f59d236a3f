import type { DeliveryObject, Meta } from '../../model/objects.ts';
import { withoutUserinfo } from './cluster.ts';
import { object, objects, textOrNull, type JsonObject } from './json-reading.ts';
import { secretReferences } from './secret-references.ts';
import type { SlimContext } from './slim-context.ts';

type Delivery<K extends DeliveryObject['kind']> = DeliveryObject & { readonly kind: K };

/** An Argo CD Application: its first source decides where a fix belongs. */
export function slimArgoApplication(raw: JsonObject, meta: Meta, context: SlimContext): Delivery<'ArgoApplication'> {
  const spec = object(raw['spec']);
  const source = object(spec['source'] ?? objects(spec['sources'])[0]);
  return {
    ...meta,
    kind: 'ArgoApplication',
    repoURL: textOrNull(withoutUserinfo(context.string(source['repoURL']))),
    path: textOrNull(context.string(source['path'])),
    targetNamespace: textOrNull(context.string(object(spec['destination'])['namespace'])),
  };
}

/** A Flux Kustomization names its repository by a reference to another object, so the URL is unknown here. */
export function slimFluxKustomization(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): Delivery<'FluxKustomization'> {
  const spec = object(raw['spec']);
  return {
    ...meta,
    kind: 'FluxKustomization',
    repoURL: null,
    path: textOrNull(context.string(spec['path'])),
    targetNamespace: textOrNull(context.string(spec['targetNamespace'])),
    secretRefs: secretReferences(spec, meta.namespace, context),
  };
}

/** A Flux HelmRelease: the chart stands for the path. */
export function slimFluxHelmRelease(raw: JsonObject, meta: Meta, context: SlimContext): Delivery<'FluxHelmRelease'> {
  const spec = object(raw['spec']);
  const chart = object(object(spec['chart'])['spec']);
  return {
    ...meta,
    kind: 'FluxHelmRelease',
    repoURL: null,
    path: textOrNull(context.string(chart['chart'])),
    targetNamespace: textOrNull(context.string(spec['targetNamespace'])),
    secretRefs: secretReferences(spec, meta.namespace, context),
  };
}
