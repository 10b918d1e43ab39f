import type { FakeSlack } from './index.ts';
import { shownFile, shownMessage } from './methods.ts';
import { type Body, type Channel, type Message, Refusal, type SlackFile, type User } from './model.ts';

/** Messages as the server keeps them, and the events that tell of them. */
export class Messages {
  private readonly fake: FakeSlack;

  constructor(fake: FakeSlack) {
    this.fake = fake;
  }

  /** Somebody says something; `args` are those of `chat.postMessage`. */
  post(
    channel: Channel,
    user: User,
    { text, blocks, attachments = [] }: { text: string; blocks: Body[]; attachments?: Body[] },
    args: Body = {},
    files: SlackFile[] = [],
  ): Message {
    const thread = args.thread_ts === undefined ? undefined : String(args.thread_ts);
    if (thread !== undefined && !channel.messages.some(({ ts }) => ts === thread)) {
      throw new Refusal('cannot_reply_to_message');
    }
    const message: Message = {
      ts: this.fake.nextTs(),
      channel: channel.id,
      user: user.id,
      text,
      blocks,
      files,
      attachments,
      team: user.team_id,
      changes: 0,
    };
    if (thread !== undefined) message.thread_ts = thread;
    if (user.is_bot) message.bot_id = user.id === this.fake.bot.id ? this.fake.botId : `B${user.id}`;
    if (args.metadata) message.metadata = args.metadata as Body;
    if (args.only) message.only = String(args.only);
    if (args.subtype) message.subtype = String(args.subtype);
    if (files.length > 0) message.subtype = 'file_share';
    channel.messages.push(message);
    for (const file of files) {
      file.shares.set(channel.id, message.ts);
      file.isForeign = user.is_stranger;
    }
    if (!message.only) this.tell(channel, message);
    return message;
  }

  /** A text-only update takes the blocks away (docs.slack.dev/reference/methods/chat.update). */
  change(channel: Channel, message: Message, { text, blocks }: { text: string; blocks: Body[] }, args: Body): void {
    message.text = text;
    message.blocks = blocks;
    message.changes++;
    if (args.metadata !== undefined) message.metadata = args.metadata as Body;
    this.tellChanged(channel, message);
  }

  /** What has replies leaves a tombstone (docs.slack.dev/reference/events/message/message_deleted). */
  remove(channel: Channel, message: Message): void {
    message.deleted = true;
    const replies = channel.messages.filter(
      ({ thread_ts: at, ts, deleted }) => at === message.ts && ts !== at && !deleted,
    );
    if (replies.length === 0) {
      this.tellDeleted(channel, message);
      return;
    }
    const { ts } = message;
    const tombstone = { type: 'message', subtype: 'tombstone', text: 'This message was deleted.', user: 'USLACKBOT' };
    this.tellOf(channel, 'message_changed', {
      message: { ...tombstone, hidden: true, ts, thread_ts: ts, reply_count: replies.length },
      previous_message: this.shown(message),
    });
  }

  /** A message as another one carries it that shares it. */
  asShared({ ts, channel, user, text, blocks, team, files }: Message): Body {
    const { name = '', real_name = '' } = this.fake.users.get(user) ?? {};
    return {
      ...{ id: 1, color: 'D0D0D0', is_share: true, is_msg_unfurl: true, mrkdwn_in: ['text'] },
      ...{ ts, channel_id: channel, channel_team: team, text, fallback: `[no date] ${name}: ${text}` },
      ...{ author_id: user, author_name: real_name, author_subname: name, footer: 'Slack Conversation' },
      from_url: `https://fake.slack.com/archives/${channel}/p${ts.replace('.', '')}`,
      message_blocks: [{ team, channel, ts, message: { blocks } }],
      ...(files.length > 0 && { files: files.map(shownFile) }),
    };
  }

  shown(message: Message, metadata = false): Body {
    return shownMessage(message, metadata);
  }

  /** `message`, and before it, without files, `app_mention` where it names the bot in a channel: each an event of its own. */
  tell(channel: Channel, message: Message): void {
    if (!channel.members.has(this.fake.bot.id)) return;
    const parent = channel.messages.find(({ ts }) => ts === message.thread_ts);
    const event = {
      ...this.shown(message),
      channel: channel.id,
      channel_type: channel.kind,
      event_ts: message.ts,
      ...(message.files.length > 0 && { files: message.files.map(shownFile) }),
      ...(parent && parent !== message && { parent_user_id: parent.user }),
    };
    const named = message.text.includes(`<@${this.fake.bot.id}>`) && channel.kind !== 'im';
    // No app_mention of what a bot itself has said.
    if (named && message.user !== this.fake.bot.id) {
      const { channel_type: _, files: __, subtype: ___, ...mention } = event as Body;
      this.fake.event({ ...mention, type: 'app_mention' });
    }
    this.fake.event({ ...event, type: 'message' });
  }

  tellChanged(channel: Channel, message: Message): void {
    const shown = this.shown(message);
    this.tellOf(channel, 'message_changed', { message: shown, previous_message: shown });
  }

  tellDeleted(channel: Channel, message: Message): void {
    this.tellOf(channel, 'message_deleted', { deleted_ts: message.ts, previous_message: this.shown(message) });
  }

  private tellOf(channel: Channel, subtype: string, more: Body): void {
    if (!channel.members.has(this.fake.bot.id)) return;
    const where = { channel: channel.id, channel_type: channel.kind, ts: this.fake.nextTs() };
    this.fake.event({ type: 'message', subtype, hidden: true, ...where, ...more });
  }
}
