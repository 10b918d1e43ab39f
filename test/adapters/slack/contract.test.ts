import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slackAdapter } from '../../../src/adapters/slack/adapter.ts';
import { config as block } from '../../../src/adapters/slack/config.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Egress } from '../../../src/egress/index.ts';
import { openArtifacts } from '../../../src/storage/index.ts';
import { chatAdapterContract } from '../../support/chat-adapter-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';
import { buttonsOf, FakeSlack, wordsOf } from '../../support/slack/index.ts';

chatAdapterContract('Slack', async () => {
  const fake = await FakeSlack.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'coda-slack-'));
  const tokens = { bot_token: fake.botToken, app_token: fake.appToken };
  const adapter = slackAdapter({
    config: block.schema.parse({ ...tokens, api_url: fake.apiUrl }) as never,
    groups: [],
    isStranger: async () => false,
    home: async () => [],
    clock: new SystemClock(),
    log: silentLog(),
    artifacts: await openArtifacts(dataDir),
    egress: new Egress({ ports: [], allow: [] }),
    commands: [],
  });
  const { inbox, heard } = recordingInbox();
  const ana = fake.user('Ana');
  const channel = fake.channel('general', [ana]);
  const root = fake.says(ana, channel, 'a thread');
  const stop = new AbortController();
  await adapter.start(inbox, () => {}, stop.signal);
  let lose = false;
  fake.web.fault = ({ method }) => {
    if (!lose || method !== 'chat.postMessage') return undefined;
    lose = false;
    return 'unanswered';
  };
  return {
    adapter,
    heard,
    place: { adapter: 'slack', channel: `${channel.id}:${root.ts}`, space: fake.team, kind: 'thread' },
    async say(text) {
      const before = heard.length;
      fake.says(ana, channel, `<@${fake.bot.id}> ${text}`, { thread: root.ts });
      await eventually(() => heard.length === before + 1);
    },
    shown: async () =>
      fake.said(channel).map((message) => ({
        text: wordsOf(message),
        buttons: buttonsOf(message).map(({ text }) => String((text as { text: unknown }).text)),
      })),
    loseNextAnswer: () => {
      lose = true;
    },
    async close() {
      stop.abort();
      await adapter.close();
      await fake.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
