import { isObject } from '../json-reading.ts';
import { labelMap, labelSelector } from './selector.ts';
import {
  anyObject,
  anyText,
  boolean,
  fields,
  integer,
  listOf,
  number,
  stringMap,
  typeName,
  type Check,
} from './shape.ts';

/** Types of the fields that k8sec reads of all kinds that have no file of their own here. */
const intOrString: Check = (value, place, report) => {
  if (value !== undefined && value !== null && typeof value !== 'string' && typeof value !== 'number') {
    report(place, `must be a number or a string, not ${typeName(value)}`);
  }
};

export const service: Check = fields({
  spec: fields({
    type: anyText,
    selector: labelMap,
    clusterIP: anyText,
    clusterIPs: listOf(anyText),
    externalIPs: listOf(anyText),
    externalName: anyText,
    loadBalancerSourceRanges: listOf(anyText),
    publishNotReadyAddresses: boolean,
    ports: listOf(
      fields({
        name: anyText,
        port: integer(1, 65_535),
        targetPort: intOrString,
        nodePort: integer(0, 65_535),
        protocol: anyText,
      }),
    ),
  }),
});

/** Messages name keys only: values of Secrets and ConfigMaps are nobody's business. */
export const secret: Check = fields({ data: stringMap(), stringData: stringMap(), type: anyText, immutable: boolean });
export const configMap: Check = fields({ data: stringMap(), binaryData: stringMap() });

export const storageClass: Check = fields({ parameters: stringMap() });

const named = listOf(fields({ name: anyText }));
export const serviceAccount: Check = fields({
  automountServiceAccountToken: boolean,
  secrets: named,
  imagePullSecrets: named,
});

const backend = fields({
  service: fields({ name: anyText, port: fields({ number: integer(0, 65_535), name: anyText }) }),
});

export const ingress: Check = fields({
  spec: fields({
    ingressClassName: anyText,
    defaultBackend: backend,
    tls: listOf(fields({ secretName: anyText, hosts: listOf(anyText) })),
    rules: listOf(fields({ host: anyText, http: fields({ paths: listOf(fields({ path: anyText, backend })) }) })),
  }),
});

export const podDisruptionBudget: Check = fields({ spec: fields({ selector: labelSelector }) });

export const horizontalPodAutoscaler: Check = fields({
  spec: fields({ scaleTargetRef: fields({ kind: anyText, name: anyText }) }),
});

const serviceReference = fields({ namespace: anyText, name: anyText, port: number });

export const webhookConfiguration: Check = fields({
  webhooks: listOf(
    fields({
      name: anyText,
      failurePolicy: anyText,
      clientConfig: fields({ service: serviceReference, url: anyText }),
      namespaceSelector: labelSelector,
      objectSelector: labelSelector,
      rules: listOf(fields({ resources: listOf(anyText) })),
    }),
  ),
});

export const admissionPolicy: Check = fields({
  spec: fields({ paramKind: fields({ apiVersion: anyText, kind: anyText }) }),
});

export const admissionPolicyBinding: Check = fields({
  spec: fields({
    policyName: anyText,
    paramRef: fields({ name: anyText, namespace: anyText, selector: labelSelector }),
  }),
});

export const apiService: Check = fields({
  spec: fields({ group: anyText, version: anyText, insecureSkipTLSVerify: boolean, service: serviceReference }),
});

export const persistentVolume: Check = fields({
  spec: fields({ hostPath: fields({ path: anyText }), local: fields({ path: anyText }), claimRef: anyObject }),
});

export const persistentVolumeClaim: Check = fields({
  spec: fields({ volumeName: anyText, storageClassName: anyText }),
});

const endpoints = listOf(fields({ port: anyText, portNumber: number, targetPort: intOrString }));

export const monitor: Check = fields({
  spec: fields({
    selector: labelSelector,
    namespaceSelector: fields({ any: boolean, matchNames: listOf(anyText) }),
    endpoints,
    podMetricsEndpoints: endpoints,
  }),
});

export const prometheus: Check = fields({
  spec: fields({
    serviceMonitorSelector: labelSelector,
    serviceMonitorNamespaceSelector: labelSelector,
    podMonitorSelector: labelSelector,
    podMonitorNamespaceSelector: labelSelector,
    ignoreNamespaceSelectors: boolean,
  }),
});

export const vmAgent: Check = fields({
  spec: fields({
    selectAllByDefault: boolean,
    serviceScrapeSelector: labelSelector,
    serviceScrapeNamespaceSelector: labelSelector,
    podScrapeSelector: labelSelector,
    podScrapeNamespaceSelector: labelSelector,
    ignoreNamespaceSelectors: boolean,
  }),
});

/** Kinds whose rules belong to other projects: only that `spec` is an object. */
export const withSpec: Check = (value, place, report) => {
  if (isObject(value)) fields({ spec: anyObject, specs: listOf(anyObject) })(value, place, report);
};
