/**
 * Whoever may speak with etcd has the cluster: it holds every object, Secrets among them, and asks no authorizer. So it
 * must be reachable by TLS alone, and ask each client and peer for a certificate. Only where its pods can be seen.
 * Source: https://etcd.io/docs/latest/op-guide/security/; kube-bench cfg/cis-1.12/etcd.yaml.
 */
import { controlPlanePods } from '../../analyses/vigilance/control-plane-pods.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, Severity } from '../../model/finding.ts';
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

interface Check {
  /** Of the CIS benchmark. */
  readonly item: string;
  readonly flag: string;
  /** What the flag has to be; `absent`: not set, or false. */
  readonly wanted: 'on' | 'absent';
  readonly severity: Severity;
  readonly title: string;
}

const REFERENCES = [owasp('K07'), attack('T1552')];

const CHECKS: readonly Check[] = [
  {
    item: '2.2',
    flag: 'client-cert-auth',
    wanted: 'on',
    severity: 'high',
    title: 'etcd asks clients for no certificate',
  },
  { item: '2.1', flag: 'cert-file', wanted: 'on', severity: 'high', title: 'etcd speaks with clients without TLS' },
  {
    item: '2.3',
    flag: 'auto-tls',
    wanted: 'absent',
    severity: 'medium',
    title: 'etcd makes its own certificate for clients',
  },
  {
    item: '2.5',
    flag: 'peer-client-cert-auth',
    wanted: 'on',
    severity: 'medium',
    title: 'etcd asks its peers for no certificate',
  },
  {
    item: '2.4',
    flag: 'peer-cert-file',
    wanted: 'on',
    severity: 'medium',
    title: 'etcd speaks with its peers without TLS',
  },
  {
    item: '2.6',
    flag: 'peer-auto-tls',
    wanted: 'absent',
    severity: 'medium',
    title: 'etcd makes its own certificate for peers',
  },
];

export const etcdWithoutCertificates = rule({
  id: 'vigilance/etcd-without-certificates',
  subject: 'Cluster',
  summary: 'etcd that takes connections without TLS or without a certificate of the other end',
  help: 'Set --cert-file, --key-file, --trusted-ca-file and --client-cert-auth=true, and the same flags with --peer-, in the manifest of the etcd pod, with a certificate authority that signs nothing else.',
  references: [...CHECKS.map(({ item }) => cis(item)), ...REFERENCES],
  needs: ['Pod'],
  check(_subject, view) {
    // What stands in a configuration file cannot be seen.
    const pods = controlPlanePods(view, 'etcd').filter((pod) => pod.spec.controlPlane?.flags['config-file'] !== 'on');
    return CHECKS.flatMap(({ item, flag, wanted, severity, title }): FindingDraft[] => {
      const bad = pods.filter((pod) => (pod.spec.controlPlane?.flags[flag] === 'on') !== (wanted === 'on'));
      if (bad.length === 0) return [];
      return [
        {
          key: flag,
          references: [cis(item), ...REFERENCES],
          severity,
          title,
          why: 'Whoever reaches it, or stands in between, reads and writes every object of the cluster.',
          evidence: bad.map((pod) => ({
            text: `${pod.name} runs ${wanted === 'on' ? 'without' : 'with'} --${flag}`,
            object: refOf(pod),
            path: 'spec.containers',
          })),
        },
      ];
    });
  },
});
