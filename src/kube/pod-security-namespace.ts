/**
 * What a namespace's labels make the PodSecurity admission plugin do.
 * Source: k8s.io/pod-security-admission api/helpers.go PolicyToEvaluate.
 */
import type { Labels } from '../model/selector.ts';
import { POD_SECURITY_LEVELS, type PodSecurityLevel } from './pod-security-check.ts';

const POD_SECURITY_MODES = ['enforce', 'audit', 'warn'] as const;
export type PodSecurityMode = (typeof POD_SECURITY_MODES)[number];

export interface LevelVersion {
  readonly level: PodSecurityLevel;
  /** Minor of v1.minor, or the server's own version. */
  readonly version: number | 'latest';
}

export interface NamespacePolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  /** Labels with a value that the server would refuse today; it falls back as documented. */
  readonly invalid: readonly { readonly label: string; readonly value: string; readonly message: string }[];
  /** Modes whose level a valid or invalid label sets; the others come from the server's admission configuration. */
  readonly labelled: readonly PodSecurityMode[];
}

const PREFIX = 'pod-security.kubernetes.io/';
const VERSION = /^v1\.(0|[1-9][0-9]*)$/;

export function levelLabel(mode: PodSecurityMode): string {
  return `${PREFIX}${mode}`;
}

export function versionLabel(mode: PodSecurityMode): string {
  return `${PREFIX}${mode}-version`;
}

/**
 * The policy of a namespace. Without a label the server's AdmissionConfiguration decides, which no API shows; its own
 * default is privileged at latest.
 */
export function namespacePolicy(labels: Labels): NamespacePolicy {
  const invalid: { label: string; value: string; message: string }[] = [];
  const read = (mode: PodSecurityMode): LevelVersion => {
    const level = labels[levelLabel(mode)];
    const version = labels[versionLabel(mode)];
    const isKnown = level === undefined || isLevel(level);
    if (!isKnown) {
      const message = `must be one of ${POD_SECURITY_LEVELS.join(', ')}`;
      invalid.push({ label: levelLabel(mode), value: level, message });
    }
    if (version !== undefined && version !== 'latest' && !VERSION.test(version)) {
      invalid.push({ label: versionLabel(mode), value: version, message: 'must be "latest" or "v1.x"' });
    }
    return { level: levelOf(mode, level), version: parsePolicyVersion(version) ?? 'latest' };
  };
  const enforce = read('enforce');
  const audit = read('audit');
  const warn = read('warn');
  return {
    enforce,
    audit,
    warn: impliedWarning(labels, enforce, warn),
    invalid,
    labelled: POD_SECURITY_MODES.filter((mode) => labels[levelLabel(mode)] !== undefined),
  };
}

/** The minor of `v1.minor`; undefined for `latest`, nothing, and what is no version. */
function parsePolicyVersion(text: string | undefined): number | undefined {
  const minor = VERSION.exec(text ?? '')?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * The policy version that a server really evaluates.
 *
 * @param serverMinor of the API server: a label newer than the server means the server's newest
 */
export function effectiveMinor(version: LevelVersion['version'], serverMinor: number): number {
  return version === 'latest' ? serverMinor : Math.min(version, serverMinor);
}

/** Position of a level: 0 privileged, 1 baseline, 2 restricted. */
export function levelRank(level: PodSecurityLevel): number {
  return POD_SECURITY_LEVELS.indexOf(level);
}

/** `restricted:v1.30`, `baseline:latest`. */
export function levelVersionText({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? 'latest' : `v1.${version}`}`;
}

function isLevel(text: string): text is PodSecurityLevel {
  return (POD_SECURITY_LEVELS as readonly string[]).includes(text);
}

/** A bad enforce level closes (restricted), a bad audit or warn level opens (privileged). */
function levelOf(mode: PodSecurityMode, level: string | undefined): PodSecurityLevel {
  if (level === undefined) return 'privileged';
  if (isLevel(level)) return level;
  return mode === 'enforce' ? 'restricted' : 'privileged';
}

/** Without a warn label, a valid stricter enforce level warns too, at its version unless warn-version says another. */
function impliedWarning(labels: Labels, enforce: LevelVersion, warn: LevelVersion): LevelVersion {
  const enforced = labels[levelLabel('enforce')];
  if (labels[levelLabel('warn')] !== undefined || enforced === undefined || !isLevel(enforced)) return warn;
  if (levelRank(enforce.level) <= levelRank(warn.level)) return warn;
  const version = labels[versionLabel('warn')] === undefined ? enforce.version : warn.version;
  return { level: enforce.level, version };
}
