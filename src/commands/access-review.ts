import { allVerdicts, type BindingVerdict } from '../analyses/rbac/binding-verdict.ts';
import { grantUsage, usageText } from '../analyses/rbac/grant-usage.ts';
import { ruleText } from '../kube/rbac-rule-text.ts';
import type { BindingObject } from '../model/objects.ts';
import { csvRow } from '../report/csv.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { UsageError, type Command, type CommandContext } from './command.ts';
import { bindingName, nameText, roleName, subjectName } from './rbac-names.ts';

/** Columns of a review, in order; the last two are for whoever reviews. */
const COLUMNS = [
  'subject',
  'scope',
  'binding',
  'role',
  'gives',
  'sensitive',
  'usage',
  'since',
  'changed',
  'decision',
  'reviewer',
] as const;

type ReviewRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** One row per subject, binding and scope for a periodic review (interface §1). */
export const accessReviewCommand: Command = {
  name: 'access-review',
  summary: 'one row per subject, binding and scope, to be decided on',
  usage: 'access-review [--previous FILE] [-o csv|json]',
  options: [{ name: 'previous', value: 'one', help: 'the last review (its JSON): says which rows are new or changed' }],
  run,
};

async function run(context: CommandContext): Promise<number> {
  if (context.words.length > 0) throw new UsageError(`usage: ${accessReviewCommand.usage}`);
  const output = context.output ?? 'csv';
  if (output !== 'csv' && output !== 'json')
    throw new UsageError(`-o ${output} is not a form of a review: csv or json`);
  const previous = context.options['previous'];
  const before = typeof previous === 'string' ? await previousRows(context, previous) : undefined;
  const view = await context.loadView();
  const rows = [...reviewRows(view)].filter(
    (row) => context.namespaces.length === 0 || context.namespaces.includes(row.scope),
  );
  const compared = rows.map((row) => ({ ...row, changed: changeOf(row, before) }));
  const holes = (['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const).flatMap((kind) => {
    const readability = view.readable(kind);
    return readability.ok ? [] : [`${kind}: ${readability.reason}`];
  });
  if (output === 'json') {
    context.print(`${JSON.stringify({ rows: compared, holes }, null, 2)}\n`);
  } else {
    context.print(csvRow(COLUMNS));
    for (const row of compared) context.print(csvRow(COLUMNS.map((name) => row[name])));
    for (const hole of holes) context.warn(`not judged: ${hole}\n`);
  }
  return holes.length > 0 ? 3 : 0;
}

function* reviewRows(view: ClusterView): Generator<ReviewRow> {
  for (const [binding, verdict] of allVerdicts(view)) {
    for (const subject of binding.subjects) {
      yield {
        subject: nameText(subjectName(subject, binding)),
        scope: binding.namespace === '' ? '(cluster)' : binding.namespace,
        binding: nameText(bindingName(binding)),
        role: nameText(roleName(binding)),
        gives: givesText(verdict),
        sensitive: verdict.grants.map((one) => `${one.severity}: ${one.category}`).join('; '),
        usage: usageText(grantUsage(view, binding)),
        since: sinceText(binding),
        changed: '',
        decision: '',
        reviewer: '',
      };
    }
  }
}

function givesText({ status, reason, rules }: BindingVerdict): string {
  if (status === 'missing') return 'nothing: the role does not exist';
  if (status === 'unknown') return `unknown: ${reason}`;
  return status === 'default' ? 'as Kubernetes ships it' : rules.map(ruleText).join('; ');
}

function sinceText({ created }: BindingObject): string {
  return created === null ? '' : new Date(created).toISOString().slice(0, 10);
}

/** Rows of a review by whom they are about; what they gave. */
type PreviousRows = ReadonlyMap<string, string>;

function keyOf(row: Pick<ReviewRow, 'subject' | 'scope' | 'binding'>): string {
  return JSON.stringify([row.subject, row.scope, row.binding]);
}

function changeOf(row: ReviewRow, before: PreviousRows | undefined): string {
  if (before === undefined) return '';
  const gave = before.get(keyOf(row));
  if (gave === undefined) return 'new';
  return gave === `${row.role}\n${row.gives}` ? 'same' : 'changed';
}

async function previousRows(context: CommandContext, path: string): Promise<PreviousRows> {
  let data: unknown;
  try {
    data = JSON.parse(await context.readFile(path));
  } catch (error) {
    throw new UsageError(
      `${path} is no review in JSON (access-review -o json writes one): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const rows = (data as { readonly rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) throw new UsageError(`${path} is no review: it has no rows`);
  return new Map((rows as readonly ReviewRow[]).map((row) => [keyOf(row), `${row.role}\n${row.gives}`]));
}
