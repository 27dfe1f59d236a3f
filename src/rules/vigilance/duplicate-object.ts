// An object that manifests declare twice exists once: what is applied later wins, and the other text is dead.
// Source: kubectl apply -f over several files; the identity of an object is group, kind, namespace and name.
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import { rule } from '../rule.ts';

export const duplicateObject = rule({
  id: 'vigilance/duplicate-object',
  subject: 'Cluster',
  summary: 'objects that the files declare more than once',
  help: 'The later declaration was judged, and it is what a cluster would hold. Remove the other one.',
  references: [],
  needs: [],
  check: (_cluster, view) =>
    view.facts().duplicates.map(({ kind, namespace, name, dropped, kept }) => ({
      subject: {
        apiVersion: apiVersionOf(kind),
        kind: kindInfo(kind).kind,
        namespace: namespace === '' ? null : namespace,
        name,
      },
      severity: 'low' as const,
      title: 'is declared more than once; the later one was judged',
      why: 'Whoever reads the other file believes settings that no cluster will have.',
      evidence: [
        { text: `declared in ${dropped.file}:${dropped.line}` },
        { text: `and again in ${kept.file}:${kept.line}` },
      ],
    })),
});
