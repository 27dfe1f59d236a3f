import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startDemoChild } from '../../../src/sources/demo/start-demo.ts';
import { ask, parse } from './demo-client.ts';

const CHILD = fileURLToPath(new URL('../../../src/sources/demo/child.ts', import.meta.url));

describe('the demo in its own process', () => {
  it('answers, has an audit log, and leaves nothing behind', async () => {
    const child = await startDemoChild(CHILD);
    const headers = { authorization: `Bearer ${child.token}` };
    const pods = parse(await ask(`${child.url}/api/v1/namespaces/shop/pods`, { headers }));
    expect(pods.items.length).toBeGreaterThan(10);
    const log = await readFile(child.auditLogPath, 'utf8');
    expect(log.split('\n').length).toBeGreaterThan(4000);
    await child.close();
    await expect(access(child.auditLogPath)).rejects.toThrow('ENOENT');
    await expect(ask(`${child.url}/version`)).rejects.toThrow('ECONNREFUSED');
    await child.close();
  });

  it('says why it could not be started', async () => {
    await expect(startDemoChild(`${CHILD}.missing`)).rejects.toThrow('the demo cluster could not be started');
  });
});
