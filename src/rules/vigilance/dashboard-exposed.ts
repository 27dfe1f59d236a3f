/**
 * A dashboard acts on the cluster with its own rights or those of who logs in: reachable from outside it is a door to
 * the API server (Tesla's cluster was taken over through one). It is recognised by its image.
 * Source: Microsoft threat matrix for Kubernetes, exposed sensitive interfaces (MS-TA9005).
 */
import { exposures } from '../../analyses/network/exposure.ts';
import { judgedSpecs, membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { parseImage } from '../../kube/image-reference.ts';
import { ROUTE_KINDS } from '../../model/kind.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

/** Programs by which people manage a cluster, by the end of their image's repository. */
const DASHBOARDS: readonly (readonly [name: string, repository: RegExp])[] = [
  ['Kubernetes Dashboard', /(?:^|\/)kubernetesui\/dashboard(?:-(?:api|auth|web))?$/],
  ['Headlamp', /(?:^|\/)headlamp(?:-k8s)?\/headlamp$/],
  ['Weave Scope', /(?:^|\/)weaveworks\/scope$/],
  ['Portainer', /(?:^|\/)portainer\/portainer(?:-[ce]e)?$/],
  ['Rancher', /(?:^|\/)rancher\/rancher$/],
  ['Octant', /(?:^|\/)octant-dashboard$/],
];

export const dashboardExposed = rule({
  id: 'vigilance/dashboard-exposed',
  subject: 'Workload',
  summary: 'Dashboards of the cluster that are reachable from outside of it',
  help: 'Take the Service back to ClusterIP and remove the Ingress or route; reach the dashboard by kubectl port-forward, or put a login proxy before it, and give its service account no rights of its own.',
  references: [owasp('K06'), attack('T1133')],
  needs: ['Pod', 'Service', 'Ingress', 'Gateway', ...ROUTE_KINDS],
  concerns: (spec) => DASHBOARDS.some(([, repository]) => runs([spec], repository)),
  check(subject, view) {
    const judged = judgedSpecs(subject);
    const specs = judged.map(({ spec }) => spec);
    const [name] = DASHBOARDS.find(([, repository]) => runs(specs, repository)) ?? [];
    if (name === undefined) return [];
    const ways = exposures(view, subject);
    if (ways.length === 0) return [];
    return [
      {
        severity: ways.every((way) => way.address === 'private') ? 'medium' : 'high',
        title: `${name} is reachable from outside the cluster`,
        why: 'Whoever gets past its login, or finds none, manages the cluster with it.',
        evidence: ways.map((way) => ({
          text: `${way.type} by ${way.by} on ${way.ports.join(', ')}`,
          object: subject.ref,
        })),
        members: membersOf(judged),
      },
    ];
  },
});

function runs(specs: readonly PodSpec[], repository: RegExp): boolean {
  return specs.some(({ containers }) =>
    containers.some((one) => repository.test(parseImage(one.image)?.repository ?? '')),
  );
}
