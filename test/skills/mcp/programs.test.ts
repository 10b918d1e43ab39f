import { expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { silentLog } from '../../../src/base/log.ts';
import { hostChannel, LineTransport } from '../../../src/skills/mcp/servers.ts';

/** A program of a shell as a server; `over` resolves with why it is over. */
async function started(script: string) {
  const open = hostChannel({ command: 'sh', args: ['-c', script], env: {} }, { env: process.env }, silentLog());
  const transport = new LineTransport(open);
  const over = deferred<string>();
  transport.onclose = () => over.resolve(transport.why);
  await transport.start();
  return { transport, over: over.promise };
}

test('one whose output a descendant of its own group or another holds open is closed', async () => {
  for (const script of ['setsid sleep 20 & exec cat', 'sleep 20 & exec cat']) {
    const { transport, over } = await started(script);
    await transport.close();
    expect(await over).toBe('');
  }
});

test('one that has ended is gone, although a descendant holds its output open', async () => {
  expect(await (await started('setsid sleep 20 & exit 3')).over).toBe('it ended with 3');
});

test('a message without an end is ended where it is too long', async () => {
  expect(await (await started('tr "\\0" x < /dev/zero')).over).toContain('more than 8 MB');
});

test('answers to what was not asked are a flood', async () => {
  const { over } = await started(`yes '{"jsonrpc":"2.0","id":99999,"result":{}}'`);
  expect(await over).toContain('floods');
});
