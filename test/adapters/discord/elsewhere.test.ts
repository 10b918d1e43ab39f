import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discordAdapter } from '../../../src/adapters/discord/adapter.ts';
import { encodeOrigin } from '../../../src/adapters/discord/callback.ts';
import { config as block } from '../../../src/adapters/discord/config.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';

/** The adapter alone, as one process of several; what it hears is dealt with at once. */
async function begin() {
  const fake = await FakeDiscord.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-discord-'));
  const adapter = discordAdapter({
    config: block.schema.parse({ token: fake.token, api_url: fake.apiUrl }) as never,
    groups: [],
    people: [],
    isStranger: async () => false,
    clock: new SystemClock(),
    log: silentLog(),
    artifacts: await openArtifacts(dataDir),
    commands: [],
    complete: async () => [],
  });
  const ana = fake.user('Ana');
  const stop = new AbortController();
  return {
    fake,
    adapter,
    ana,
    general: fake.channel(fake.guild('Home', [ana]), 'general'),
    start: () => adapter.start(recordingInbox().inbox, () => {}, stop.signal),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await adapter.close();
      await fake.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

test('an answer that another process gave stays, though the one that acknowledged has nothing to say', async () => {
  await using alone = await begin();
  const { fake, ana, general } = alone;
  await alone.start();
  const answered = fake.uses(ana, general, 'help');
  expect(await eventually(() => answered.acknowledged)).toBeTruthy();
  await fetch(`${fake.apiUrl}/v10/webhooks/${fake.bot.id}/${answered.token}/messages/@original`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'from elsewhere' }),
  });
  // Its acknowledgement is taken away after the other's would have been.
  const silent = fake.uses(ana, general, 'help');
  expect(await eventually(() => silent.original?.deleted)).toBe(true);
  expect(answered.original?.deleted).toBeUndefined();
  expect(answered.original?.content).toBe('from elsewhere');
});

test('whether the process before had acknowledged a command is asked until Discord can say', async () => {
  await using alone = await begin();
  const { fake, adapter, ana, general } = alone;
  const used = fake.uses(ana, general, 'help');
  used.acknowledged = fake.now();
  used.original = fake.messages.add(general, fake.bot, { flags: 128 });
  // Rows of a process that has died are taken up before anybody is signed in.
  const known = adapter.wasAcknowledged?.(
    encodeOrigin({ id: used.id, token: used.token, user: ana.id, private: false }),
  );
  fake.rest.away = true;
  await alone.start();
  fake.rest.away = false;
  expect(await known).toBe(true);
});
