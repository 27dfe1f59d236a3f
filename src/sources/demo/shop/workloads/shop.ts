import { recommendedLabels, type ContainerPlan, type WorkloadPlan } from '../workload-plan.ts';

const REGISTRY = 'registry.shop.invalid';

/** A service of the shop as Argo CD delivers it: labelled and hardened. */
function delivered(
  name: string,
  version: string,
  more: Partial<WorkloadPlan> & Partial<ContainerPlan> = {},
): WorkloadPlan {
  const { env, envFrom, volumes, ...plan } = more;
  return {
    kind: 'Deployment',
    namespace: 'shop',
    name,
    labels: { app: name, ...recommendedLabels(name, `shop-${name}`, version, 'backend', 'shop', 'argocd') },
    selector: { app: name },
    containers: [
      {
        name,
        image: `${REGISTRY}/shop/${name}:${version}`,
        ports: [{ name: 'http', port: 8080 }],
        ...(env === undefined ? {} : { env }),
        ...(envFrom === undefined ? {} : { envFrom }),
        ...(volumes === undefined ? {} : { volumes }),
      },
    ],
    hardening: 'restricted',
    imagePullSecrets: ['registry-pull'],
    delivery: { by: 'argocd', app: 'shop' },
    ageDays: 41,
    ...plan,
  };
}

/** A workload that somebody applied by hand: one label, no hardening. */
function byHand(name: string, image: string, more: Partial<WorkloadPlan> & Partial<ContainerPlan> = {}): WorkloadPlan {
  const { env, ports, args, ...plan } = more;
  return {
    kind: 'Deployment',
    namespace: 'shop',
    name,
    labels: { app: name },
    containers: [
      {
        name,
        image,
        ...(args === undefined ? {} : { args }),
        ...(ports === undefined ? {} : { ports }),
        ...(env === undefined ? {} : { env }),
      },
    ],
    ageDays: 12,
    ...plan,
  };
}

/** The shop itself: most of it well kept, the rest grown by hand. */
export const SHOP_WORKLOADS: readonly WorkloadPlan[] = [
  delivered('web', '3.4.1', {
    replicas: 3,
    serviceAccount: 'web',
    automountToken: false,
    env: { CATALOG_URL: 'http://catalog:8080', CART_URL: 'http://cart:8080', SEARCH_URL: 'http://search:8080' },
  }),
  // Its image tag and its version label disagree.
  delivered('cart', '2.9.0', {
    replicas: 3,
    serviceAccount: 'cart',
    labels: { app: 'cart', ...recommendedLabels('cart', 'shop-cart', '2.8.4', 'backend', 'shop', 'argocd') },
    env: {
      DATABASE_URL: 'postgres://cart@postgres.data:5432/cart',
      PGPASSWORD: { secret: 'cart-db', key: 'password' },
      CACHE_ADDR: 'cache.shop.svc.cluster.local:6379',
    },
  }),
  delivered('orders', '5.0.2', {
    replicas: 2,
    serviceAccount: 'orders',
    env: {
      DATABASE_URL: 'postgres://orders@postgres.data:5432/orders',
      PGPASSWORD: { secret: 'orders-db', key: 'password' },
      KAFKA_BROKERS: 'kafka.data:9092',
      PAYMENTS_URL: 'https://payments-api.payments:8443',
    },
  }),
  delivered('catalog', '4.12.0', {
    replicas: 2,
    env: { ELASTIC_URL: 'http://elasticsearch.data:9200', POSTGRES_HOST: 'postgres.data' },
    envFrom: [{ secret: 'catalog-db' }],
  }),
  delivered('checkout', '1.7.3', {
    replicas: 2,
    serviceAccount: 'checkout',
    env: { ORDERS_URL: 'http://orders:8080', PAYMENTS_URL: 'https://payments-api.payments:8443' },
    volumes: [
      { name: 'tls', mountPath: '/etc/tls', source: { secret: { secretName: 'checkout-tls' } }, readOnly: true },
    ],
  }),
  delivered('search', '2.2.0', { replicas: 2, env: { ELASTIC_URL: 'http://elasticsearch.data:9200' } }),
  delivered('feature-flags', '0.9.4', { envFrom: [{ configMap: 'feature-flags' }] }),
  // The key of its name label has a typo.
  byHand('recommendations', 'registry.shop.invalid/shop/recommendations:1.1.0', {
    labels: {
      app: 'recommendations',
      'app.kubernetes.io/nmae': 'recommendations',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'kubectl',
    },
    ports: [{ name: 'http', port: 5000 }],
    env: { MODEL_BUCKET: 's3://models', MINIO_URL: 'http://minio.data:9000' },
  }),
  byHand('images', 'nginx:latest', {
    replicas: 2,
    ports: [{ name: 'http', port: 80 }],
  }),
  {
    kind: 'StatefulSet',
    namespace: 'shop',
    name: 'cache',
    replicas: 3,
    labels: recommendedLabels('redis', 'cache', '7.4.1', 'cache', 'shop', 'Helm'),
    containers: [
      {
        name: 'redis',
        image: 'registry.shop.invalid/mirror/redis:7.4.1',
        args: ['--appendonly', 'yes'],
        ports: [{ name: 'redis', port: 6379 }],
        volumes: [{ name: 'data', mountPath: '/data', source: { persistentVolumeClaim: { claimName: 'cache-data' } } }],
      },
    ],
    delivery: { by: 'helm', release: 'cache', chart: 'redis-20.6.0' },
    ageDays: 12,
    restarts: 2,
  },
  byHand('session-store', 'valkey/valkey:8.0', {
    ports: [{ name: 'redis', port: 6379 }],
    args: ['--requirepass', 'not-a-real-pa55word-q7'],
  }),
  byHand('mailer', 'registry.shop.invalid/shop/mailer:0.4.0', {
    env: {
      SMTP_HOST: 'smtp.mail.invalid',
      SMTP_USER: 'shop',
      SMTP_PASSWORD: 'not-a-real-pa55word-x9Kq',
      AMQP_URL: 'amqp://mailer:not-a-real-pa55word-7Zt@kafka.data:5672/mail',
    },
  }),
  byHand('price-sync', 'registry.shop.invalid/shop/price-sync:1.0.0', {
    kind: 'CronJob',
    schedule: '*/30 * * * *',
    env: { PRICE_API: 'https://prices.partner.invalid', POSTGRES_HOST: 'postgres.data' },
  }),
  delivered('cart-cleanup', '2.9.0', {
    kind: 'CronJob',
    schedule: '15 2 * * *',
    serviceAccount: 'cart',
    env: { PGPASSWORD: { secret: 'cart-db', key: 'password' } },
  }),
  byHand('import-products', 'registry.shop.invalid/shop/import:0.1.0', {
    kind: 'Job',
    ageDays: 5,
    env: { MINIO_URL: 'http://minio.data:9000' },
  }),
];
