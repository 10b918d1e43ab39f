import { chatAdapterContract } from '../../support/chat-adapter-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';
import { openAdapter } from '../../support/slack/adapter.ts';
import { buttonsOf, FakeSlack, wordsOf } from '../../support/slack/index.ts';

chatAdapterContract('Slack', async () => {
  const fake = await FakeSlack.start();
  const { inbox, heard } = recordingInbox();
  const ana = fake.user('Ana');
  const channel = fake.channel('general', [ana]);
  const root = fake.says(ana, channel, 'a thread');
  const { adapter, artifacts, close } = await openAdapter(fake, inbox);
  let lose = false;
  let refuse = false;
  fake.web.fault = ({ method }) => {
    if (refuse && method === 'chat.update') {
      refuse = false;
      return { status: 200, type: 'application/json', body: '{"ok":false,"error":"edit_window_closed"}' };
    }
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
    artifacts,
    async send(text, files) {
      const before = heard.length;
      const sent = files.map(({ name, type, bytes, voice }) =>
        Object.assign(fake.files.make(name, type, bytes), voice && { subtype: 'slack_audio', user: ana.id }),
      );
      fake.says(ana, channel, `<@${fake.bot.id}> ${text}`, { thread: root.ts, files: sent });
      await eventually(() => heard.length === before + 1);
    },
    shown: async () =>
      fake.said(channel).map((message) => ({
        text: wordsOf(message),
        files: message.files.map(({ name, bytes }) => ({ name, bytes: async () => Buffer.from(bytes) })),
        buttons: buttonsOf(message).map(({ text }) => String((text as { text: unknown }).text)),
      })),
    loseNextAnswer: () => {
      lose = true;
    },
    refuseNextEdit: () => {
      refuse = true;
    },
    close,
  };
});
