import type { Change } from '../model/change.ts';
import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** A Kubernetes object (or the body of a patch) as it is written to YAML. */
export type Manifest = Readonly<Record<string, unknown>>;

export interface YamlComment {
  /** Index into `manifests`. */
  readonly document: number;
  /** Path inside the document, such as `['spec', 'ingress', 0]`; [] is the head of the document. */
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** One way to remedy a finding. Nothing is applied: k8sec only writes YAML. */
export interface Remedy {
  /** Unique, `pane/what-it-does`; findings name it in `remedies`. */
  readonly id: string;
  readonly title: string;
  /**
   * safe: it takes nothing away that is in use, by evaluation of what was read; review: a person has to decide.
   */
  readonly safety: 'safe' | 'review';
  /**
   * A list may try to build it, to name only what can be had: for each finding, or once for all of a subject where
   * nothing else decides whether it is refused. Absent: that would take too long.
   */
  readonly triedBy?: 'subject' | 'finding';
  /** Builds the remedy for one finding. Pure. */
  build(finding: Finding, view: ClusterView): RemedyDraft | RemedyRefusal;
}

/**
 * apply: whole objects; patch: the bodies of patches that name their object, with the kubectl command; commands: a change
 * of objects of which only the commands say all, such as a deletion; steps: what is done once and by hand whoever owns
 * the objects, such as a restart or a file for somewhere else. Only steps are left to a person where something else owns
 * the objects: the rest is changed in their source.
 */
export type RemedyUse =
  { readonly type: 'apply' } | { readonly type: 'patch' | 'commands' | 'steps'; readonly commands: readonly string[] };

export interface RemedyDraft {
  /** What it does and what to check before it is applied, one or two sentences. */
  readonly note: string;
  readonly manifests: readonly Manifest[];
  readonly comments: readonly YamlComment[];
  /** How the manifests are meant; `FILE` in a command is the file that they are written to. */
  readonly use: RemedyUse;
  /** What the store would hold afterwards; the proof evaluates it. */
  readonly changes: readonly Change[];
  /**
   * Statements by evaluation, such as "keeps 14 declared flows, closes 1,201 sources". One that begins with a word in
   * capitals is an error: it cuts what something relies on.
   */
  readonly effects: readonly string[];
  /** The live object that the change is about, where the manifests are files for a repository and do not name it. */
  readonly about?: KubeObject;
  /** Whether it is one and the same for every finding of the rule: it then names none. */
  readonly isShared?: boolean;
  /** Where the manifests do not name an object that a file could be named after. */
  readonly fileName?: string;
}

/** Why no remedy can be written, in one sentence. */
export interface RemedyRefusal {
  readonly refused: string;
}
