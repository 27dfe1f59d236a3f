/**
 * pods/exec and its like; before 1.35 get suffices for exec over WebSocket (KEP-4006).
 */
import { grantRules } from './grant-finding.ts';

export const exec = grantRules('exec', {
  summary: 'who can run code in, or reach into, running pods',
  help: "exec, attach, ephemeral containers and changing an image all run code with the pod's account and mounts.",
  references: [
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1609' },
  ],
});
