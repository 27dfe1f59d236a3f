import { RBAC_KINDS } from '../../model/kind.ts';
import { csvRow } from '../../report/csv.ts';
import type { StoreView } from '../../store/store-view.ts';
import { holesIn } from '../holes.ts';
import { UsageError, type Command, type CommandContext } from '../command.ts';
import { reviewHtml } from './html.ts';
import { compared, previousRows, toRemove, type PreviousRows } from './previous.ts';
import { removalYaml } from './removals.ts';
import { COLUMNS, reviewRows, type HeldRow, type ReviewRow } from './rows.ts';

const FORMS = ['csv', 'html', 'json', 'yaml'] as const;

/** One row per subject, binding and scope for a periodic review, and the filled review read back (interface §1). */
export const accessReviewCommand: Command = {
  name: 'access-review',
  summary: 'one row per subject, binding and scope, to be decided on; -o yaml is what was decided to be removed',
  usage: 'access-review [--previous FILE] [-o csv|html|json|yaml]',
  options: [
    {
      name: 'previous',
      value: 'one',
      help: 'the last review (CSV, HTML or JSON, filled or not): its decisions stay, new, changed and removed rows are named',
    },
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  if (context.words.length > 0) throw new UsageError(`usage: ${accessReviewCommand.usage}`);
  const output = FORMS.find((one) => one === (context.output ?? 'csv'));
  if (output === undefined) throw new UsageError(`-o ${context.output} is not a form of a review: ${FORMS.join(', ')}`);
  const path = context.options['previous'];
  const read = typeof path === 'string' ? previousRows(await context.readFile(path), path) : undefined;
  for (const row of read?.repeated ?? []) context.warn(`${String(path)}: ${row} is there more than once\n`);
  const isInScope = ({ scope }: ReviewRow): boolean =>
    context.namespaces.length === 0 || context.namespaces.includes(scope);
  const before = read === undefined ? undefined : new Map([...read.rows].filter(([, row]) => isInScope(row)));
  const view = await context.loadView();
  const rows = [...reviewRows(view)].filter(({ row }) => isInScope(row));
  const holes = holesIn(view, RBAC_KINDS);
  if (output === 'yaml') return printRemovals(context, (await context.loadEngine()).view, rows, before, holes);
  const all = compared(rows, before);
  switch (output) {
    case 'json':
      context.print(`${JSON.stringify({ rows: all, holes }, null, 2)}\n`);
      break;
    case 'html':
      context.print(reviewHtml(all, holes));
      break;
    case 'csv':
      context.print(csvRow(COLUMNS));
      for (const row of all) context.print(csvRow(COLUMNS.map((name) => row[name])));
      for (const hole of holes) context.warn(`not judged: ${hole}\n`);
  }
  return holes.length > 0 ? 3 : 0;
}

function printRemovals(
  context: CommandContext,
  view: StoreView,
  rows: readonly HeldRow[],
  before: PreviousRows | undefined,
  holes: readonly string[],
): number {
  if (before === undefined) throw new UsageError('-o yaml writes what a review decided: name it with --previous FILE');
  const { going, notDone } = toRemove(rows, before);
  context.print(removalYaml(view, going));
  for (const text of notDone) context.warn(`not removed: ${text}\n`);
  for (const hole of holes) context.warn(`not judged: ${hole}\n`);
  return notDone.length + holes.length > 0 ? 3 : 0;
}
