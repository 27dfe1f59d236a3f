import { refOf } from '../../kube/object-ref.ts';
import type { Evidence } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { controlPlanePods } from '../vigilance/control-plane-pods.ts';

/**
 * Whether Secrets are encrypted in etcd. The API server counts how it wrote (`to_storage`) and read (`from_storage`)
 * Secrets since it started, by the prefix of the provider and of the key; identity has an empty one. Without an encryption configuration
 * there is no such series at all, and since the server reads all Secrets when it starts, none at all while Secrets exist
 * means that none is configured. With several API servers this is one server's answer.
 * Source: k8s.io/apiserver pkg/storage/value/transformer.go, pkg/server/options/encryptionconfig/config.go
 */
export interface Encryption {
  readonly status: 'yes' | 'no' | 'unknown';
  /** Providers seen writing, such as `aescbc`. */
  readonly providers: readonly string[];
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

const CONFIGURATION_FLAG = 'encryption-provider-config';
const METRIC = 'apiserver_storage_transformation_operations_total{resource="secrets"}';

export function encryption(view: ClusterView): Encryption {
  const { secretTransformers: written, secretReadTransformers, metricsReason, source } = view.facts();
  if (source === 'files') return unknown('files do not tell how a server stores them');
  if (written === null) return byFlags(view, metricsReason === '' ? 'metrics were not read' : metricsReason);
  const read = secretReadTransformers ?? null;
  if (written.length > 0) return byWrites(written);
  if (read === null) return unknown('no Secret was written since the API server started');
  if (read.length > 0) return byReads(read);
  if (view.namespaces('Secret').length === 0) return unknown('no Secret was seen, so that nothing was counted');
  return {
    status: 'no',
    providers: [],
    reason: 'no encryption is configured',
    evidence: [{ text: `${METRIC} has no series, although there are Secrets that the server has read` }],
  };
}

/** Writes by identity count under '', reads under `identity`. Names of keys (`key1:`) count beside their provider. */
function isIdentity(prefix: string): boolean {
  return prefix === '' || prefix === 'identity';
}

/** `aescbc` of `k8s:enc:aescbc:v1:key1:`; '' for identity. */
export function providerOf(prefix: string): string {
  return /^k8s:enc:([^:]+(?::v\d)?)/.exec(prefix)?.[1]?.replace(/:v1$/, '').replace(/:v2$/, ' v2') ?? '';
}

function byWrites(prefixes: readonly string[]): Encryption {
  const providers = [...new Set(prefixes.map(providerOf))].filter((name) => name !== '');
  const isPlain = prefixes.some(isIdentity);
  const evidence = [{ text: `${METRIC} to_storage: ${prefixes.map((prefix) => prefix || 'identity').join(', ')}` }];
  if (providers.length === 0) {
    return { status: 'no', providers, reason: 'the first provider is identity', evidence };
  }
  if (isPlain) {
    const reason = 'Secrets were written both plain and encrypted since the server started';
    return { status: 'unknown', providers, reason, evidence };
  }
  return { status: 'yes', providers, reason: `written by ${providers.join(', ')}`, evidence };
}

function byReads(prefixes: readonly string[]): Encryption {
  const providers = [...new Set(prefixes.map(providerOf))].filter((name) => name !== '');
  const evidence = [{ text: `${METRIC} from_storage: ${prefixes.map((prefix) => prefix || 'identity').join(', ')}` }];
  if (providers.length > 0 && !prefixes.some(isIdentity)) {
    const reason = `all Secrets that the server read were encrypted by ${providers.join(', ')}`;
    return { status: 'yes', providers, reason, evidence };
  }
  const reason =
    providers.length === 0
      ? 'an encryption configuration is there, all Secrets read were plain, and none was written since'
      : 'some stored Secrets are encrypted and some are not';
  return { status: 'unknown', providers, reason, evidence };
}

/**
 * Without metrics the flags of visible kube-apiserver pods are left: none of them configured is a no; a configuration is
 * no yes, because identity may come first in it.
 */
function byFlags(view: ClusterView, reason: string): Encryption {
  const servers = controlPlanePods(view, 'kube-apiserver');
  if (servers.length === 0) return unknown(reason);
  const configured = servers.filter((pod) => pod.spec.controlPlane?.flags[CONFIGURATION_FLAG] === 'on');
  if (configured.length > 0) return unknown(`--${CONFIGURATION_FLAG} is set, but how it writes is unknown: ${reason}`);
  return {
    status: 'no',
    providers: [],
    reason: `no kube-apiserver has --${CONFIGURATION_FLAG}`,
    evidence: servers.map((pod) => ({
      text: `${pod.name} runs without --${CONFIGURATION_FLAG}`,
      object: refOf(pod),
      path: 'spec.containers',
    })),
  };
}

function unknown(reason: string): Encryption {
  return { status: 'unknown', providers: [], reason, evidence: [{ text: reason }] };
}
