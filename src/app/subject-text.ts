import { refText } from '../kube/object-ref.ts';
import type { Finding, ObjectRef } from '../model/finding.ts';

/** A finding's subject as a person reads it: `Deployment shop/cart`; what is no Kubernetes object by its name alone. */
export function subjectText(subject: ObjectRef): string {
  if (!subject.apiVersion.startsWith('k8sec/')) return refText(subject);
  return subject.kind === 'Cluster' ? 'the cluster' : subject.name;
}

/** Whether the title of a finding begins with whom it is about. */
export function isAboutActor({ subject }: Finding): boolean {
  return subject.kind === 'Actor';
}

/** The title of a finding for a line: a service account of the audit log as `sa shop/cart`. */
export function shortTitle(finding: Finding): string {
  return isAboutActor(finding)
    ? finding.title.replace(/^system:serviceaccount:([^:\s]+):(\S+)/, 'sa $1/$2')
    : finding.title;
}
