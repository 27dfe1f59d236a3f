import type { PrincipalRole } from '../../../kube/audit-principal.ts';
import { SEVERITIES, severityRank, type Severity } from '../../../model/finding.ts';
import type { AuditRequest } from '../request.ts';
import type { ProfileBook } from './profile-book.ts';

/** Severity per kind of principal; null: no detection, that is what they are there for. */
export type Levels = Readonly<Record<PrincipalRole, Severity | null>>;

/** What a detection found in one request. */
export interface Hit {
  readonly severity: Severity;
  /** What the actor did, as the middle of a sentence: `exec into`, `reads 12 different secrets within 300 s`. */
  readonly what: string;
  /** How many requests this stands for; 1 where it is left out. */
  readonly count?: number;
}

/** Looks at requests in order of arrival; may remember earlier ones in bounded state. */
export type Detector = (request: AuditRequest) => Hit | null;

export interface DetectorOptions {
  /** Requests of one kind within 300 s of event time that make a burst. */
  readonly burst: number;
  /** Distinct secrets within 300 s that make a burst for humans and unknown accounts. */
  readonly secretBurst: number;
  /** What a detection knows of principals, under its name. */
  readonly profiles: (detection: string) => ProfileBook;
}

export interface Detection {
  /** Part of rule ids, waivers and reports. */
  readonly name: string;
  /** What it fires on. */
  readonly summary: string;
  /** What a person should do about it, one or two sentences. */
  readonly advice: string;
  /** MITRE ATT&CK for Containers. */
  readonly technique: string;
  /** Least level of the log at which it can fire. */
  readonly level: 'Metadata' | 'Request';
  /** What it cannot see in a log of level Metadata; '' where it sees all. */
  readonly blind: string;
  /** Verbs without which it cannot fire (any of them suffices); empty: any. */
  readonly verbs: readonly string[];
  /** Stage without which it cannot fire. */
  readonly stage?: 'ResponseStarted';
  /** `resource` or `resource/subresource` of the requests it looks at; 'any': all requests. */
  readonly topics: readonly string[] | 'any';
  /** Whose requests it looks at; everybody's where it is left out. */
  readonly roles?: readonly PrincipalRole[];
  /** About many requests: shown beside what the single requests fire, not instead of it. */
  readonly isPattern?: boolean;
  create(options: DetectorOptions): Detector;
}

/** Who is not there to serve the cluster: people and programs, of which something can be learned. */
export const CALLERS: readonly PrincipalRole[] = ['human', 'deployer', 'workload', 'system'];

/** The window of bursts: 5 minutes in milliseconds. */
export const BURST_SPAN = 300_000;

const written = new Map<string, Levels>();

/** Severities from left to right: human, deployer, workload, system, node, plane, anonymous. `-` is none. */
export function levels(words: string): Levels {
  let of = written.get(words);
  if (of === undefined) written.set(words, (of = read(words)));
  return of;
}

function read(words: string): Levels {
  const [human, deployer, workload, system, node, plane, anonymous] = words.split(' ').map(levelOf);
  return {
    human: human ?? null,
    deployer: deployer ?? null,
    workload: workload ?? null,
    system: system ?? null,
    node: node ?? null,
    plane: plane ?? null,
    anonymous: anonymous ?? null,
  };
}

function levelOf(word: string): Severity | null {
  return SEVERITIES.find((severity) => severity === word) ?? null;
}

/**
 * The severity for what became of the request: an attempt that was refused weighs less by one step (two from critical),
 * one that failed for another reason at most low.
 */
function judged(severity: Severity | null, request: AuditRequest): Severity | null {
  if (severity === null || request.outcome === 'done') return severity;
  const attempt = ATTEMPT[severity];
  return request.outcome === 'denied' || severityRank(attempt) >= severityRank('low') ? attempt : 'low';
}

const ATTEMPT: Readonly<Record<Severity, Severity>> = {
  critical: 'medium',
  high: 'medium',
  medium: 'low',
  low: 'info',
  info: 'info',
};

/** A hit at the level of the request's principal. */
export function hit(of: Levels, request: AuditRequest, what: string): Hit | null {
  return hitAt(of[request.principal.role], request, what);
}

/** A hit at a severity, less where the request was refused. */
export function hitAt(severity: Severity | null, request: AuditRequest, what: string): Hit | null {
  const level = judged(severity, request);
  return level === null ? null : { severity: level, what };
}

/** A detection that judges every request by itself. */
export function single(definition: Omit<Detection, 'create'> & { readonly test: Detector }): Detection {
  const { test, ...rest } = definition;
  return { ...rest, create: () => test };
}
