/**
 * A credential written into env, args, a ConfigMap or an annotation is readable by everybody who may read pods,
 * workloads or ConfigMaps (the `view` role), and lands in audit bodies, backups and repositories. The detector judges name
 * and shape; what it saw is not kept, only where, by which rule, and how long.
 * Source: https://kubernetes.io/docs/concepts/security/secrets-good-practices/; detector in `kube/credential-detector.ts`.
 */
import { refOf } from '../../kube/object-ref.ts';
import { externalSecretsApi } from '../../analyses/secrets/external-secrets.ts';
import { membersOf, type JudgedSpec } from '../../analyses/pod-security/judged-specs.ts';
import { specsToCome } from '../../analyses/pod-security/judged-specs.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { CredentialSuspect } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NONE: readonly string[] = [];
const STORED: readonly string[] = ['secrets/external-secret'];
const HELP =
  'Put the value into a Secret, refer to it by secretKeyRef or a mounted file, and rotate it: it has been readable. If it is no credential, waive this key.';
const REFERENCES = [cis('5.4.1'), owasp('K03'), attack('T1552.001')];

export const credentialInConfiguration = rule({
  id: 'secrets/credential-in-configuration',
  subject: 'Workload',
  summary: 'Credentials written into env, args or annotations of workloads',
  help: HELP,
  references: REFERENCES,
  needs: ['Pod'],
  check(subject, view) {
    const found = new Map<string, { readonly suspect: CredentialSuspect; readonly specs: JudgedSpec[] }>();
    for (const judged of specsToCome(subject)) {
      for (const suspect of judged.spec.credentials) {
        const key = `${suspect.container ?? 'annotation'}/${suspect.key}`;
        const there = found.get(key);
        if (there === undefined) found.set(key, { suspect, specs: [judged] });
        else if (!there.specs.includes(judged)) there.specs.push(judged);
      }
    }
    const own = (subject.object?.credentials ?? []).filter(({ key }) => !found.has(`annotation/${key}`));
    if (found.size === 0 && own.length === 0) return [];
    const external = externalRemedies(view);
    const drafts = own.map((suspect) => ({
      ...draft(`annotation/${suspect.key}`, suspect),
      evidence: [{ ...evidenceOf(suspect), object: subject.ref, path: 'metadata.annotations' }],
      remedies: external,
      data: { container: null, key: suspect.key, where: suspect.where },
    }));
    const inSpecs = [...found].map(([key, { suspect, specs }]) => ({
      ...draft(key, suspect),
      evidence: [{ ...evidenceOf(suspect), object: subject.ref, path: specPath(subject.ref.kind) }],
      members: membersOf(specs),
      remedies: [...(suspect.container === null ? [] : ['secrets/secret-reference-patch']), ...external],
      data: { container: suspect.container, key: suspect.key, where: suspect.where },
    }));
    return [...inSpecs, ...drafts];
  },
});

export const credentialInConfigMap = rule({
  id: 'secrets/credential-in-config-map',
  subject: 'ConfigMap',
  summary: 'Credentials in ConfigMaps',
  help: HELP,
  references: REFERENCES,
  needs: ['ConfigMap'],
  check(subject, view) {
    if (subject.credentials.length === 0) return [];
    const remedies = externalRemedies(view);
    const byKey = Map.groupBy(subject.credentials, (suspect) => suspect.key);
    return [...byKey].flatMap(([key, suspects]) => {
      const first = suspects[0];
      if (first === undefined) return [];
      return [
        {
          ...draft(key, first),
          evidence: suspects.map((suspect) => ({
            ...evidenceOf(suspect),
            object: refOf(subject),
            path: suspect.where.startsWith('annotation ') ? 'metadata.annotations' : `data[${key}]`,
          })),
          remedies,
        },
      ];
    });
  },
});

/** A store outside of the cluster is a place for them, unless it is known that nothing here reads one. */
function externalRemedies(view: ClusterView): readonly string[] {
  return externalSecretsApi(view) === 'none' ? NONE : STORED;
}

function draft(key: string, suspect: CredentialSuspect): Omit<FindingDraft, 'evidence'> {
  return {
    key,
    severity: 'high',
    title: `A credential stands in ${suspect.where}`,
    why: 'Everybody who may read this object reads it, and it is in every backup and repository that holds the manifest.',
  };
}

function evidenceOf(suspect: CredentialSuspect): { readonly text: string } {
  return { text: `${suspect.where}: detected by ${suspect.rule}, ${suspect.lengthClass} characters, value not shown` };
}
