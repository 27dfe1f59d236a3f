/**
 * An Ingress is where requests from outside come in: without TLS everybody in between reads passwords and sessions;
 * without a host it takes requests that nobody meant for it; and snippets write into the controller's configuration,
 * which holds the certificates of all namespaces (CVE-2021-25742).
 * Source: https://kubernetes.io/docs/concepts/services-networking/ingress/; kubernetes/ingress-nginx#7837.
 */
import {
  hostsWithoutTls,
  ingressHosts,
  standingText,
  workloadsBehind,
} from '../../analyses/vigilance/ingress-hosts.ts';
import { refOf } from '../../kube/object-ref.ts';
import { someOf } from '../../kube/some-of.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { IngressObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;

export const ingressWithoutTls = rule({
  id: 'vigilance/ingress-without-tls',
  subject: 'Ingress',
  summary: 'Ingresses that serve a host without TLS, with what stands behind them',
  help: 'Give each host a TLS entry with a Secret (cert-manager can fill it) and let the controller redirect plain requests. A load balancer in front of the controller may end TLS where k8sec cannot see it: then waive this finding.',
  references: [owasp('K06'), attack('T1557')],
  needs: ['Ingress', 'Service', 'Pod'],
  check(subject, view) {
    const hosts = hostsWithoutTls(subject);
    if (hosts.length === 0) return [];
    const served = subject.backends.filter((one) => hosts.includes(one.host)).map((one) => one.service);
    return [
      {
        severity: 'medium',
        title: `Serves ${hostsText(hosts)} without TLS`,
        why: `Whoever stands in between reads and changes the requests.${behindText(subject, view, served)}`,
        evidence: hosts.map((host) => ({
          text: `no TLS entry for ${host === '' ? 'requests of any host' : host}`,
          object: refOf(subject),
          path: 'spec.tls',
        })),
        absence: true,
      },
    ];
  },
});

export const ingressForEveryHost = rule({
  id: 'vigilance/ingress-for-every-host',
  subject: 'Ingress',
  summary: 'Ingresses that take requests for every host, or for every host of a domain',
  help: 'Name the hosts that the application serves. Requests by address or for a forgotten name then reach nothing, and no other namespace is shadowed.',
  references: [owasp('K06'), attack('T1133')],
  needs: ['Ingress', 'Service', 'Pod'],
  check(subject, view) {
    return ingressHosts(subject)
      .filter((host) => host === '' || host.startsWith('*.'))
      .map((host): FindingDraft => {
        const served = subject.backends.filter((one) => one.host === host).map((one) => one.service);
        return {
          key: host,
          severity: host === '' ? 'low' : 'info',
          title: host === '' ? 'Takes requests for every host' : `Takes requests for every host under ${host}`,
          why: `Requests reach it that name another host, or none.${behindText(subject, view, served)}`,
          evidence: [
            {
              text: host === '' ? 'a rule or default backend without a host' : `host ${host}`,
              object: refOf(subject),
              path: 'spec.rules',
            },
          ],
        };
      });
  },
});

export const ingressSnippet = rule({
  id: 'vigilance/ingress-snippet',
  subject: 'Ingress',
  summary: 'Ingresses that write into the configuration of their controller',
  help: 'Remove the snippet and use the annotations that the controller has for the purpose; switch snippets off in the controller (allow-snippet-annotations: false). Whoever may write an Ingress can otherwise read what the controller reads, all TLS keys among it.',
  references: [owasp('K06'), attack('T1552.007')],
  needs: ['Ingress'],
  check(subject) {
    const snippets = subject.snippets ?? [];
    if (snippets.length === 0) return [];
    return [
      {
        severity: 'medium',
        title: 'Writes into the configuration of the ingress controller',
        why: 'If the controller allows it, the text in the annotation runs with its rights, which reach the Secrets of other namespaces.',
        evidence: snippets.map((text) => ({ text, object: refOf(subject), path: 'metadata.annotations' })),
      },
    ];
  },
});

function hostsText(hosts: readonly string[]): string {
  return someOf(
    hosts.map((host) => (host === '' ? 'every host' : host)),
    NAMED,
  );
}

function behindText({ namespace }: IngressObject, view: ClusterView, services: readonly string[]): string {
  return standingText(workloadsBehind(view, namespace, services));
}
