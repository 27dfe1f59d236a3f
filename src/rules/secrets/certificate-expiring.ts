/**
 * cert-manager renews a certificate at status.renewalTime; past it, or not Ready, something is wrong, and at
 * status.notAfter whatever checks the certificate stops working. Nothing of the Secret is read for that.
 * Source: cert-manager pkg/apis/certmanager/v1/types_certificate.go
 */
import { dayText } from '../../kube/age.ts';
import { DAY, daysBetween } from '../../analyses/secrets/secret-age.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import type { CertificateObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

/** A renewal takes minutes; one that is later than this has failed. */
const GRACE = DAY;
/** How near the end is told even where no renewal was due. */
const NOTICE = 7 * DAY;

export const certificateExpiring = rule({
  id: 'secrets/certificate-expiring',
  subject: 'Certificate',
  summary: 'Certificates that have expired, or were not renewed in time',
  help: 'Look at the conditions of the Certificate and its CertificateRequest (cmctl status certificate): the issuer, its credentials or the DNS or HTTP challenge fails.',
  references: [owasp('K03'), attack('T1552')],
  needs: ['Certificate'],
  check(subject, view) {
    const { notAfter, renewalTime } = subject;
    const fills = subject.secretName === null ? 'its Secret' : `Secret ${subject.secretName}`;
    if (notAfter === null) return subject.ready === false ? [neverIssued(subject, fills)] : [];
    const evidence: Evidence[] = [
      { text: `valid until ${dayText(notAfter)}`, object: refOf(subject), path: 'status.notAfter' },
      ...(renewalTime === null
        ? []
        : [{ text: `to be renewed at ${dayText(renewalTime)}`, object: refOf(subject), path: 'status.renewalTime' }]),
    ];
    if (view.isPast(notAfter)) {
      const why = `What is in ${fills} expired ${ago(notAfter, view)}: clients that check it refuse the connection.`;
      return [{ severity: 'high', title: 'The certificate has expired', why, evidence }];
    }
    const isLate = renewalTime !== null && view.isPast(renewalTime + GRACE);
    if (!isLate && !view.isPast(notAfter - NOTICE)) return [];
    const reason = isLate ? `its renewal was due ${ago(renewalTime, view)}` : 'no renewal was due before';
    const why = `What is in ${fills} is valid until ${dayText(notAfter)}, and ${reason}.`;
    return [{ severity: 'medium', title: 'The certificate was not renewed in time', why, evidence }];
  },
});

function neverIssued(certificate: CertificateObject, fills: string): FindingDraft {
  return {
    severity: 'low',
    title: 'The certificate was never issued',
    why: `cert-manager says that it is not ready, so ${fills} has no valid certificate.`,
    evidence: [{ text: 'condition Ready is not True', object: refOf(certificate), path: 'status.conditions' }],
  };
}

function ago(time: number, view: ClusterView): string {
  const days = daysBetween(time, view.now);
  return days === 0 ? 'today' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
}
