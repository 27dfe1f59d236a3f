/**
 * CVE-2020-8554 (externalIPs), CVE-2021-25740 (endpoints), Services, Ingress and Gateway API.
 */
import { grantRules } from './grant-finding.ts';

export const exposesServices = grantRules('exposes-services', {
  summary: 'who can expose services: Services, endpoints, Ingresses and Gateways',
  help: 'LoadBalancer, NodePort and externalIPs, ingresses and routes open workloads to the outside or take over the traffic of others.',
  references: [
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1133' },
  ],
});
