// A pod is isolated for ingress where at least one NetworkPolicy of its namespace selects it for that direction; without
// one, everything is allowed. Host-network and finished pods are not judged: policies do not speak of them.
// Source: kubernetes.io/docs/concepts/services-networking/network-policies ("The two sorts of pod isolation").
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';
import { isolationFindings } from './no-isolation.ts';

export const noIngressIsolation = rule({
  id: 'network/no-ingress-isolation',
  subject: 'Workload',
  summary: 'pods that no policy isolates for ingress',
  help: 'Without a policy every pod of the cluster may connect to every port of these pods. Isolate them, and allow what they serve: the remedy writes a policy that keeps every declared connection.',
  references: [cis('5.3.2'), owasp('K05'), attack('T1046')],
  needs: ['Pod', 'NetworkPolicy', 'Namespace', 'Service'],
  check: (workload, view) => isolationFindings(workload, view, 'ingress'),
});
