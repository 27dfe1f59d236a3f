/**
 * What the audit log that was read cannot show. A log does not tell what its policy left out, so only levels and stages
 * count here: a verb that nobody used is no fault of the log.
 * Source: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
 */
import { auditBlindSpots } from '../../analyses/audit/blind-spots.ts';
import { cis } from '../references.ts';
import { rule } from '../rule.ts';

export const logCoverage = rule({
  id: 'audit/log-coverage',
  subject: 'Cluster',
  summary: 'detections that the level or the stages of the audit log make blind',
  help: 'What the API server does not log, nobody can find afterwards. The remedy is a policy that logs what the blind detections read, and leaves out what only fills the disk.',
  references: [cis('3.2.2')],
  needs: [],
  check(_subject, view) {
    const blind = auditBlindSpots(view.audit())
      .filter(({ cause }) => cause !== 'verb')
      .sort((a, b) => Number(b.isImpossible) - Number(a.isImpossible));
    const impossible = blind.filter(({ isImpossible }) => isImpossible).length;
    if (impossible === 0) return [];
    const partly = blind.length - impossible;
    return [
      {
        severity: 'info',
        title: `The audit log makes ${impossible} detections blind${partly === 0 ? '' : `, ${partly} in part`}`,
        why: 'What they look for may have happened: the audit policy keeps it out of the log.',
        evidence: [...Map.groupBy(blind, ({ reason }) => reason)].map(([reason, spots]) => ({
          text: `${spots.map(({ detection }) => detection).join(', ')}: ${reason}`,
        })),
        remedies: ['audit/audit-policy'],
      },
    ];
  },
});
