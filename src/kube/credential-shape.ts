import type { KeyStrength } from './credential-key.ts';

/**
 * What credentials look like. The prefixes are those that the issuers publish for secret scanning; the same ones that
 * gitleaks (MIT) and trivy match.
 */
const TOKEN_SHAPES = [
  /^(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}$/,
  /^(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}/,
  /^github_pat_[A-Za-z0-9_]{40,}/,
  /^gl(?:pat|ptt|rt|dt|oas|soat|cbt)-[A-Za-z0-9_.-]{20,}/,
  /^xox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /^xapp-\d-[A-Za-z0-9-]{10,}/,
  /^AIza[A-Za-z0-9_-]{35}/,
  /^ya29\.[A-Za-z0-9_-]{20,}/,
  /^(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/,
  /^whsec_[A-Za-z0-9+/=]{24,}/,
  /^sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,}$/,
  /^npm_[A-Za-z0-9]{36}/,
  /^pypi-AgEIcHlwaS[A-Za-z0-9_-]{20,}/,
  /^SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/,
  /^do[opr]_v1_[a-f0-9]{64}/,
  /^hv[sbr]\.[A-Za-z0-9_-]{20,}/,
  /^dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}/,
  /^shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/,
  /^ATATT3[A-Za-z0-9_=-]{20,}/,
  /^AGE-SECRET-KEY-1[A-Z0-9]{50,}/,
  /^glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}/,
  /^hf_[A-Za-z0-9]{30,}/,
  /^eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  /(?:^|;)(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}/,
];

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
/** The same opening lines in base64, as a careless `tls.key` in a ConfigMap has it. */
const PRIVATE_KEY_BASE64 =
  /LS0tLS1CRUdJTi(?:BQUklWQVRFIEtFWS|BSU0EgUFJJVkFURSBLRVkt|BFQyBQUklWQVRFIEtFWS|BPUEVOU1NIIFBSSVZBVEUgS0VZ|BFTkNSWVBURUQgUFJJVkFURSBLRVkt)/;

const INTERPOLATION =
  /\$\([^)]{0,128}\)|\$\{[^}]{0,128}\}|\{\{|\}\}|<[^<>]{1,64}>|%\([^)]{0,128}\)s|%\{[^}]{0,128}\}|@[A-Z_]{3,}@|^\$[A-Za-z_]\w*$|^%\w+%$|^__\w+__$/;
const REFERENCE =
  /^(?:vault|bao|ref\+\w+|arn|op|sm|ssm|awssm|awsssm|secretsmanager|aws-secretsmanager|gcp-secretmanager|gcpsm|azurekv|azurekeyvault|akv|keyvault|env|file|secret|secretref|k8s|kubernetes|doppler|infisical|conjur|sops|enc|cipher|valuefrom)(?::|\+|\[)/i;
const ENCRYPTED = /^(?:ENC\[AES256_GCM,|\{cipher\}|ENC\(|AgA[A-Za-z0-9+/]{200,})/;
const STORE_PATH = /^(?:projects\/[^/]+\/secrets\/|secret\/data\/|kv\/|secrets?\/[\w-]+)/;
const FILE_PATH = /^(?:\.{0,2}|~|[A-Za-z]:)?[\\/][\w.@-]+(?:[\\/][\w.@ -]*)*$/;
const NUMBER_LIKE = /^[-+]?[\d.,_]+(?:e\d+)?(?:[kmgtpe]i?b?|ns|us|ms|s|m|h|d|w|y|%)?(?:\d+(?:ms|s|m|h))*$/i;
const BOOLEAN_LIKE =
  /^(?:true|false|yes|no|on|off|null|none|nil|undefined|enabled?|disabled?|required|optional|default|auto)$/i;
const MASK =
  /^(.)\1*$|^[*•x.#-]+$|^(?:\[?redacted\]?|<?hidden>?|removed|masked|placeholder|unset|todo|tbd|n\/a|not[-_ ]?set|not[-_ ]?used)$/i;
const FILL_IN =
  /^(?:your|my|insert|enter|put|add|some|the)[-_ ].*[-_ ](?:here|goes|placeholder)|^(?:your|insert|enter)[-_ ]|replace[-_ ]?(?:me|this|with)|^(?:dummy|placeholder|example)[-_ ]|EXAMPLE(?:KEY)?$/i;
const URL_ALONE = /^[a-z][a-z0-9+.-]*:\/\//i;
const HOST_AND_PORT = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})$/i;
const EMAIL = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;
/** Lower case words joined by one kind of sign: the name of an object, a header, a key, a plugin. */
const NAME_LIKE = /^[a-z]+\d{0,2}(?:[-_./:][a-z]+\d{0,2})*$/i;
const CERTIFICATE = /^(?:-----BEGIN (?!.*PRIVATE)|LS0tLS1CRUdJTiBDRVJ|ssh-(?:rsa|ed25519) |ecdsa-sha2)/;

/**
 * The rule for values that give themselves away whatever they are called.
 *
 * @param key only an access key's id is excused by its name: alone it opens nothing
 */
export function knownTokenRule(value: string, key: string): 'known-token' | 'private-key' | null {
  if (PRIVATE_KEY.test(value) || PRIVATE_KEY_BASE64.test(value)) return 'private-key';
  const shape = TOKEN_SHAPES.findIndex((pattern) => pattern.test(value));
  if (shape < 0 || /EXAMPLE(?:KEY)?$/.test(value)) return null;
  if (shape === 0 && /id$/i.test(key)) return null;
  return hasVariety(value) ? 'known-token' : null;
}

/** The literal password in a URL's userinfo (`redis://:p@host`), null where there is none or it is filled in later. */
export function urlPassword(value: string): string | null {
  const match = /[a-z][a-z0-9+.-]{0,30}:\/\/([^\s/?#"'`<>:]*):([^\s"'`]*)@[^\s@/]/i.exec(value);
  const password = match?.[2] ?? '';
  if (password === '' || password.includes('://') || INTERPOLATION.test(password) || MASK.test(password)) return null;
  return /^(?:password|pass|pwd|secret)$/i.test(password) && /^(?:user|username)$/i.test(match?.[1] ?? '')
    ? null
    : password;
}

/** Values that stand for something else: interpolations, references, paths, numbers, switches, masks, addresses. */
export function isNotALiteral(value: string): boolean {
  return (
    INTERPOLATION.test(value) ||
    REFERENCE.test(value) ||
    ENCRYPTED.test(value) ||
    CERTIFICATE.test(value) ||
    STORE_PATH.test(value) ||
    isFilePath(value) ||
    NUMBER_LIKE.test(value) ||
    BOOLEAN_LIKE.test(value) ||
    MASK.test(value) ||
    FILL_IN.test(value) ||
    URL_ALONE.test(value) ||
    HOST_AND_PORT.test(value) ||
    EMAIL.test(value)
  );
}

/** The second step: whether a literal of at least eight characters looks like what the key promises. */
export function isCredentialShaped(value: string, strength: KeyStrength): boolean {
  if (value.length < 8 || /\s/.test(value)) return false;
  switch (strength) {
    case 'none':
      return false;
    case 'password':
      return true;
    case 'secret':
      return !NAME_LIKE.test(value) || (!/[-_./:]/.test(value) && value.length >= 16 && entropy(value) >= 3);
    case 'weak':
      return (
        value.length >= 16 &&
        !NAME_LIKE.test(value) &&
        entropy(value) >= 3.5 &&
        /\d/.test(value) &&
        /[a-z]/i.test(value)
      );
  }
}

/** Shannon entropy in bits a character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function hasVariety(value: string): boolean {
  return new Set(value.slice(0, 200)).size >= 8;
}

/** `/9j/4AAQSkZJRg` in base64 looks like a path: a long random segment is no file name. */
function isFilePath(value: string): boolean {
  return (
    FILE_PATH.test(value) &&
    value.split(/[\\/]/).every((part) => part.length < 24 || part.includes('.') || entropy(part) < 3.8)
  );
}
