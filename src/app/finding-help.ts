import type { Finding } from '../model/finding.ts';
import { RULES } from '../rules/index.ts';

const HELP: ReadonlyMap<string, string> = new Map(RULES.map((rule) => [rule.id, rule.help]));

/** Why what a rule finds matters, and what to do; of a rule that is not known, where to look. */
export function ruleHelp(id: string): string {
  return HELP.get(id) ?? `see docs/rules.md for ${id}`;
}

/** Whether YAML can be written that closes the finding. */
export function hasRemedies({ remedies = [] }: Finding): boolean {
  return remedies.length > 0;
}
