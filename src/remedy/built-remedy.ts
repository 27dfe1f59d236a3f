import type { Change } from '../model/change.ts';
import type { Finding } from '../model/finding.ts';
import type { Manifest, RemedyUse } from './remedy.ts';

/** A remedy built for a finding and proven on an overlay of the view: all that a person reads before using it. */
export interface BuiltRemedy {
  /** The remedy's id, `pane/what-it-does`. */
  readonly id: string;
  /** Id of the finding that it was built for. */
  readonly finding: string;
  /** Ids of all the findings that it is for, where it joins the remedies of several. */
  readonly joint?: readonly string[];
  readonly title: string;
  readonly safety: 'safe' | 'review';
  /** What it does and what to check before it is applied. */
  readonly note: string;
  /** Why no remedy can be written, in one sentence; null where one was. `yaml` and the rest are empty then. */
  readonly refused: string | null;
  /** The documents as data. */
  readonly manifests: readonly Manifest[];
  /** YAML documents with a comment on each reason, ending in a newline. */
  readonly yaml: string;
  /** Suggested file name, such as `network-policy-postgres.yaml`; no folders. */
  readonly fileName: string;
  /** Line by line against the object as it is; an object that is not there yet is all `add`. */
  readonly diff: readonly DiffLine[];
  /** Statements by evaluation, such as "keeps 14 declared flows, closes 1,201 sources". */
  readonly effects: readonly string[];
  /** Findings that go when this is applied, this finding among them if the remedy works. */
  readonly closes: readonly Finding[];
  /** Findings that come. */
  readonly opens: readonly Finding[];
  readonly target: RemedyTarget;
  /** What to change where the objects come from, in one sentence; null where nobody owns them. */
  readonly source: string | null;
  /** What the store would hold afterwards. */
  readonly changes: readonly Change[];
  /** What to type, such as `kubectl apply -f network-policy-postgres.yaml`; none where the source is to be changed. */
  readonly commands: readonly string[];
  /** What the manifests are. */
  readonly use: RemedyUse['type'];
}

export interface DiffLine {
  /** head: names the object that the lines below belong to. */
  readonly type: 'same' | 'add' | 'remove' | 'head';
  readonly text: string;
}

/** Who owns the object: whatever manages it reverts what kubectl changes. */
export interface RemedyTarget {
  readonly manager: 'none' | 'helm' | 'argocd' | 'flux' | 'operator';
  readonly app: string | null;
  readonly repoURL: string | null;
  readonly path: string | null;
}
