import { compliance, type BenchmarkSummary, type JudgedItem } from './compliance.ts';
import { html } from './html-escape.ts';
import type { Write } from './format.ts';
import type { Report } from './report.ts';

/**
 * A line per benchmark, and one per item.
 *
 * @param withItems false: the benchmarks alone
 */
export function complianceLines(report: Report, withItems: boolean): readonly string[] {
  return compliance(report).flatMap((benchmark) => [
    `${benchmark.title}: ${totalsText(benchmark)}`,
    ...(withItems ? benchmark.items.map((item) => `  ${itemLine(item)}`) : []),
  ]);
}

/** A table for each benchmark that unfolds. */
export function writeHtmlCompliance(report: Report, write: Write): void {
  write('<h2>Compliance</h2>\n');
  for (const benchmark of compliance(report)) {
    write(
      `<details><summary>${html(benchmark.title)}: ${html(totalsText(benchmark))}</summary>\n<table class="sortable">\n`,
    );
    write('<thead><tr><th scope="col">item</th><th scope="col">title</th><th scope="col">status</th>');
    write('<th scope="col">failing</th><th scope="col">reason</th></tr></thead>\n<tbody>\n');
    for (const { id, title, status, failing, reason } of benchmark.items) {
      const cells = [id, title, statusText(status)].map((cell) => `<td>${html(cell)}</td>`).join('');
      write(`<tr>${cells}<td class="number">${failing}</td><td>${html(reason)}</td></tr>\n`);
    }
    write('</tbody>\n</table>\n</details>\n');
  }
}

/** `3 fail, 20 pass, 17 not visible, 1 attested` */
export function totalsText({ totals }: BenchmarkSummary): string {
  const attested = totals.attested === 0 ? '' : `, ${totals.attested} attested`;
  return `${totals.fail} fail, ${totals.pass} pass, ${totals['not-visible']} not visible${attested}`;
}

export function statusText(status: JudgedItem['status']): string {
  return status.replace('-', ' ');
}

function itemLine({ id, title, status, failing, reason }: JudgedItem): string {
  const detail = reason === '' ? (failing === 0 ? '' : ` (${failing})`) : `: ${reason}`;
  return `${id.padEnd(10)} ${statusText(status).padEnd(11)} ${title}${detail}`;
}
