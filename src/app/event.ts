import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import type { TreeQuestion } from './row-tree.ts';
import type { RelatedGroup } from './related.ts';
import type { ContextName, Refusals, SessionSnapshot } from './session-model.ts';
import type { Message } from './state.ts';

/** What can happen to a session. */
export type SessionEvent =
  /** A key by name: `j`, `N`, `ctrl-d`, `up`, `enter`, `space`, `escape` … */
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'snapshot'; readonly snapshot: SessionSnapshot }
  | { readonly type: 'remedies'; readonly visit: number; readonly remedies: readonly BuiltRemedy[] }
  | { readonly type: 'refusals'; readonly visit: number; readonly refusals: Refusals }
  /** A remedy as a person changed it. */
  | {
      readonly type: 'edited';
      readonly visit: number;
      readonly before: BuiltRemedy;
      readonly remedy: BuiltRemedy;
    }
  | { readonly type: 'text'; readonly visit: number; readonly text: string; readonly failed: boolean }
  /** Answers to the questions of a tree, in their order. */
  | {
      readonly type: 'tree';
      readonly visit: number;
      readonly question: TreeQuestion;
      readonly answers: readonly string[];
    }
  | { readonly type: 'related'; readonly visit: number; readonly groups: readonly RelatedGroup[] }
  | { readonly type: 'validated'; readonly visit: number; readonly text: string; readonly ok: boolean }
  | { readonly type: 'contexts'; readonly contexts: readonly ContextName[] }
  /** The context that was typed is there. `keeps`: with the view that was typed with it, else the session starts over. */
  | { readonly type: 'context-found'; readonly name: string; readonly keeps: boolean }
  | { readonly type: 'message'; readonly message: Message };
