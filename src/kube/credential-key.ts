/** What the name of a variable, flag or entry promises about its value. */
export type KeyStrength = 'password' | 'secret' | 'weak' | 'none';

/** Parts of a name that mean a password: any literal of eight characters is then one. */
const PASSWORD_WORDS = new Set(['password', 'passwd', 'passwords', 'pwd', 'passphrase', 'passcode']);
/** Parts that mean a secret made by a machine: the value must look random too. */
const SECRET_WORDS = new Set(['secret', 'token', 'apikey', 'secretkey', 'accesskey', 'privatekey', 'jwt', 'bearer']);
/** `x key` where x is one of these. */
const KEY_QUALIFIERS = new Set([
  'api',
  'secret',
  'private',
  'access',
  'signing',
  'encryption',
  'master',
  'account',
  'auth',
  'shared',
  'license',
  'storage',
]);
const WEAK_WORDS = new Set([
  'key',
  'auth',
  'credential',
  'credentials',
  'creds',
  'salt',
  'pat',
  'dsn',
  'tokens',
  'secrets',
  'cookie',
  'session',
]);
/** Endings of names written together: `dbpassword`, `roottoken`. */
const GLUED = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['passphrase', 'password'],
  ['secret', 'secret'],
  ['token', 'secret'],
  ['apikey', 'secret'],
  ['accesskey', 'secret'],
  ['secretkey', 'secret'],
  ['privatekey', 'secret'],
] as const;

/**
 * Last parts that turn a name into one *about* a credential: its file, its name, its lifetime. These are the false
 * positives that users report most (`*_KEY_PATH`, `_FILE`, `_URL`, `_KEY_ID`, `token_ttl`).
 */
const ABOUT = new Set(
  (
    'file filename path dir directory folder mount mountpath url uri endpoint host hostname port ' +
    'name ref reference id arn user username email account namespace class provider store storage backend ' +
    'issuer audience scope claim header prefix suffix format type kind mode algorithm alg policy ' +
    'version enabled disabled required optional allowed length size count limit max min ttl expiry expiration expires ' +
    'lifetime duration timeout interval period age rotation refresh hash fingerprint checksum sha sha256 digest ' +
    'location region env var variable field attribute label selector template plugin manager service server method'
  ).split(' '),
);
/** Parts anywhere in the name that say the value is meant to be public. */
const PUBLIC = new Set(['public', 'pub', 'publishable', 'checksum', 'sample', 'example']);
/** Names of programs' settings that only sound like credentials: etcd tells clusters apart by this one. */
const NAMES_OF_THINGS = [/(?:^| )initial cluster token$/];

/**
 * @param key `DB_PASSWORD`, `--api-token`, `spring.datasource.password`, `clientSecret`
 * @returns 'none' also where the name is only about a credential (`TOKEN_TTL`, `tls.key.path`)
 */
export function credentialKeyStrength(key: string): KeyStrength {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words[words.length - 1];
  if (last === undefined || singularsOf(last).some((word) => ABOUT.has(word)) || words.some((word) => PUBLIC.has(word)))
    return 'none';
  if (NAMES_OF_THINGS.some((name) => name.test(words.join(' ')))) return 'none';
  // `DB_PASS` is a password, `pass_through` is not.
  if (last === 'pass') return 'password';
  return words.reduce<KeyStrength>((best, word, at) => stronger(best, strengthOf(word, words[at - 1])), 'none');
}

/** A word as it stands, and what it may be the plural of. */
function singularsOf(word: string): readonly string[] {
  return [word, word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')];
}

function strengthOf(word: string, before: string | undefined): KeyStrength {
  if (PASSWORD_WORDS.has(word)) return 'password';
  if (SECRET_WORDS.has(word)) return 'secret';
  if (word === 'key' && before !== undefined && KEY_QUALIFIERS.has(before)) return 'secret';
  if (WEAK_WORDS.has(word)) return 'weak';
  return GLUED.find(([ending]) => word.endsWith(ending))?.[1] ?? 'none';
}

const ORDER: readonly KeyStrength[] = ['none', 'weak', 'secret', 'password'];

function stronger(left: KeyStrength, right: KeyStrength): KeyStrength {
  return ORDER.indexOf(right) > ORDER.indexOf(left) ? right : left;
}
