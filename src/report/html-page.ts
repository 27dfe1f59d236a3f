/** The style and script of the HTML report. Inline, because the page must need no network; allowed by their hashes. */
export const STYLE = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --text: #1f2328; --muted: #59636e; --back: #fff;
  --critical: #a40e26; --high: #c4320a; --medium: #8a6100; --low: #0550ae; --info: #59636e; --bar: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --text: #e6edf3; --muted: #9198a1;
  --back: #0d1117; --critical: #ff7b85; --high: #ffa066; --medium: #e3b341; --low: #79c0ff; --info: #9198a1; --bar: #3fb950; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; } .muted { color: var(--muted); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { background: var(--soft); white-space: nowrap; position: sticky; top: 0; }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
td { min-width: 6em; } td.number { min-width: 0; text-align: right; font-variant-numeric: tabular-nums; }
.severity { font-weight: 600; white-space: nowrap; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .info { color: var(--info); }
.filter[hidden] { display: none; }
.filter { display: flex; gap: .6rem; flex-wrap: wrap; margin: .5rem 0; align-items: center; }
.filter input, .filter select { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--back); color: var(--text); } .filter input { flex: 1; min-width: 12rem; }
details summary { cursor: pointer; } details ul { margin: .3rem 0; padding-left: 1.2rem; }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; border-radius: 6px; font-size: 12px; }
.mark { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; font-size: 12px; color: var(--muted); }
svg { display: block; } .graph { padding: .5rem 0; } .graph svg { max-width: 100%; height: auto; } .graph text { fill: var(--text); font-size: 12px; }
.graph .note { fill: var(--muted); font-size: 11px; } .graph .count { font-size: 11px; }
.graph .box { fill: var(--soft); stroke: var(--line); } .graph .end { fill: var(--soft); stroke: var(--critical); }
.graph .edge { fill: none; stroke: var(--muted); } .graph .cell { fill: var(--high); stroke: var(--line); }
@media (max-width: 45rem) { body { padding: .7rem; } th { white-space: normal; } td svg { width: 6rem; height: auto; } }
@page { size: landscape; margin: 1cm; }
@media print { .filter { display: none; } th { position: static; } tr { break-inside: avoid; }
  body { max-width: none; padding: 0; font-size: 10px; } th, td { padding: .15rem .4rem; } pre { font-size: 9px; } .graph svg { max-height: 16cm; } }
`;

/** Sorting by any column, filtering by words and severity; prints with all details open. Without it all is still there. */
export const SCRIPT = `
'use strict';
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.textContent = '';
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }) * (down ? -1 : 1));
      body.append(...rows.map(([, row]) => row));
    });
  });
}
for (const form of document.querySelectorAll('form.filter')) {
  const table = document.getElementById(form.dataset.table);
  const count = form.querySelector('output');
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\\s+/);
    const severity = form.elements.severity?.value ?? '';
    const pane = form.elements.pane?.value ?? '';
    let shown = 0;
    for (const [row, text] of rows) {
      const isShown = words.every((word) => text.includes(word)) &&
        (severity === '' || row.dataset.severity === severity) && (pane === '' || row.dataset.pane === pane);
      row.hidden = !isShown;
      if (isShown) shown += 1;
    }
    count.textContent = shown === rows.length ? rows.length + ' shown' : shown + ' of ' + rows.length + ' shown';
  };
  form.hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  apply();
}
addEventListener('beforeprint', () => {
  for (const one of document.querySelectorAll('details:not([open])')) { one.open = true; one.dataset.opened = ''; }
});
addEventListener('afterprint', () => {
  for (const one of document.querySelectorAll('details[data-opened]')) { one.open = false; delete one.dataset.opened; }
});
`;
