import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discordAdapter } from '../../../src/adapters/discord/adapter.ts';
import { config as block } from '../../../src/adapters/discord/config.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { chatAdapterContract, untilHeard } from '../../support/chat-adapter-contract.ts';
import { FakeDiscord, type Interaction, type Message } from '../../support/discord/index.ts';
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
  const { inbox, ...recorded } = recordingInbox();
  const { heard } = recorded;
  const ana = fake.user('Ana');
  const guild = fake.guild('Home', [ana]);
  const channel = fake.channel(guild, 'general');
  const stop = new AbortController();
  await adapter.start(inbox, () => {}, stop.signal);
  let lose = false;
  let refuse = false;
  let said: Message;
  let pressed: Interaction;
  const named = (text: string) => `<@${fake.bot.id}> ${text}`;
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
    recorded,
    place: { adapter: 'discord', channel: channel.id, space: guild.id, kind: 'channel' },
    artifacts,
    async say(text) {
      await untilHeard(recorded, text, () => {
        said = fake.says(ana, channel, named(text));
      });
    },
    async send(text, files) {
      const before = heard.length;
      const isSpoken = files.some(({ voice }) => voice);
      fake.says(ana, channel, `<@${fake.bot.id}> ${text}`, { files: [...files], ...(isSpoken && { flags: 8_192 }) });
      await eventually(() => heard.length > before);
    },
    async press(label) {
      const before = heard.length;
      const under = fake.said(channel).findLast(({ components }) => JSON.stringify(components).includes(label));
      pressed = fake.presses(ana, under as Message, label);
      await eventually(() => heard.length > before);
    },
    redeliver: async () => fake.tell('MESSAGE_CREATE', channel, said),
    amend: { edit: (text) => fake.edits(said, named(text)), withdraw: () => fake.deletes(said) },
    isAcknowledged: () => pressed.acknowledged !== undefined,
    countMarks: () => said.reactions?.length ?? 0,
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
