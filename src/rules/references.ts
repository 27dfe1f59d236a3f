import type { Reference } from '../model/finding.ts';

/** CIS Kubernetes Benchmark in the numbering of kube-bench's cis-1.12 (other tools number some items differently). */
export function cis(id: string): Reference {
  return { benchmark: 'cis-kubernetes', version: '1.12', id };
}

/** OWASP Kubernetes Top Ten, edition of 2025. */
export function owasp(id: string): Reference {
  return { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id };
}

/** MITRE ATT&CK technique. */
export function attack(id: string): Reference {
  return { benchmark: 'mitre-attack', version: 'enterprise', id };
}

/** Groups of the NSA/CISA Kubernetes Hardening Guide, as Trivy's compliance specification numbers them. */
export function nsa(id: string): Reference {
  return { benchmark: 'nsa-kubernetes-hardening', version: '1.0', id };
}

/** A level of the Pod Security Standards. */
export function podSecurityStandard(level: 'baseline' | 'restricted'): Reference {
  return { benchmark: 'pod-security-standards', version: 'latest', id: level };
}
