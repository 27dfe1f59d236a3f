import type { LabelPlan } from './label-plan.ts';

/** From what each label's value comes, by key. */
export function reasonsOf(plan: Pick<LabelPlan, 'proposals'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plan.proposals.map((one) => [one.label, `from ${one.from} (${one.confidence} confidence)`]),
  );
}

/** ` Not added: …`, or '' where nothing is left. */
export function leftText(plan: Pick<LabelPlan, 'left'>): string {
  return plan.left.length === 0 ? '' : ` Not added: ${plan.left.join('; ')}.`;
}
