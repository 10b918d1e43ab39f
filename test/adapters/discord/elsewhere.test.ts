import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { discordAdapter } from '../../../src/adapters/discord/index.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { CORE_BLOCKS } from '../../../src/config/blocks.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';

test('an answer that another process gave stays, though the one that acknowledged has nothing to say', async () => {
  const fake = await FakeDiscord.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-discord-'));
  const block = CORE_BLOCKS.find(({ key }) => key === 'discord');
  const adapter = discordAdapter({
    config: block?.schema.parse({ token: fake.token, api_url: fake.apiUrl }) as never,
    groups: [],
    isGuest: () => false,
    clock: new SystemClock(),
    log: silentLog(),
    artifacts: await openArtifacts(dataDir),
    commands: () => [],
    complete: async () => [],
  });
  const ana = fake.user('Ana');
  const channel = fake.channel(fake.guild('Home', [ana]), 'general');
  const stop = new AbortController();
  await adapter.start(recordingInbox().inbox, () => {}, stop.signal);

  const answered = fake.uses(ana, channel, 'help');
  expect(await eventually(() => answered.acknowledged)).toBeTruthy();
  await fetch(`${fake.apiUrl}/v10/webhooks/${fake.bot.id}/${answered.token}/messages/@original`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'from elsewhere' }),
  });
  // Its acknowledgement is taken away after the other's would have been.
  const silent = fake.uses(ana, channel, 'help');
  expect(await eventually(() => silent.original?.deleted)).toBe(true);
  expect(answered.original?.deleted).toBeUndefined();
  expect(answered.original?.content).toBe('from elsewhere');

  stop.abort();
  await adapter.close();
  await fake.close();
  await rm(dataDir, { recursive: true, force: true });
});
