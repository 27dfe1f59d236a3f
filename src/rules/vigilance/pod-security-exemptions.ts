/**
 * Users, runtime classes and namespaces that the AdmissionConfiguration of the API server exempts are judged by no level.
 * No API shows that file; the server counts the requests that it let pass for it.
 * Source: k8s.io/pod-security-admission metrics/metrics.go (pod_security_exemptions_total)
 */
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const podSecurityExemptions = rule({
  id: 'vigilance/pod-security-exemptions',
  subject: 'Cluster',
  summary: 'Requests for pods that the API server exempts from pod security',
  help: 'Look into the AdmissionConfiguration of the API server for who is exempt. An audit log (--audit-log) names each request, and by what it was exempt.',
  references: [cis('5.2.1'), owasp('K04'), attack('T1610')],
  needs: [],
  check(_cluster, view) {
    const { podSecurityExemptions: count } = view.facts();
    if (count === undefined || count === null || count === 0) return [];
    const requests = count === 1 ? '1 request' : `${count} requests`;
    return [
      {
        severity: 'info',
        advisory: true,
        title: 'Some requests are exempt from pod security',
        why: `The API server let ${requests} for pods or workloads pass without a look at the level of their namespace, since it started.`,
        evidence: [{ text: `pod_security_exemptions_total is ${count}` }],
      },
    ];
  },
});
