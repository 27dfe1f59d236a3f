import type { BrokenObject, WrittenObject } from '../../model/change.ts';
import type { Kind } from '../../model/kind.ts';
import type { FileLocation, KubeObject } from '../../model/objects.ts';
import type { UnreadablePath } from './find-files.ts';

/** All that manifests told. */
export interface ManifestResult {
  /** Every object that can be judged, each once, in the order in which names first appeared. */
  readonly objects: readonly KubeObject[];
  /** Documents that do not parse, and objects that an API server would refuse; one entry a problem. */
  readonly broken: readonly BrokenObject[];
  readonly duplicates: readonly DuplicateObject[];
  /** Objects whose API version a release of Kubernetes removed. */
  readonly removedApis: readonly WrittenObject[];
  readonly skipped: SkippedCounts;
  /** Paths that could not be read at all: missing, denied. */
  readonly unreadable: readonly UnreadablePath[];
  /** How many files were read. */
  readonly files: number;
}

/** An object that is declared twice; the later one counts. */
export interface DuplicateObject {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly dropped: FileLocation;
  readonly kept: FileLocation;
}

/** What was read and is not judged. */
export interface SkippedCounts {
  /** Documents without apiVersion and kind: values files, compose files, lists of text. */
  readonly notKubernetes: number;
  /** Kubernetes objects of kinds that k8sec does not read, by `apiVersion/kind`. */
  readonly otherObjects: Readonly<Record<string, number>>;
}
