import type { WebhookConfigurationObject } from '../../model/objects.ts';

/** Resources whose creation or change decides what runs or who may do what. */
const GUARDED: ReadonlySet<string> = new Set([
  '*',
  '*/*',
  'pods',
  'pods/*',
  'pods/exec',
  'pods/ephemeralcontainers',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'serviceaccounts',
  'secrets',
  'namespaces',
  'networkpolicies',
]);

/** The webhooks of a configuration that look at such resources, with their place in it. */
export function guardedWebhooks(
  subject: WebhookConfigurationObject,
): readonly { readonly webhook: WebhookConfigurationObject['webhooks'][number]; readonly index: number }[] {
  return subject.webhooks
    .map((webhook, index) => ({ webhook, index }))
    .filter(({ webhook }) => webhook.resources.some((one) => GUARDED.has(one)));
}
