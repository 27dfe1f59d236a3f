import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { accessReviewCommand } from '../../src/commands/access-review/command.ts';
import { UsageError } from '../../src/commands/command.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects, type RawManifest, type ViewOptions } from '../analyses/rbac/view-of.ts';
import { runCommand, type Run } from './rbac-command.ts';

const READER = rawRole('reader', ['get,list core secrets'], 'shop');
const BOB = { kind: 'User', name: '=bob' };
const DEVS = { kind: 'Group', name: 'devs' };
const READ = rawBinding('shop', 'read', 'Role/reader', BOB, DEVS);
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'payments' } } };
const CLUSTER = [NAMESPACE, READER, READ];

/** Runs a review; `last` is the text of the previous one. */
async function review(
  objects: readonly RawManifest[],
  { output, last, view = {} }: { readonly output?: string; readonly last?: string; readonly view?: ViewOptions } = {},
): Promise<Run> {
  return await runCommand(accessReviewCommand, viewOfObjects(objects, view), [], {
    ...(output === undefined ? {} : { output }),
    ...(last === undefined ? {} : { options: { previous: 'last.csv' }, files: { 'last.csv': last } }),
  });
}

/** The review of the cluster with these decisions, as whoever reviewed saved it. */
async function filled(...decisions: readonly string[]): Promise<string> {
  const { output } = await review(CLUSTER);
  const [head = '', ...rows] = output.trimEnd().split('\r\n');
  return [head, ...rows.map((row, at) => row.replace(/,,$/, `,${decisions[at] ?? ','}`))].join('\n');
}

/** `subject changed decision reviewer` of each row. */
function rows({ output }: Run): readonly string[] {
  const data = JSON.parse(output) as { readonly rows: readonly Record<string, string>[] };
  return data.rows.map((row) =>
    [row['subject'], row['changed'], row['decision'], row['reviewer']].filter(Boolean).join(' '),
  );
}

describe('a review', () => {
  test('is one row per subject, with empty columns to decide in, and nothing that a spreadsheet runs', async () => {
    const { code, output } = await review(CLUSTER);
    expect(output.split('\r\n')).toEqual([
      'subject,scope,binding,role,gives,sensitive,usage,owner,since,changed,decision,reviewer',
      'User =bob,shop,RoleBinding shop/read,Role shop/reader,"get,list secrets",medium: reads-secrets,unknown: no audit log,payments,,,,',
      'Group devs,shop,RoleBinding shop/read,Role shop/reader,"get,list secrets",medium: reads-secrets,unknown: no audit log,payments,,,,',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('is a page of its own that runs no script of a name', async () => {
    const eve = rawBinding('shop', 'read', 'Role/reader', { kind: 'User', name: '<script>alert(1)</script>' });
    const { output } = await review([READER, eve], { output: 'html' });
    expect(output).toMatch(/^<!doctype html>/);
    expect(output).toContain('<td>User &lt;script&gt;alert(1)&lt;/script&gt;</td>');
    expect(output).not.toContain('<script>alert');
    expect(output).not.toMatch(/src=|href=/);
  });

  test('names the owner by the nearest label, else the tool that brought the binding', async () => {
    const owned = (meta: object, binding = READ): RawManifest => ({
      ...binding,
      metadata: { ...binding.metadata, ...meta },
    });
    const ownerOf = async (objects: readonly RawManifest[]): Promise<string | undefined> => {
      const { output } = await review(objects, { output: 'json' });
      return (JSON.parse(output) as { readonly rows: readonly { readonly owner: string }[] }).rows[0]?.owner;
    };
    expect(await ownerOf([READER, owned({ labels: { owner: 'ann' } }), NAMESPACE])).toBe('ann');
    expect(await ownerOf([READER, READ])).toBe('');
    expect(await ownerOf([READER, owned({ annotations: { 'meta.helm.sh/release-name': 'shop' } })])).toBe('helm shop');
  });

  test('is not clean where something could not be read', async () => {
    const { code, warned } = await review(CLUSTER, { view: { denied: ['Role'] } });
    expect(code).toBe(3);
    expect(warned).toContain('not judged: Role: Role: forbidden');
  });

  test('has no other form', async () => {
    await expect(review(CLUSTER, { output: 'sarif' })).rejects.toThrow('-o sarif is not a form of a review');
  });
});

describe('a filled review, read back', () => {
  test('keeps its decisions, and names what is new, changed and removed since', async () => {
    const last = await filled('keep,ann', 'remove,ann');
    expect(rows(await review(CLUSTER, { output: 'json', last }))).toEqual([
      'User =bob same keep ann',
      'Group devs same remove ann',
    ]);
    const wider = rawRole('reader', ['get,list,watch core secrets'], 'shop');
    expect(rows(await review([wider, READ], { output: 'json', last }))).toEqual([
      'User =bob changed',
      'Group devs changed',
    ]);
    const other = rawBinding('shop', 'read', 'Role/reader', BOB, { kind: 'User', name: 'eve' });
    expect(rows(await review([READER, other], { output: 'json', last }))).toEqual([
      'User =bob same keep ann',
      'User eve new',
      'Group devs removed remove ann',
    ]);
  });

  test('may be its own JSON, or come from a spreadsheet with semicolons', async () => {
    const { output } = await review(CLUSTER, { output: 'json' });
    expect(rows(await review(CLUSTER, { output: 'json', last: output }))).toEqual([
      'User =bob same',
      'Group devs same',
    ]);
    const semicolons =
      '\ufeffsubject;scope;binding;role;gives;decision;reviewer\r\n' +
      'Group devs;shop;RoleBinding shop/read;Role shop/reader;get,list secrets;KEEP;ann\r\n';
    expect(rows(await review(CLUSTER, { output: 'json', last: semicolons }))).toEqual([
      'User =bob new',
      'Group devs same KEEP ann',
    ]);
  });

  test('becomes the YAML that removes what was decided to go', async () => {
    const { output, code } = await review(CLUSTER, { output: 'yaml', last: await filled('keep,ann', 'revoke,ann') });
    expect(output).toBe(`# by evaluation: Group devs loses get,list secrets in namespace shop
# by evaluation: no audit log tells whether what goes is in use
# by evaluation: whoever applies it has to be allowed to patch rolebindings read in namespace shop; to bind Role reader (or to hold all that it gives)
---
# Group devs: removed by decision of ann

apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  namespace: shop
  name: read
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
  - kind: User
    name: =bob
`);
    expect(code).toBe(0);
  });

  test('deletes a binding in which nobody is left', async () => {
    const { output } = await review(CLUSTER, { output: 'yaml', last: await filled('remove,', 'remove,ann') });
    expect(output.split('\n')).toEqual([
      '# by evaluation: User =bob loses get,list secrets in namespace shop',
      '# by evaluation: Group devs loses get,list secrets in namespace shop',
      '# by evaluation: no audit log tells whether what goes is in use',
      '# by evaluation: whoever applies it has to be allowed to delete rolebindings read in namespace shop',
      '---',
      '# User =bob: removed by decision of (nobody named)',
      '# Group devs: removed by decision of ann',
      '# kubectl -n shop delete rolebinding read',
      '',
    ]);
  });

  test('says what to change in the source of a binding that something else owns, and holds nothing to apply', async () => {
    const metadata = { ...READ.metadata, annotations: { 'meta.helm.sh/release-name': 'front' } };
    const owned = CLUSTER.map((one) => (one === READ ? { ...READ, metadata } : one));
    const source = 'Helm release front overwrites this at its next upgrade: in the values or templates of its chart, ';
    const part = await review(owned, { output: 'yaml', last: await filled('keep,ann', 'revoke,ann') });
    expect(part.output.replaceAll('\n# ', ' ')).toContain(`${source}change RoleBinding shop/read.`);
    expect(part.output.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['---', '']);
    const all = await review(owned, { output: 'yaml', last: await filled('remove,ann', 'remove,ann') });
    expect(all.output).toContain(`# ${source}remove RoleBinding shop/read.\n`);
    expect(all.output).not.toContain('kubectl -n');
  });

  test('is read as a spreadsheet saves it: a mark, semicolons, quotes, other columns in another order, lines in cells', async () => {
    const last = await filled('keep,ann', 'remove,ann');
    const records = parse(last);
    const head = records[0] ?? [];
    const at = (name: string): number => head.indexOf(name);
    const order = ['reviewer', 'binding', 'decision', 'gives', 'role', 'scope', 'subject'];
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const lines = records.map((record, row) => [
      ...order.map((name) => quoted(record[at(name)] ?? '')),
      row === 0 ? 'Notes' : quoted('asked ann;\r\nshe "agrees"'),
    ]);
    const saved = `\ufeff${lines.map((line) => line.join(';')).join('\r\n')}\r\n;;;;;;;\r\n`;
    const clean = await review(CLUSTER, { output: 'yaml', last });
    expect(await review(CLUSTER, { output: 'yaml', last: saved })).toEqual(clean);
    expect(clean.output).toContain('# Group devs: removed by decision of ann');
  });

  test('is read as the page that a browser saves', async () => {
    const eve = rawBinding('shop', 'read', 'Role/reader', { kind: 'User', name: "o'<b>&\u00a0x" }, DEVS);
    const { output: page } = await review([NAMESPACE, READER, eve], { output: 'html' });
    const open = '<td contenteditable="plaintext-only"></td>';
    const filledPage = page
      .replace(`${open}${open}`, `${open.replace('><', '>remove<br><')}${open.replace('><', '> ann <')}`)
      .replaceAll('&#39;', "'")
      .replaceAll('<th>', '<th aria-sort="none"><button type="button">')
      .replaceAll('</th>', '</button></th>')
      .replace('<!doctype html>', '<!DOCTYPE html>');
    const data = await review([NAMESPACE, READER, eve], { output: 'json', last: filledPage });
    expect(rows(data)).toEqual([expect.stringMatching(/ same remove ann$/), 'Group devs same']);
    const { output, code } = await review([NAMESPACE, READER, eve], { output: 'yaml', last: filledPage });
    expect(output).toMatch(/removed by decision of ann/);
    expect(code).toBe(0);
    await expect(review(CLUSTER, { last: '<html><table><tr><th>a</th></tr></table></html>' })).rejects.toThrow(
      'last.csv is no review: its table lacks subject, scope',
    );
  });

  test('tells rows that are there twice, and refuses two decisions about the same', async () => {
    const [head = '', bob = '', devs = ''] = (await filled('keep,ann', 'remove,ann')).split('\n');
    const twice = await review(CLUSTER, {
      output: 'yaml',
      last: [head, bob, devs.replace('remove', ''), devs].join('\n'),
    });
    expect(twice.warned).toBe('last.csv: Group devs in RoleBinding shop/read is there more than once\n');
    expect(twice.output).toContain('# Group devs: removed by decision of ann');
    const both = [head, bob, devs, devs.replace('remove', 'keep')].join('\n');
    await expect(review(CLUSTER, { output: 'yaml', last: both })).rejects.toThrow(
      'last.csv: row 3 (Group devs in RoleBinding shop/read) is to keep, and an earlier row of the same is to remove',
    );
  });

  test('tells what was to be removed and is not there, in the namespaces that are asked about', async () => {
    const last = (await filled('keep,ann', 'remove,ann')).replace('Group devs', 'Group dews');
    const { output, warned, code } = await review(CLUSTER, { output: 'yaml', last });
    expect(output).toBe('# no row is decided to be removed\n');
    expect(warned).toBe(
      'not removed: Group dews in RoleBinding shop/read is not there: it is gone already, or the row was changed\n',
    );
    expect(code).toBe(3);
    const elsewhere = await runCommand(accessReviewCommand, viewOfObjects(CLUSTER), [], {
      output: 'yaml',
      namespaces: ['data'],
      options: { previous: 'last.csv' },
      files: { 'last.csv': last },
    });
    expect(elsewhere).toMatchObject({ code: 0, warned: '' });
  });

  test('is not done where RBAC could not be read', async () => {
    const last = await filled('keep,ann', 'remove,ann');
    const { warned, code } = await review(CLUSTER, { output: 'yaml', last, view: { denied: ['ClusterRoleBinding'] } });
    expect(warned).toContain('not judged: ClusterRoleBinding');
    expect(code).toBe(3);
  });

  test('removes nothing that gives something else than when it was decided on', async () => {
    const wider = rawRole('reader', ['get,list,watch core secrets'], 'shop');
    const { output, warned, code } = await review([wider, READ], {
      output: 'yaml',
      last: await filled('keep,', 'remove,ann'),
    });
    expect(output).toBe('# no row is decided to be removed\n');
    expect(warned).toBe(
      'not removed: Group devs in RoleBinding shop/read gives something else than when that was decided\n',
    );
    expect(code).toBe(3);
  });

  test.each([
    ['a,b\n1,2\n', 'last.csv is no review: line 1: the header lacks subject, scope, binding, role, gives, decision'],
    ['{"rows": 1}', 'last.csv is no review: it has no rows'],
    ['{', 'last.csv is no review in JSON'],
  ])('that is none is refused: %j', async (last, message) => {
    await expect(review(CLUSTER, { last })).rejects.toThrow(UsageError);
    await expect(review(CLUSTER, { last })).rejects.toThrow(message);
  });

  test('with a word that decides nothing is refused', async () => {
    const last = await filled('perhaps,ann', ',');
    await expect(review(CLUSTER, { last })).rejects.toThrow('decision "perhaps" is neither keep nor remove');
  });

  test('is needed for the YAML', async () => {
    await expect(review(CLUSTER, { output: 'yaml' })).rejects.toThrow('--previous FILE');
  });
});
