import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster, type ClusterOptions } from '../network/cluster.ts';

type Labels = Readonly<Record<string, string>>;

/** A Deployment without pods; its pods are to have `labels`. */
export function deployment(namespace: string, name: string, labels: Labels, own: Labels = labels): string {
  return document({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: own },
    spec: {
      selector: { matchLabels: { id: name } },
      template: {
        metadata: { labels: { ...labels, id: name } },
        spec: { containers: [{ name: 'main', image: 'i:1' }] },
      },
    },
  });
}

export function service(namespace: string, name: string, selector: Labels): string {
  return document({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector, ports: [{ port: 80 }] },
  });
}

/** One YAML document. */
export function document(value: unknown): string {
  return `---\n${JSON.stringify(value)}\n`;
}

/** A view of these documents, all readable. */
export function viewOf(...documents: readonly (string | ClusterOptions)[]): StoreView {
  const options = documents.find((one) => typeof one !== 'string') ?? {};
  return cluster(documents.filter((one) => typeof one === 'string').join(''), options);
}
