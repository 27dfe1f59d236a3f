/**
 * With shareProcessNamespace the containers of a pod see each other's processes, environment and, through
 * /proc/PID/root, files: a sidecar that is taken over has the Secrets of the program beside it.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/
 */
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const sharedProcessNamespace = rule({
  id: 'vigilance/shared-process-namespace',
  subject: 'Workload',
  summary: "Workloads whose containers see each other's processes",
  help: 'Leave shareProcessNamespace unset; debug by an ephemeral container with a target instead.',
  references: [owasp('K01'), attack('T1552.001')],
  needs: ['Pod'],
  concerns: (spec) => spec.shareProcessNamespace,
  check(subject) {
    const path = `${specPath(subject.ref.kind)}.shareProcessNamespace`;
    const found = findTraits(subject, 'low', (spec) => {
      const containers = spec.containers.filter((container) => container.role !== 'init' || container.sidecar);
      if (!spec.shareProcessNamespace || containers.length < 2) return [];
      const names = containers.map((container) => container.name).join(', ');
      return [{ text: `shareProcessNamespace is true for containers ${names}`, path }];
    });
    if (found === undefined) return [];
    return [
      {
        severity: found.severity,
        advisory: found.advisory,
        title: 'Its containers share their processes',
        why: `Whoever takes over one container reads the environment and files of the others.${found.note}`,
        evidence: found.evidence,
        members: found.members,
      },
    ];
  },
});
