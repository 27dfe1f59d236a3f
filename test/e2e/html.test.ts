import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { object } from '../objects.ts';
import { judged, privileged, written } from '../report/judged.ts';
import { BrowserPage, findBrowser } from './browser.ts';

const program = findBrowser();
if (program === undefined) console.warn('skipped: the HTML report in a browser, for there is no Chromium on the PATH');

const HOSTILE = '<img src="http://evil.example/x" onerror="alert(1)"><script>alert(2)</script>';

const ADMIN = [
  object('ServiceAccount', { metadata: { name: 'deployer', namespace: 'ci' } }),
  object('ClusterRole', {
    metadata: { name: 'all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  }),
  object('ClusterRoleBinding', {
    metadata: { name: 'deployer-all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'ci', name: 'deployer' }],
  }),
];

/** Rows that are shown: severity and subject. */
const ROWS = `[...document.querySelectorAll('#findings tbody tr')].filter((row) => !row.hidden)
  .map((row) => row.cells[0].textContent + ' ' + row.cells[2].textContent)`;

function typed(field: string, value: string): string {
  return `(() => { const form = document.querySelector('form.filter'); form.elements.${field}.value = ${JSON.stringify(value)};
    form.dispatchEvent(new Event('input', { bubbles: true })); return ${ROWS}; })()`;
}

describe.skipIf(program === undefined)('the HTML report in Chromium', () => {
  let folder = '';
  let page: BrowserPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8sec-html-'));
    const objects = [...privileged('agent'), ...privileged('other', 'data'), ...privileged(HOSTILE, 'shop'), ...ADMIN];
    const file = join(folder, 'report.html');
    await writeFile(file, written(judged(objects), 'html'));
    page = await BrowserPage.open(program ?? '');
    await page.go(pathToFileURL(file).href);
  });

  afterAll(async () => {
    await page.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('asks for nothing but itself, and what a name holds stays text', async () => {
    const asked = page.events('Network.requestWillBeSent').map(({ request }) => (request as { url: string }).url);
    expect(asked).toEqual([pathToFileURL(join(folder, 'report.html')).href]);
    expect(page.events('Page.javascriptDialogOpening')).toEqual([]);
    expect(page.events('Runtime.exceptionThrown')).toEqual([]);
    expect(await page.evaluate('document.scripts.length')).toBe(1);
    expect(await page.evaluate('document.images.length')).toBe(0);
    expect(await page.evaluate('document.body.textContent.includes("<img src=")')).toBe(true);
  });

  test('filters by words, severity and pane', async () => {
    const all = (await page.evaluate(ROWS)) as readonly string[];
    const agents = (await page.evaluate(typed('text', 'deployment shop/agent'))) as readonly string[];
    expect(agents.length).toBeGreaterThan(0);
    expect(agents.every((row) => row.endsWith('Deployment shop/agent'))).toBe(true);
    await page.evaluate(typed('text', ''));
    const critical = (await page.evaluate(typed('severity', 'critical'))) as readonly string[];
    expect(critical).toEqual(all.filter((row) => row.startsWith('critical')));
    expect(await page.evaluate(`document.querySelector('form.filter output').textContent`)).toBe(
      `${critical.length} of ${all.length} shown`,
    );
    expect(await page.evaluate(typed('severity', ''))).toEqual(all);
  });

  test('sorts by a column, and back', async () => {
    const click = `document.querySelectorAll('#findings th button')[2].click(), ${ROWS}.map((row) => row.replace(/^\\S+ /, ''))`;
    const up = (await page.evaluate(click)) as readonly string[];
    expect(up).toEqual(up.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    const down = (await page.evaluate(click)) as readonly string[];
    expect(down[0]).toBe(up.at(-1));
  });

  test('draws the escalation path and who may reach whom', async () => {
    const label = (at: number): string => `document.querySelectorAll('.graph svg')[${at}]`;
    expect(await page.evaluate(`${label(0)}.querySelector('.name').textContent`)).toBe('sa ci/deployer');
    expect(await page.evaluate(`${label(0)}.querySelectorAll('.edge').length`)).toBeGreaterThan(0);
    expect(await page.evaluate(`${label(1)}.querySelectorAll('.cell').length`)).toBeGreaterThan(0);
    expect(await page.evaluate(`${label(0)}.getBoundingClientRect().width <= innerWidth`)).toBe(true);
  });

  test('is dark where the reader wants it dark', async () => {
    const back = `getComputedStyle(document.body).backgroundColor`;
    const colours: unknown[] = [];
    for (const value of ['light', 'dark']) {
      await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
      colours.push(await page.evaluate(back));
    }
    expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
  });

  test('prints with everything open, and closes it again', async () => {
    await page.evaluate(
      `addEventListener('beforeprint', () => { globalThis.notOpen = document.querySelectorAll('details:not([open])').length; })`,
    );
    const { data } = await page.send('Page.printToPDF');
    expect(Buffer.from(String(data), 'base64').subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.evaluate('notOpen')).toBe(0);
    expect(await page.evaluate(`document.querySelectorAll('details[open]').length`)).toBe(0);
  });
});
