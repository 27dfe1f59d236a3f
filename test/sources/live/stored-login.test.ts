import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHost } from '../../../src/sources/live/host.ts';
import { storeLogin } from '../../../src/sources/live/stored-login.ts';

const KUBECONFIG = `# mine
apiVersion: v1
kind: Config
users:
  - name: other
    user: {token: abc}
  - name: jane # at work
    user:
      auth-provider:
        name: oidc
        config:
          client-id: me
          id-token: old
          refresh-token: first
current-context: work
`;

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-kubeconfig-'));
  file = join(folder, 'config');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('storeLogin', () => {
  const settings = { 'id-token': 'new', 'refresh-token': 'second' };

  it('changes the two tokens, and keeps everything else, the mode and a link', async () => {
    await writeFile(file, KUBECONFIG);
    await chmod(file, 0o640);
    const link = join(folder, 'link');
    await symlink(file, link);
    await storeLogin({ file: link, user: 'jane' }, settings, nodeHost());
    const expected = KUBECONFIG.replace('id-token: old', 'id-token: new').replace('first', 'second');
    expect(await readFile(file, 'utf8')).toBe(expected.replace('{token: abc}', '{ token: abc }'));
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['config', 'link']);
  });

  it('keeps JSON what it is', async () => {
    const config = (own: Record<string, string>): unknown => ({
      users: [{ name: 'jane', user: { 'auth-provider': { name: 'oidc', config: own } } }],
    });
    await writeFile(file, JSON.stringify(config({ 'id-token': 'old' })));
    await storeLogin({ file, user: 'jane' }, settings, nodeHost());
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(config(settings));
  });

  it('says where it could not write and what to do, and leaves the file alone', async () => {
    await writeFile(file, KUBECONFIG);
    const host = nodeHost();
    await expect(storeLogin({ file, user: 'joe' }, settings, host)).rejects.toThrow(
      `the login of user "joe" was renewed, but the new one can't be written to ${file}: the user is not there any more`,
    );
    await writeFile(`${file}.lock`, '');
    const quick = { ...host, clock: { ...host.clock, sleep: () => Promise.resolve() } };
    await expect(storeLogin({ file, user: 'jane' }, settings, quick)).rejects.toThrow(`${file}.lock`);
    expect(await readFile(file, 'utf8')).toBe(KUBECONFIG);
    expect((await readdir(folder)).sort()).toEqual(['config', 'config.lock']);
  });
});
