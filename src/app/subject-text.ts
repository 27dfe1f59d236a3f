import { refText } from '../kube/object-ref.ts';
import type { ObjectRef } from '../model/finding.ts';

/** A finding's subject as a person reads it: `Deployment shop/cart`; what is no Kubernetes object by its name alone. */
export function subjectText(subject: ObjectRef): string {
  if (!subject.apiVersion.startsWith('k8sec/')) return refText(subject);
  return subject.kind === 'Cluster' ? 'the cluster' : subject.name;
}
