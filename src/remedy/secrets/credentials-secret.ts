const SUFFIX = '-credentials';
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const MAX_NAME = 253;

/** The name of the Secret that is to hold the credentials which stand in an object of that name. */
export function credentialsSecretName(name: string): string {
  return `${name.slice(0, MAX_NAME - SUFFIX.length).replace(/[-.]+$/, '')}${SUFFIX}`;
}

/**
 * The key in a Secret for what stood in an env variable, flag, ConfigMap key or annotation of that name.
 * Source: k8s.io/apimachinery pkg/util/validation IsConfigMapKey
 */
export function secretKeyOf(name: string): string {
  const key = name
    .replace(/^--?/, '')
    .replaceAll(/[^-._a-zA-Z0-9]+/g, '-')
    .slice(0, MAX_NAME);
  return /^\.{0,2}$/.test(key) ? 'credential' : key;
}
