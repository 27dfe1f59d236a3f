/**
 * Secrets as environment variables are inherited by every child process, printed by crash dumps and debug pages, and
 * never updated while the container runs. Files can be read once, and follow a rotation.
 * Source: CIS 5.4.1; https://kubernetes.io/docs/concepts/security/secrets-good-practices/#restrict-secret-access-to-specific-containers
 */
import { specsToCome, membersOf } from '../../analyses/pod-security/judged-specs.ts';
import { containerPath } from '../../analyses/vigilance/spec-path.ts';
import type { Evidence } from '../../model/finding.ts';
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const mountedAsEnv = rule({
  id: 'secrets/mounted-as-env',
  subject: 'Workload',
  summary: 'Workloads that get Secrets as environment variables',
  help: 'Mount the Secret as a file where the program can read one.',
  references: [cis('5.4.1'), owasp('K03'), attack('T1552.001')],
  needs: ['Pod'],
  concerns: ({ containers }) => containers.some((one) => one.envSources.some(({ kind }) => kind === 'Secret')),
  check(subject) {
    const evidence = new Map<string, Evidence>();
    const names = new Set<string>();
    const concerned = specsToCome(subject).filter(({ spec }) => {
      let isUsed = false;
      for (const container of spec.containers) {
        for (const source of container.envSources.filter((one) => one.kind === 'Secret')) {
          isUsed = true;
          names.add(source.name);
          const path = `${containerPath(subject.ref.kind, container)}.${source.key === null ? 'envFrom' : 'env'}`;
          const what =
            source.key === null ? `all keys of Secret ${source.name}` : `${source.key} of Secret ${source.name}`;
          const text = `container ${container.name} has ${what} in its environment`;
          evidence.set(text, { text, object: subject.ref, path });
        }
      }
      return isUsed;
    });
    if (concerned.length === 0) return [];
    return [
      {
        severity: 'info',
        title: `Gets Secrets as environment variables: ${[...names].sort().join(', ')}`,
        why: 'Child processes, crash reports and debug pages show them, and a rotated value arrives only after a restart.',
        evidence: [...evidence.values()],
        members: membersOf(concerned),
      },
    ];
  },
});
