import { holdingText } from '../analyses/secrets/secret-escapes.ts';
import { refTextFrom } from '../kube/object-ref.ts';
import { html } from './html-escape.ts';
import type { Write } from './format.ts';
import type { Report } from './report.ts';
import { namespaceInScope } from './scope.ts';
import { secretItems, type SecretItem } from './sections/secrets.ts';

/** Rows of the table: those that most may read, or take from a node. JSON has all of them. */
const MOST_ROWS = 200;

/** Which Secrets there are, who may read each by which binding, which nodes hold it, and who did read it. */
export function writeHtmlSecrets({ engine, scope }: Report, write: Write): void {
  if (scope.panes.length > 0 && !scope.panes.includes('secrets')) return;
  const all = secretItems(engine.view, (namespace) => namespaceInScope(namespace, scope));
  const items = [...all].sort((a, b) => reach(b) - reach(a));
  if (items.length === 0) return;
  write(`<h2>Secrets</h2>\n<p class="muted">${html(headText(items))}</p>\n`);
  write('<table class="sortable">\n<thead><tr>');
  for (const name of ['secret', 'used by', 'may read it', 'did read it', 'nodes that hold it', 'can take it there']) {
    write(`<th scope="col">${name}</th>`);
  }
  write('</tr></thead>\n<tbody>\n');
  for (const item of items.slice(0, MOST_ROWS)) write(row(item));
  write('</tbody>\n</table>\n');
}

function reach({ readers, escapes }: SecretItem): number {
  return (readers ?? 0) + (escapes === null ? 0 : escapes.items.length + escapes.more);
}

function headText(items: readonly SecretItem[]): string {
  const shown = Math.min(items.length, MOST_ROWS);
  return shown === items.length
    ? `${items.length} ${items.length === 1 ? 'Secret' : 'Secrets'}, no value was read`
    : `the ${shown} of ${items.length} Secrets that most can reach; -o json lists all`;
}

function row(item: SecretItem): string {
  const readers = item.readBy?.items.map(({ kind, namespace, name, binding, role }) => {
    const subject = `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
    return `${subject} by ${binding}, which gives ${role}`;
  });
  const reads = item.didRead?.items.map(({ username, last, count }) => `${username}, ${count}×, last ${last}`);
  const cells = [
    `<td>${html(`${item.namespace}/${item.name}`)}</td>`,
    list(
      item.usedBy.map((user) => refTextFrom(item.namespace, user)),
      0,
    ),
    list(readers, item.readBy?.more ?? 0),
    list(reads, item.didRead?.more ?? 0),
    list(
      item.nodes.map((node) => `${node.name} (${holdingText(node)})`),
      0,
    ),
    list(
      item.escapes?.items.map(({ workload, because }) => `${workload}: ${because}`),
      item.escapes?.more ?? 0,
    ),
  ];
  return `<tr>${cells.join('')}</tr>\n`;
}

/** A count that unfolds; undefined is unknown. */
function list(texts: readonly string[] | undefined, more: number): string {
  if (texts === undefined) return '<td data-key="0" class="muted">unknown</td>';
  const count = texts.length + more;
  if (count === 0) return '<td data-key="0" class="muted">0</td>';
  const items = [...texts, ...(more > 0 ? [`and ${more} more`] : [])].map((one) => `<li>${html(one)}</li>`);
  return `<td data-key="${count}"><details><summary>${count}</summary><ul>${items.join('')}</ul></details></td>`;
}
