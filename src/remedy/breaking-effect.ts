import type { BuiltRemedy } from './built-remedy.ts';

/** Effects that cut what something relies on begin with a word in capitals. */
const BREAKING = /^(?:once enforced: )?(?:CLOSES|CUTS|DENIES|MAY DENY|MAY CUT|INVALID|NOT EVALUATED)\b/;

/** Whether an effect of a remedy says that it cuts what something relies on. */
export function isBreakingEffect(effect: string): boolean {
  return BREAKING.test(effect);
}

/** Whether a remedy, by evaluation, cuts what something relies on. */
export function isBreaking({ effects }: Pick<BuiltRemedy, 'effects'>): boolean {
  return effects.some(isBreakingEffect);
}

/** How carefully a remedy is to be taken, in a few words. */
export function safetyText(remedy: Pick<BuiltRemedy, 'effects' | 'safety'>): string {
  return isBreaking(remedy) ? 'review: it may break something' : remedy.safety;
}
