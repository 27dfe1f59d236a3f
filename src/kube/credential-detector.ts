import { isCredentialShaped, isNotALiteral, knownTokenRule, urlPassword } from './credential-shape.ts';
import { credentialKeyStrength } from './credential-key.ts';

/**
 * Two-step detector of literal credentials: what the key's name says, and what the value looks like. Either alone is
 * the most repeated complaint about scanners (regolibrary#697, #563, #802, defsec#1133, trivy#3634). Only the verdict
 * leaves this file: a rule id and a class of length, never the value.
 */
export interface CredentialVerdict {
  readonly rule: CredentialRule;
  readonly lengthClass: LengthClass;
}

export type CredentialRule =
  'known-token' | 'private-key' | 'url-password' | 'authorization-header' | 'named-password' | 'named-secret';

export type LengthClass = '8-15' | '16-31' | '32-63' | '64+';

/** A credential inside a longer text. */
export interface CredentialInText extends CredentialVerdict {
  /** The name before the value (`spring.datasource.password`); '' where the value alone gives it away. */
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
}

const MAX_SCANNED = 256 * 1024;
const MAX_LINE = 4096;
/** A credential is shorter than this; what is longer is a file, and its beginning says which. */
const MAX_VALUE = 8192;
const MAX_FOUND = 64;

/** The line's start, an optional list dash, `export`, `set` or `SET`, a name, `=` or `:`, the value. */
const ASSIGNMENT = /^\s*(?:-\s+|export\s+|set\s+)?["']?([\w.-]{1,128})["']?\s*(?:[:=]|=>)\s*(.*)$/i;
/** Assignments inside a line: shell (`PGPASSWORD=x psql`), connection strings (`User=sa;Password=x`), flow maps. */
const INLINE_ASSIGNMENT =
  /(?:^|[\s;,?&{("'`])-{0,2}["']?([\w.-]{1,128})["']?\s?[=:]\s?("[^"]{0,1024}"|'[^']{0,1024}'|[^\s;,&}"'`]{1,1024})/g;
const AUTHORIZATION = /(?:^|[\s"'])(?:bearer|basic)\s+([A-Za-z0-9+/=_.~-]{8,4096})/gi;
const URL_WITH_PASSWORD = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/"'`<>]{1,1024}@/i;
const KEYWORD = /pass|pwd|secret|token|key|credential|auth|jwt|bearer|basic|dsn/i;

/**
 * Judges one named value: an env variable, a flag, a ConfigMap entry.
 *
 * @returns null where it is no literal credential
 */
export function judgeCredential(key: string, value: string): CredentialVerdict | null {
  const literal = unquoted((value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value).trim());
  if (literal.length < 8) return null;
  const known = knownTokenRule(literal, key);
  if (known !== null) return { rule: known, lengthClass: lengthClassOf(literal) };
  const inUrl = URL_WITH_PASSWORD.test(literal) ? urlPassword(literal) : null;
  if (inUrl !== null) return { rule: 'url-password', lengthClass: lengthClassOf(inUrl) };
  const header = authorizationValue(literal);
  if (header !== null) return { rule: 'authorization-header', lengthClass: lengthClassOf(header) };
  const strength = credentialKeyStrength(key);
  if (strength === 'none' || isNotALiteral(literal) || !isCredentialShaped(literal, strength)) return null;
  return {
    rule: strength === 'password' ? 'named-password' : 'named-secret',
    lengthClass: lengthClassOf(literal),
  };
}

/**
 * Looks through a file's text (properties, YAML, JSON, INI, shell) for credentials.
 *
 * @returns at most 64, in order of lines
 */
export function findCredentials(fileText: string): CredentialInText[] {
  const scanned = fileText.length > MAX_SCANNED ? fileText.slice(0, MAX_SCANNED) : fileText;
  const found: CredentialInText[] = [];
  let line = 0;
  for (const content of scanned.split('\n')) {
    line += 1;
    if (found.length >= MAX_FOUND) break;
    if (content.length < 8) continue;
    const hit = credentialInLine(content.length > MAX_LINE ? content.slice(0, MAX_LINE) : content);
    if (hit !== null) found.push({ ...hit, line });
  }
  return found;
}

/** The first credential of one line of text, with the name that stands before it. */
export function credentialInLine(
  line: string,
): { name: string; rule: CredentialRule; lengthClass: LengthClass } | null {
  const assigned = ASSIGNMENT.exec(line);
  if (assigned !== null) {
    const name = assigned[1] ?? '';
    const value = withoutComment(assigned[2] ?? '');
    const verdict = /\s/.test(value) && !/^["']/.test(value) ? null : judgeCredential(name, value);
    if (verdict !== null) return { name, ...verdict };
  }
  const bare = judgeCredential('', line.trim());
  if (bare !== null) return { name: '', ...bare };
  return inlineCredential(line);
}

function inlineCredential(line: string): { name: string; rule: CredentialRule; lengthClass: LengthClass } | null {
  if (KEYWORD.test(line)) {
    for (const match of line.matchAll(INLINE_ASSIGNMENT)) {
      const verdict = judgeCredential(match[1] ?? '', match[2] ?? '');
      if (verdict !== null) return { name: match[1] ?? '', ...verdict };
    }
  }
  for (const word of line.split(/[\s"'`,;=()<>[\]{}]+/)) {
    const rule = word.length < 8 ? null : knownTokenRule(word, '');
    if (rule !== null) return { name: '', rule, lengthClass: lengthClassOf(word) };
  }
  return null;
}

function authorizationValue(literal: string): string | null {
  for (const match of literal.matchAll(AUTHORIZATION)) {
    const value = match[1] ?? '';
    if (/[0-9]/.test(value) && !isNotALiteral(value) && isCredentialShaped(value, 'secret')) return value;
  }
  return null;
}

function unquoted(value: string): string {
  const bare = value.replace(/[,;]$/, '');
  const match = /^(["'`])([\s\S]*)\1$/.exec(bare);
  return match === null ? bare : (match[2] ?? '');
}

function withoutComment(value: string): string {
  return value.replace(/\s+#.*$/, '').trim();
}

function lengthClassOf(value: string): LengthClass {
  if (value.length < 16) return '8-15';
  if (value.length < 32) return '16-31';
  return value.length < 64 ? '32-63' : '64+';
}
