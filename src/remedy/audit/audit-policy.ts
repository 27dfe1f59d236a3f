/**
 * An audit policy under which the blind detections see: bodies of what they judge, never of what holds secrets, and
 * nothing of what only fills the disk. The first rule that matches decides.
 * Sources: kubernetes.io/docs/tasks/debug/debug-cluster/audit, kubernetes/apiserver pkg/apis/audit/v1/types.go (Policy).
 */
import { auditBlindSpots } from '../../analyses/audit/blind-spots.ts';
import { countText } from '../../kube/count-text.ts';
import { providerOf, type Provider } from '../../kube/managed-provider.ts';
import type { AuditCoverage, AuditState } from '../../model/audit-state.ts';
import type { Remedy } from '../remedy.ts';

interface PolicyRule {
  readonly why: string;
  readonly rule: {
    readonly level: 'None' | 'Metadata' | 'Request' | 'RequestResponse';
    readonly userGroups?: readonly string[];
    readonly verbs?: readonly string[];
    readonly resources?: readonly { readonly group: string; readonly resources: readonly string[] }[];
    readonly nonResourceURLs?: readonly string[];
  };
}

const WRITES = ['create', 'update', 'patch'] as const;

const RULES: readonly PolicyRule[] = [
  {
    why: 'heartbeats: who renews a lease says nothing',
    rule: { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
  },
  {
    why: 'probes; anonymous requests to all other paths are logged',
    rule: { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*'] },
  },
  {
    why: 'kubelets report their own node every few seconds',
    rule: {
      level: 'None',
      userGroups: ['system:nodes'],
      verbs: ['get', 'patch', 'update'],
      resources: [{ group: '', resources: ['nodes', 'nodes/status'] }],
    },
  },
  {
    why: 'bodies would put values and tokens into the log: never more than Metadata',
    rule: {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
        { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
      ],
    },
  },
  {
    why: 'which role a binding gives, which rules a role holds; after a patch only the response says it',
    rule: {
      level: 'RequestResponse',
      verbs: WRITES,
      resources: [
        {
          group: 'rbac.authorization.k8s.io',
          resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
        },
      ],
    },
  },
  {
    why: 'privileged containers, host paths, images; the name of a generated pod is in the response only',
    rule: {
      level: 'RequestResponse',
      verbs: WRITES,
      resources: [{ group: '', resources: ['pods', 'pods/ephemeralcontainers'] }],
    },
  },
  {
    why: 'the pod templates of workloads, what a Service or an Ingress opens, whom a certificate names',
    rule: {
      level: 'Request',
      verbs: WRITES,
      resources: [
        { group: '', resources: ['services', 'replicationcontrollers'] },
        { group: 'apps', resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'] },
        { group: 'batch', resources: ['jobs', 'cronjobs'] },
        { group: 'networking.k8s.io', resources: ['ingresses'] },
        { group: 'certificates.k8s.io', resources: ['certificatesigningrequests'] },
        {
          group: 'admissionregistration.k8s.io',
          resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
        },
      ],
    },
  },
  {
    why: 'everything else: who asked for what, when, from where, and what allowed it',
    rule: { level: 'Metadata' },
  },
];

/** Blind under this policy, too: to see them, the log would have to hold credentials. */
const STAYS_BLIND = new Set(['configmap-with-credentials']);

const NOT_YOURS: Readonly<Record<Exclude<Provider, 'OpenShift'>, string>> = {
  EKS: 'EKS has a fixed audit policy (kube-apiserver-audit in the control plane logs holds all that it logs).',
  AKS: 'AKS has a fixed audit policy: category kube-audit has reads too, kube-audit-admin has not.',
  GKE: 'GKE has a fixed audit policy; its Data Access audit logs (ADMIN_READ, DATA_READ) add reads.',
};

export const auditPolicy: Remedy = {
  id: 'audit/audit-policy',
  title: 'Log what the blind detections read',
  safety: 'review',
  build(_finding, view) {
    const { server, serverVersion } = view.facts();
    const provider = providerOf(server, serverVersion);
    if (provider !== null && provider !== 'OpenShift') return { refused: NOT_YOURS[provider] };
    const state = view.audit();
    const blind = auditBlindSpots(state).filter(({ cause }) => cause !== 'verb');
    const seeing = blind.map(({ detection }) => detection).filter((name) => !STAYS_BLIND.has(name));
    return {
      note:
        'A file for every API server, not an object to apply. Bodies name images, environment variables and annotations: ' +
        'keep the log readable by administrators only. OpenShift takes a profile instead (WriteRequestBodies in the APIServer object).',
      manifests: [
        {
          apiVersion: 'audit.k8s.io/v1',
          kind: 'Policy',
          omitStages: ['RequestReceived'],
          rules: RULES.map(({ rule }) => rule),
        },
      ],
      comments: [
        {
          document: 0,
          path: ['omitStages'],
          text: 'ResponseStarted stays: failed logins and running exec sessions have no other stage',
        },
        ...RULES.map(({ why }, at) => ({ document: 0, path: ['rules', at], text: why })),
      ],
      use: {
        type: 'steps',
        commands: [
          '# copy FILE to every control plane node, mount it into the static pod of kube-apiserver, and add:',
          '# --audit-policy-file=FILE --audit-log-path=/var/log/kubernetes/audit/audit.log --audit-log-maxsize=100 --audit-log-maxbackup=20',
        ],
      },
      changes: [],
      effects: [
        ...(seeing.length === 0 ? [] : [`lets see: ${seeing.join(', ')}`]),
        'configmap-with-credentials stays blind: the log would hold the credentials',
        volumeText(state),
      ],
      fileName: 'audit-policy.yaml',
    };
  },
};

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Bytes of an event at level Metadata, and what a request and a response body add, as a rule of thumb. */
const EVENT_BYTES = 1_300;
const BODY_BYTES = 4_000;

/** What a day of this cluster would write, from what its log holds now. */
function volumeText({ coverage, total }: AuditState): string {
  const { first, last } = coverage;
  if (first === null || last === null || last - first < HOUR) {
    return 'volume: the log is shorter than an hour, too short to tell';
  }
  const perDay = DAY / (last - first);
  const heartbeats = countOf(coverage, ['leases.coordination.k8s.io']);
  const kept = (total - heartbeats) * perDay;
  const bodies = RULES.reduce((sum, { rule }) => {
    const each = rule.level === 'RequestResponse' ? 2 : rule.level === 'Request' ? 1 : 0;
    const names = (rule.resources ?? []).flatMap((one) => one.resources);
    return sum + each * names.reduce((writes, name) => writes + writesOf(coverage, name), 0);
  }, 0);
  const megabytes = (kept * EVENT_BYTES + bodies * perDay * BODY_BYTES) / 1e6;
  const dropped = Math.round((100 * heartbeats) / Math.max(1, total));
  return (
    `volume, estimated from this log: ${countText(Math.round(kept))} events a day, ` +
    `${countText(Math.ceil(megabytes))} MB with bodies; ${dropped} % of what is logged now (leases) is left out`
  );
}

function countOf({ resources }: AuditCoverage, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (resources[name] ?? 0), 0);
}

function writesOf({ bodies }: AuditCoverage, resource: string): number {
  const there = bodies[resource];
  return there === undefined ? 0 : there.with + there.without;
}
