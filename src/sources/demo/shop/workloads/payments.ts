import { recommendedLabels, type EnvValue, type WorkloadPlan } from '../workload-plan.ts';

function payment(
  name: string,
  version: string,
  port: number,
  more: Partial<WorkloadPlan> = {},
  env?: Record<string, EnvValue>,
): WorkloadPlan {
  return {
    kind: 'Deployment',
    namespace: 'payments',
    name,
    replicas: 2,
    labels: recommendedLabels(name, name, version, 'backend', 'payments', 'Helm'),
    containers: [
      {
        name,
        image: `registry.shop.invalid/payments/${name}:${version}`,
        ports: [{ name: 'https', port }],
        ...(env === undefined ? {} : { env }),
      },
    ],
    serviceAccount: name,
    automountToken: false,
    hardening: 'restricted',
    imagePullSecrets: ['registry-pull'],
    delivery: { by: 'helm', release: name, chart: `${name}-${version}` },
    ageDays: 30,
    ...more,
  };
}

/** The part of the shop that auditors look at: isolated, hardened, with one exception. */
export const PAYMENTS_WORKLOADS: readonly WorkloadPlan[] = [
  payment(
    'payments-api',
    '2.3.0',
    8443,
    { replicas: 3 },
    { LEDGER_URL: 'https://ledger:8443', FRAUD_URL: 'https://fraud:8443' },
  ),
  payment(
    'ledger',
    '1.9.1',
    8443,
    {},
    {
      DATABASE_URL: 'postgres://ledger@postgres.data:5432/ledger',
      PGPASSWORD: { secret: 'ledger-db', key: 'password' },
    },
  ),
  payment('fraud', '0.8.0', 8443),
  payment(
    'psp-gateway',
    '1.2.0',
    8443,
    {},
    { PSP_URL: 'https://psp.partner.invalid', PSP_API_KEY: { secret: 'psp-credentials', key: 'api-key' } },
  ),
  payment('card-vault', '3.0.0', 8200, { kind: 'StatefulSet', replicas: 1, serviceAccount: 'card-vault' }),
  payment('settlement', '1.0.4', 8443, { kind: 'CronJob', schedule: '30 4 * * *' }),
  // Started for a test, never taken down: applied by hand, runs as root with the default account.
  {
    kind: 'Deployment',
    namespace: 'payments',
    name: 'reconciler-test',
    labels: { run: 'reconciler-test' },
    containers: [
      {
        name: 'reconciler',
        image: 'registry.shop.invalid/payments/reconciler',
        env: { LEDGER_URL: 'https://ledger:8443', LEDGER_TOKEN: 'not-a-real-t0ken-Hq81xZ' },
        securityContext: { runAsUser: 0, allowPrivilegeEscalation: true },
      },
    ],
    ageDays: 63,
  },
];
