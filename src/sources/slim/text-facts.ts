import {
  findCredentials,
  judgeCredential,
  type CredentialRule,
  type LengthClass,
} from '../../kube/credential-detector.ts';
import { credentialKeyStrength } from '../../kube/credential-key.ts';
import { findHosts, type HostPort } from '../../kube/host-reference.ts';

/** What one value tells: hosts and credentials, never the value. */
export interface TextFacts {
  readonly hosts: readonly HostPort[];
  readonly credentials: readonly {
    /** The name before the value inside a longer text; '' where there is none. */
    readonly name: string;
    /** From 1, for texts of several lines. */
    readonly line?: number;
    readonly rule: CredentialRule;
    readonly lengthClass: LengthClass;
  }[];
}

/**
 * Reads one value under its key. A value that is a credential names no host, so that no part of it is kept by mistake;
 * a URL with a password still names its host.
 */
export function readText(key: string, value: string): TextFacts {
  if (value.includes('\n')) return readFile(key, value);
  const verdict = judgeCredential(key, value);
  const hosts =
    (verdict === null && credentialKeyStrength(key) === 'none') || verdict?.rule === 'url-password'
      ? findHosts(value, key).map(detached)
      : [];
  return { hosts, credentials: verdict === null ? [] : [{ name: '', ...verdict }] };
}

/** A text of several lines: lines that hold a credential are left out of the search for hosts. */
function readFile(key: string, value: string): TextFacts {
  const credentials = findCredentials(value);
  const whole = judgeCredential(key, value);
  if (whole !== null && credentials.length === 0) return { hosts: [], credentials: [{ name: '', ...whole }] };
  const hidden = new Set(credentials.filter((found) => found.rule !== 'url-password').map((found) => found.line));
  const shown =
    hidden.size === 0
      ? value
      : value
          .split('\n')
          .filter((_, at) => !hidden.has(at + 1))
          .join('\n');
  return { hosts: findHosts(shown).map(detached), credentials };
}

/** A host cut out of a text may keep the whole text in memory (V8 slices): this makes a string of its own. */
function detached(found: HostPort): HostPort {
  return { host: Buffer.from(found.host).toString(), port: found.port };
}
