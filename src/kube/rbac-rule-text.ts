import type { PolicyRule } from '../model/objects.ts';

/** A rule in one line: `get,list secrets (names a, b)`, `* *.*`, `get /metrics`. */
export function ruleText(rule: PolicyRule): string {
  const verbs = rule.verbs.join(',');
  const names = rule.resourceNames ?? [];
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).map((resource) => (group === '' ? resource : `${resource}.${group}`)),
  );
  const what = [...resources, ...(rule.nonResourceURLs ?? [])].join(', ');
  return `${verbs} ${what === '' ? '(nothing)' : what}${names.length === 0 ? '' : ` (names ${names.map((name) => name || '""').join(', ')})`}`;
}
