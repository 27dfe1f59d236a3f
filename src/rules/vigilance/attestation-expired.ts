/**
 * What cannot be seen from the API is vouched for by a person, for a time. When that is over nobody knows it any more.
 * Source: the config's `attest`; CIS Kubernetes Benchmark, items of type Manual.
 */
import { dayText } from '../../kube/age.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const attestationExpired = rule({
  id: 'vigilance/attestation-expired',
  subject: 'Cluster',
  summary: 'Attested facts whose time is over',
  help: 'Look at the fact again, and renew its entry under attest in the config with a new until and evidence, or remove it.',
  references: [owasp('K04')],
  needs: [],
  check(_subject, view) {
    return (view.facts().attestations ?? [])
      .filter((one) => view.isPast(one.until))
      .map(({ fact, by, evidence, until }) => ({
        key: fact,
        severity: 'low' as const,
        title: `The attestation of ${fact} has expired`,
        why: `${by} vouched for it until ${dayText(until)}; since then it is not known.`,
        evidence: [{ text: `attest ${fact} by ${by}: ${evidence}` }],
      }));
  },
});
