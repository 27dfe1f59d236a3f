import { WHOLE_CLUSTER, type SessionScope } from '../src/app/session-scope.ts';
import type { Scope } from '../src/report/scope.ts';
import { findingInScope, namespaceInScope, rowInScope, WHOLE_SCOPE } from '../src/report/scope.ts';
import type { Rule } from '../src/rules/rule.ts';
import type { LabelSelector } from '../src/model/selector.ts';

/** The subjects that `-n`, `-l`, `--pane` and `--rule` choose, as a session keeps to them. */
export function sessionScope(scope: Scope): SessionScope {
  // One namespace is a view of the session: `0` shows all.
  const namespaces = scope.namespaces.length > 1 ? scope.namespaces : [];
  const kept: Scope = { ...WHOLE_SCOPE, namespaces, selector: scope.selector };
  const text = [
    namespaces.join(', '),
    scope.selector === null ? '' : `-l ${selectorText(scope.selector)}`,
    ...scope.panes.map((pane) => `--pane ${pane}`),
    ...scope.rules.map((rule) => `--rule ${rule}`),
  ].filter((one) => one !== '');
  if (text.length === 0) return WHOLE_CLUSTER;
  return {
    text: text.join(' '),
    namespace: (name) => namespaceInScope(name, kept),
    // An actor of the audit log is in no namespace and has no labels.
    row: (row) => row.kind === 'Actor' || rowInScope(row, kept),
    finding: (finding, view) => finding.pane === 'audit' || findingInScope(finding, kept, view),
  };
}

/** Whether a rule is among those that `--pane` and `--rule` choose. */
export function isAskedFor(rule: Rule, scope: Scope): boolean {
  const isPane = scope.panes.length === 0 || scope.panes.some((pane) => rule.id.startsWith(`${pane}/`));
  return isPane && (scope.rules.length === 0 || scope.rules.includes(rule.id));
}

function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const others = (matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      case 'In':
        return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(',')})`;
      default:
        return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} notin (${values.join(',')})`;
    }
  });
  return [...equal, ...others].join(',');
}
