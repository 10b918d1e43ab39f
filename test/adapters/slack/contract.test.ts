import { chatAdapterContract, untilHeard } from '../../support/chat-adapter-contract.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingInbox } from '../../support/inbox.ts';
import { openAdapter } from '../../support/slack/adapter.ts';
import { buttonsOf, FakeSlack, type Message, wordsOf } from '../../support/slack/index.ts';
import type { Delivered } from '../../support/slack/socket.ts';

chatAdapterContract('Slack', async () => {
  const fake = await FakeSlack.start();
  const { inbox, ...recorded } = recordingInbox();
  const { heard } = recorded;
  const ana = fake.user('Ana');
  const channel = fake.channel('general', [ana]);
  const root = fake.says(ana, channel, 'a thread');
  const { adapter, artifacts, close } = await openAdapter(fake, inbox);
  let lose = false;
  let refuse = false;
  let said: Message;
  let pressed: Delivered;
  const named = (text: string) => `<@${fake.bot.id}> ${text}`;
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
    recorded,
    place: { adapter: 'slack', channel: `${channel.id}:${root.ts}`, space: fake.team, kind: 'thread' },
    async say(text) {
      await untilHeard(recorded, text, () => {
        said = fake.says(ana, channel, named(text), { thread: root.ts });
      });
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
    async press(label) {
      const before = heard.length;
      const under = fake.said(channel).findLast((message) => JSON.stringify(buttonsOf(message)).includes(label));
      pressed = fake.presses(ana, under as Message, label);
      await eventually(() => heard.length === before + 1);
    },
    redeliver: async () => fake.messages.tell(channel, said),
    amend: { edit: (text) => fake.edits(said, named(text)), withdraw: () => fake.deletes(said) },
    isAcknowledged: () => pressed.acknowledged,
    countMarks: () => said.reactions?.length ?? 0,
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
