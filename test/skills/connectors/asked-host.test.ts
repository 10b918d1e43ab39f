/** A question before a call says where the call goes now. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AnyTool, CallContext } from '../../../src/agent/index.ts';
import type { CallDeps } from '../../../src/skills/connectors/call.ts';
import { ConnectorFolders } from '../../../src/skills/connectors/folder.ts';
import { connectorTools } from '../../../src/skills/connectors/tools.ts';

test('a file that changed after a turn has begun is asked about with its new host', async () => {
  const root = mkdtempSync(join(tmpdir(), 'coda-connectors-'));
  try {
    mkdirSync(join(root, 'connectors'));
    const put = (host: string) =>
      writeFileSync(join(root, 'connectors/kitchen.yaml'), `type: http\nbase_url: https://${host}/v1\n`);
    put('hooks.example.org');
    const folders = new ConnectorFolders(() => [root]);
    const [tool] = connectorTools({ folders, values: {} } as unknown as CallDeps, folders.read()) as [AnyTool];
    const hostAsked = () => {
      const input = { connector: 'kitchen', method: 'POST', path: 'notify' };
      return tool.display?.asks?.(input, {} as CallContext)?.[1];
    };
    expect(hostAsked()).toEqual({ host: 'hooks.example.org' });
    put('another-place.example.org');
    // Files are read once a turn of the event loop.
    await setImmediate();
    expect(hostAsked()).toEqual({ host: 'another-place.example.org' });
    const asker = { person: { id: 'ana' }, place: { space: 'home' } } as unknown as CallContext;
    const bound = () => tool.policy?.binds?.({ connector: 'kitchen', method: 'POST', path: 'notify' }, asker);
    expect(typeof (await bound())).toBe('string');
    rmSync(join(root, 'connectors/kitchen.yaml'));
    await setImmediate();
    expect(await bound(), 'nobody is asked about a connector that is gone').toMatchObject({ code: 'NOT_FOUND' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
