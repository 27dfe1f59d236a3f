import { userAgentIs, type AuditRequest } from '../request.ts';
import { BURST_SPAN, hit, levels, single, type Detection, type Detector, type Hit } from './detection.ts';

const WRITE_VERBS = ['create', 'update', 'patch'] as const;

function csrHit(request: AuditRequest): Hit | null {
  const csr = request.event.body?.csr;
  if (csr?.masters === true) {
    return hit(
      levels('critical critical critical critical critical critical critical'),
      request,
      'asked for a certificate in system:masters by',
    );
  }
  if (request.principal.role === 'node' || request.principal.role === 'plane') return null;
  const isApproval = request.topic === 'certificatesigningrequests/approval';
  const of = levels('medium info high medium - - critical');
  return hit(of, request, isApproval ? 'approved' : 'asked for a certificate by');
}

function createCsr(): Detector {
  const asked = new Map<string, { readonly actor: string; readonly time: number }>();
  return (request) => {
    if (!request.isWrite || request.verb.startsWith('delete')) return null;
    const found = csrHit(request);
    const { time } = request.event;
    const actor = request.principal.actor.name;
    if (request.topic === 'certificatesigningrequests') {
      if (request.verb !== 'create') return null;
      if (asked.size > 5000) asked.clear();
      if (request.name !== '') asked.set(request.name, { actor, time });
      return found;
    }
    const own = asked.get(request.name);
    const isOwn = own?.actor === actor && Math.abs(time - own.time) <= BURST_SPAN;
    return found !== null && isOwn && found.severity === 'medium' && request.outcome === 'done'
      ? { severity: 'high', what: 'approved its own request' }
      : found;
  };
}

/** Credentials that are made: certificates, tokens and accounts. */
export const CREDENTIAL_DETECTIONS: readonly Detection[] = [
  {
    name: 'csr-created-or-approved',
    summary: 'certificate signing request created or approved by someone who is no node',
    advice: 'A client certificate cannot be revoked: deny the pending request, and keep its lifetime short.',
    technique: 'T1098',
    level: 'Metadata',
    blind: 'whom the certificate names',
    verbs: WRITE_VERBS,
    topics: ['certificatesigningrequests', 'certificatesigningrequests/approval'],
    create: createCsr,
  },
  single({
    name: 'service-account-token-created',
    summary: 'token minted for a service account',
    advice: 'The token acts as that account until it expires, from anywhere: see where its credential-id is used.',
    technique: 'T1550.001',
    level: 'Metadata',
    blind: 'its lifetime and audience',
    verbs: ['create'],
    topics: ['serviceaccounts/token'],
    test: (request) => {
      if (request.verb !== 'create') return null;
      const isSystem = request.namespace === 'kube-system';
      const isKubelet = request.principal.role === 'node' && userAgentIs(request, /^kubelet\//);
      if (isKubelet) return null;
      const of = isSystem
        ? levels('high medium high - high - critical')
        : levels('medium info medium - high - critical');
      return hit(of, request, 'minted a token of');
    },
  }),
  single({
    name: 'service-account-created',
    summary: 'service account created (in a system namespace)',
    advice: 'An account in a system namespace is a good hiding place: ask who needs it.',
    technique: 'T1136',
    level: 'Metadata',
    blind: '',
    verbs: ['create'],
    topics: ['serviceaccounts'],
    test: (request) => {
      if (request.verb !== 'create') return null;
      const of = request.namespace.startsWith('kube-')
        ? levels('medium info high info high - critical')
        : levels('info info medium info high - critical');
      return hit(of, request, 'created');
    },
  }),
];
