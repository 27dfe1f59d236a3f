import type { CertificateObject, SecretObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** The cert-manager Certificate that fills a Secret; undefined where none is known. */
export function certificateOf(view: ClusterView, secret: SecretObject): CertificateObject | undefined {
  const byName = view.derive(
    'certificates',
    secret.namespace,
    (inner) =>
      new Map(
        inner
          .list('Certificate', secret.namespace)
          .flatMap((one) => (one.secretName === null ? [] : [[one.secretName, one] as const])),
      ),
  );
  return byName.get(secret.name);
}
