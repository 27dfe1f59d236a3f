import type { OtherProgram } from './session-model.ts';
import type { TreeQuestion } from './row-tree.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import type { ObjectRef, PaneName } from '../model/finding.ts';

/** What the session wants done. The reducer only says it; `runEffect` does it. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'repaint' }
  | { readonly type: 'suspend' }
  | { readonly type: 'refresh' }
  | { readonly type: 'focus'; readonly pane: PaneName | null }
  | { readonly type: 'remedies'; readonly visit: number; readonly findings: readonly string[] }
  | { readonly type: 'refusals'; readonly visit: number; readonly findings: readonly string[] }
  | { readonly type: 'yaml'; readonly visit: number; readonly object: ObjectRef }
  | { readonly type: 'describe'; readonly visit: number; readonly object: ObjectRef }
  | { readonly type: 'tree'; readonly visit: number; readonly question: TreeQuestion }
  | { readonly type: 'related'; readonly visit: number; readonly object: ObjectRef }
  | { readonly type: 'ask'; readonly visit: number; readonly words: readonly string[] }
  | { readonly type: 'dry-run'; readonly visit: number; readonly yaml: string }
  | { readonly type: 'save'; readonly fileName: string; readonly text: string }
  /** Hands the terminal to another program: the editor gets a new file, the pager one that goes away with it. */
  | {
      readonly type: 'hand-over';
      readonly to: OtherProgram;
      readonly fileName: string;
      readonly text: string;
      /** The remedy that the text is of: once it was changed it is evaluated anew. */
      readonly remedy: { readonly visit: number; readonly built: BuiltRemedy } | null;
    }
  | { readonly type: 'copy'; readonly text: string; readonly what: string }
  | { readonly type: 'contexts' }
  /** Looks whether there is such a context before anything is left for it. */
  | { readonly type: 'find-context'; readonly name: string; readonly keeps: boolean }
  | { readonly type: 'switch-context'; readonly name: string };
