/**
 * An APIService with insecureSkipTLSVerify makes the API server accept any certificate from the extension server: who
 * can answer at its address gets every request and the callers' identity headers.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/api-service-v1/
 */
import { refOf } from '../../kube/object-ref.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const apiserviceSkipsTls = rule({
  id: 'vigilance/apiservice-skips-tls',
  subject: 'APIService',
  summary: 'Extension API servers whose certificate nobody checks',
  help: 'Give the extension server a certificate of its own CA (cert-manager can inject it by cert-manager.io/inject-ca-from) and put the CA into spec.caBundle instead of insecureSkipTLSVerify.',
  references: [owasp('K07'), attack('T1557')],
  needs: ['APIService'],
  check(subject) {
    if (!subject.insecureSkipTLSVerify || subject.service === null) return [];
    const { namespace, name, port } = subject.service;
    return [
      {
        severity: 'medium',
        title: 'The API server does not check this extension server',
        why: `Requests to ${subject.group}/${subject.version}, with the identity of who asks, go to whoever answers for ${name}.${namespace}:${port}.`,
        evidence: [
          { text: 'insecureSkipTLSVerify is true', object: refOf(subject), path: 'spec.insecureSkipTLSVerify' },
        ],
      },
    ];
  },
});
