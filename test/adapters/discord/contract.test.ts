import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discordAdapter } from '../../../src/adapters/discord/adapter.ts';
import { config as block } from '../../../src/adapters/discord/config.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { chatAdapterContract } from '../../support/chat-adapter-contract.ts';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';

const REFUSED = {
  status: 403,
  foreign: '{"code":50005,"message":"Cannot edit a message authored by another user"}',
  type: 'application/json',
};

chatAdapterContract('Discord', async () => {
  const fake = await FakeDiscord.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-discord-'));
  const artifacts = await openArtifacts(dataDir);
  const adapter = discordAdapter({
    config: block.schema.parse({ token: fake.token, api_url: fake.apiUrl }) as never,
    groups: [],
    people: [],
    isStranger: async () => false,
    clock: new SystemClock(),
    log: silentLog(),
    artifacts,
    commands: [],
    complete: async () => [],
  });
  const { inbox, heard } = recordingInbox();
  const ana = fake.user('Ana');
  const guild = fake.guild('Home', [ana]);
  const channel = fake.channel(guild, 'general');
  const stop = new AbortController();
  await adapter.start(inbox, () => {}, stop.signal);
  let lose = false;
  let refuse = false;
  fake.rest.fault = ({ method, route }) => {
    if (refuse && method === 'PATCH') {
      refuse = false;
      return REFUSED;
    }
    if (!lose || method !== 'POST' || !route.endsWith('/messages')) return undefined;
    lose = false;
    return 'unanswered';
  };
  return {
    adapter,
    heard,
    place: { adapter: 'discord', channel: channel.id, space: guild.id, kind: 'channel' },
    artifacts,
    async say(text) {
      const before = heard.length;
      fake.says(ana, channel, `<@${fake.bot.id}> ${text}`);
      await eventually(() => heard.length > before);
    },
    async send(text, files) {
      const before = heard.length;
      const isSpoken = files.some(({ voice }) => voice);
      fake.says(ana, channel, `<@${fake.bot.id}> ${text}`, { files: [...files], ...(isSpoken && { flags: 8_192 }) });
      await eventually(() => heard.length > before);
    },
    shown: async () =>
      fake.said(channel).map(({ content, components, attachments }) => ({
        text: content,
        files: attachments.map(({ filename: name, bytes }) => ({ name, bytes: async () => Buffer.from(bytes) })),
        buttons: components.flatMap((row) =>
          (row.components as { label: string; disabled?: boolean }[]).flatMap((each) =>
            each.disabled ? [] : each.label,
          ),
        ),
      })),
    loseNextAnswer: () => {
      lose = true;
    },
    refuseNextEdit: () => {
      refuse = true;
    },
    async close() {
      stop.abort();
      await adapter.close();
      await fake.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
