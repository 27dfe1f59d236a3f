import type { CertificateObject, Meta, SecretReferrerObject } from '../../model/objects.ts';
import { object, objects, textOrNull, timeOrNull, type JsonObject } from './json-reading.ts';
import { secretReferences } from './secret-references.ts';
import type { SlimContext } from './slim-context.ts';

/**
 * A custom resource, reduced to the Secrets that it names. Where it does not say in which namespace (cluster-scoped
 * ones, and Istio's Gateways, whose proxies may run elsewhere), the reference may be into any.
 */
export function referrerFields(
  raw: JsonObject,
  meta: Meta,
  context: SlimContext,
): Pick<SecretReferrerObject, 'secretRefs'> {
  return { secretRefs: secretReferences(raw['spec'], meta.namespace, context) };
}

/** Istio's Gateway: its credentials lie beside the proxy that it selects, which may be in another namespace. */
export function anywhereReferrerFields(
  raw: JsonObject,
  _meta: Meta,
  context: SlimContext,
): Pick<SecretReferrerObject, 'secretRefs'> {
  return { secretRefs: secretReferences(raw['spec'], '', context) };
}

/**
 * A cert-manager Certificate: which Secret it fills, and until when what is in there is valid.
 * Source: cert-manager pkg/apis/certmanager/v1/types_certificate.go (status.notAfter, renewalTime, conditions).
 */
export function slimCertificate(raw: JsonObject, meta: Meta, context: SlimContext): CertificateObject {
  const { secretName, ...spec } = object(raw['spec']);
  const status = object(raw['status']);
  const ready = objects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  return {
    ...meta,
    kind: 'Certificate',
    secretName: textOrNull(context.string(secretName)),
    notAfter: timeOrNull(status['notAfter']),
    renewalTime: timeOrNull(status['renewalTime']),
    ready: ready === undefined ? null : ready['status'] === 'True',
    secretRefs: secretReferences(spec, meta.namespace, context),
  };
}
