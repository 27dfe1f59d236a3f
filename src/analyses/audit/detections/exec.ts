import { execCommand } from '../../../kube/audit-exec.ts';
import type { AuditRequest } from '../request.ts';
import { hit, levels, single, type Detection, type Detector, type Levels } from './detection.ts';

/**
 * Commands inside containers. kubectl's exec is a WebSocket GET since 1.31 (KEP-4006) and was a SPDY POST before; it is
 * judged when the connection opens, its end may come hours later.
 */
const EXEC = {
  level: 'Metadata',
  verbs: ['create', 'get'],
  stage: 'ResponseStarted',
} as const;

const CREDENTIAL_PATH =
  /\/var\/run\/secrets|\/run\/secrets|serviceaccount\/token|\/etc\/kubernetes|\/etc\/shadow|(?:^|[\s/~'"=])\.(?:ssh|aws|kube|azure|docker)(?:[\s/'"]|$)|\.config\/gcloud|\/proc\/[\w*]+\/environ|\bid_(?:rsa|ed25519|ecdsa)\b/i;
const METADATA_SERVICE =
  /169\.254\.169\.254|169\.254\.170\.2|100\.100\.100\.200|fd00:ec2::254|metadata\.google\.internal|computeMetadata\/v1|metadata\/identity\/oauth2|latest\/(?:meta-data|api\/token)|\b0xa9fea9fe\b|\b2852039166\b/i;
const REVERSE_SHELL =
  /\/dev\/(?:tcp|udp)\/|\bn(?:c|cat|etcat)\b[^|;&]*\s(?:-\w*[ec]\w*|--exec|--sh-exec)\s|\bmkfifo\b|\bsocat\b.*\bexec:|pty\.spawn|socket\.socket\([^)]*\).*(?:subprocess|dup2)|\bfsockopen\(|TCPSocket\.(?:new|open)/i;
const DOWNLOAD_AND_RUN =
  /\b(?:curl|wget)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b|\b(?:curl|wget)\b.*(?:&&|;|\|\|).*(?:chmod\s+(?:\+x|[0-7]*7)|(?:ba|z|da)?sh\s|\.\/)|(?:ba|da|z)?sh\s+(?:-c\s+)?["']?(?:<\(|\$\()\s*(?:curl|wget)\b|base64\s+(?:-d|--decode)\b.*\|\s*(?:ba|z|da)?sh\b/i;
const COPY_OUT = /^(?:(?:\/usr)?\/bin\/)?tar\s+(?:-?[a-z]*c[a-z]*f?[a-z]*\s+)(?:-f\s+)?-(?:\s|$)/i;

/** A command inside a command (`sh -c '…'`) is part of the same text. */
function byCommand(pattern: RegExp, of: Levels, what: string): Detector {
  return (request) => (pattern.test(execCommand(request.event)) ? hit(of, request, what) : null);
}

const ENTERED = levels('info medium medium low high high critical');
const READS_CREDENTIALS = levels('high high critical high critical critical critical');

export const EXEC_DETECTIONS: readonly Detection[] = [
  single({
    ...EXEC,
    name: 'exec-reverse-shell',
    summary: 'exec whose command opens a reverse shell or downloads and runs',
    advice: 'Treat the pod as taken over: save its evidence, isolate it, and end the account that was used.',
    technique: 'T1609',
    blind: 'commands typed into a shell that was opened before',
    topics: ['pods/exec'],
    test: (request) => {
      const command = execCommand(request.event);
      if (REVERSE_SHELL.test(command)) {
        return hit(
          levels('critical critical critical critical critical critical critical'),
          request,
          'opened a reverse shell in',
        );
      }
      return DOWNLOAD_AND_RUN.test(command)
        ? hit(levels('high high critical critical critical critical critical'), request, 'downloaded and ran code in')
        : null;
    },
  }),
  single({
    ...EXEC,
    name: 'exec-reads-credentials',
    summary: 'exec whose command reads a token or another credential path',
    advice:
      'Rotate what was read: delete the token by restarting the pod, replace the Secret, and see what the account did since.',
    technique: 'T1552.007',
    blind: 'commands typed into a shell that was opened before',
    topics: ['pods/exec'],
    test: byCommand(CREDENTIAL_PATH, READS_CREDENTIALS, 'read credentials by a command in'),
  }),
  single({
    ...EXEC,
    name: 'exec-reaches-cloud-metadata',
    summary: 'exec whose command calls the cloud metadata service',
    advice: 'The node may have given its cloud credentials away: rotate them, and block 169.254.169.254 for pods.',
    technique: 'T1552.005',
    blind: 'commands typed into a shell that was opened before',
    topics: ['pods/exec'],
    test: byCommand(METADATA_SERVICE, READS_CREDENTIALS, 'called the cloud metadata service from'),
  }),
  single({
    ...EXEC,
    name: 'exec-copies-files-out',
    summary: 'kubectl cp out of a pod (tar cf -)',
    advice: 'Ask what was copied and why.',
    technique: 'T1530',
    blind: 'which files, where the command was typed into a shell',
    topics: ['pods/exec'],
    test: byCommand(COPY_OUT, levels('medium medium high medium high high critical'), 'copied files out of'),
  }),
  single({
    ...EXEC,
    name: 'exec-into-pod',
    summary: 'exec or attach into a pod',
    advice: 'Expected of people who debug; from a service account it is how an intruder moves on.',
    technique: 'T1609',
    blind: 'what was typed into an interactive shell',
    topics: ['pods/exec', 'pods/attach'],
    test: (request) =>
      hit(enteredLevels(request), request, request.topic === 'pods/attach' ? 'attached to' : 'ran a command in'),
  }),
  single({
    ...EXEC,
    name: 'port-forward',
    summary: 'port-forward to a pod',
    advice: 'Expected of people who debug; it goes around every NetworkPolicy.',
    technique: 'T1090',
    blind: 'what went through it',
    topics: ['pods/portforward'],
    test: (request) => hit(ENTERED, request, 'forwarded a port to'),
  }),
  single({
    level: 'Metadata',
    name: 'ephemeral-container-added',
    summary: 'ephemeral container added to a running pod',
    advice:
      'A debug container sees the processes and, with the right profile, the files of the pod: check its image and who asked for it.',
    technique: 'T1609',
    blind: 'the image and its privileges',
    verbs: ['update', 'patch', 'create'],
    topics: ['pods/ephemeralcontainers'],
    test: (request) =>
      request.isWrite
        ? hit(levels('medium medium high high high high critical'), request, 'added an ephemeral container to')
        : null,
  }),
];

/** A workload that enters pods of another namespace is further from its duty than one in its own. */
function enteredLevels(request: AuditRequest): Levels {
  return request.principal.role === 'workload' && request.principal.namespace !== request.namespace
    ? { ...ENTERED, workload: 'high' }
    : ENTERED;
}
