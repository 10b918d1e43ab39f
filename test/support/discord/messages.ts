/**
 * Messages as documented (docs.discord.com/developers/resources/message). `enforce_nonce`: the same author's same nonce
 * returns the first message, and a deleted one is not made again but is 10008 (discord-api-docs pull request 6647, its
 * author's comment of 2024-02-08). Content is trimmed. Pages come newest first, also with `after`, and empty without the
 * permission to read the history, without which nothing can be replied to either (160002). Threads (…/topics/threads):
 * they have a permission of their own for sending; what stands in an archived one cannot be changed (50083, status 400:
 * github.com/victornpb/undiscord/issues/399), and a new message opens it again unless it is locked (160005).
 */
import type { FakeDiscord } from './index.ts';
import {
  type Attachment,
  type Body,
  type Channel,
  FLAGS,
  type Message,
  missingAccess,
  missingPermissions,
  PERMISSIONS,
  Refusal,
  type User,
  unknownChannel,
  unknownMessage,
} from './model.ts';
import type { Request, Upload } from './server.ts';
import { checkMessage, checkThread } from './validate.ts';

const MAX_UPLOAD = 10 * 1024 * 1024;

/** The JSON that the API gives of a message; its nonce is told once, in answer and event, not in the history. */
export function shown(message: Message, { nonce = false } = {}): Body {
  const { pinged: _, only: __, deleted: ___, nonce: told, attachments, ...rest } = message;
  return {
    ...rest,
    tts: false,
    pinned: false,
    attachments: attachments.map(({ bytes: _bytes, gone: _gone, stalls: _stalls, ...each }) => each),
    ...(nonce && told !== undefined && { nonce: told }),
  };
}

/**
 * Without the privileged intent the content of others' messages is empty, and a poll is left out
 * (docs.discord.com/developers/resources/message#message-object, notes on content).
 */
function blank({ poll: _, ...message }: Body): Body {
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}

/** What is copied of a message that is forwarded: no id, no author (…/resources/message#message-snapshot-object). */
export function snapshotOf(message: Message): Body {
  const { content, timestamp, edited_timestamp, flags, type, mentions, mention_roles, embeds, components } = message;
  const { attachments, sticker_items } = shown(message);
  const copied = { content, timestamp, edited_timestamp, flags, type, mentions, mention_roles, embeds, components };
  return { ...copied, attachments, ...(sticker_items !== undefined && { sticker_items }) };
}

export const pollOf = ({ question, answers }: { question: string; answers: string[] }): Body => ({
  question: { text: question },
  answers: answers.map((text, index) => ({ answer_id: index + 1, poll_media: { text } })),
  expiry: null,
  allow_multiselect: false,
  layout_type: 1,
});

export class Messages {
  private readonly fake: FakeDiscord;
  /** Discord leaves out what a reply refers to, as it may. */
  withoutReferences = false;
  private readonly nonces = new Map<string, { message: Message; at: number }>();
  /** How long a nonce is remembered; "the past few minutes". */
  nonceMs = 120_000;

  constructor(fake: FakeDiscord) {
    this.fake = fake;
    const { rest } = fake;
    const at = '/channels/:channel/messages';
    rest.on('POST', at, (request) => this.create(request));
    rest.on('GET', at, (request) => this.history(request));
    rest.on('GET', `${at}/:message`, (request) => this.referring(this.find(request)));
    rest.on('PATCH', `${at}/:message`, (request) => this.edit(request));
    rest.on('DELETE', `${at}/:message`, (request) => this.delete(request));
    rest.on('POST', `${at}/:message/threads`, (request) => this.thread(request));
    rest.on('PUT', `${at}/:message/reactions/:emoji/@me`, (request) => this.react(request));
    rest.on('POST', '/channels/:channel/typing', (request) => this.typing(request));
    rest.on('PATCH', '/channels/:channel', (request) => this.open(request));
  }

  /** The channel if the bot may do this there. */
  channel(id: string | undefined, needs: bigint): Channel {
    const channel = this.fake.channels.get(id ?? '');
    if (!channel || channel.gone) throw unknownChannel();
    if ((channel.denied & PERMISSIONS.VIEW_CHANNEL) !== 0n) throw missingAccess();
    if ((channel.denied & needs) !== 0n) throw missingPermissions();
    return channel;
  }

  private create({ params, body, uploads }: Request): Body {
    const [id] = params;
    const files = uploads.length > 0 ? PERMISSIONS.ATTACH_FILES : 0n;
    const channel = this.channel(id, this.sending(id) | files);
    if (channel.locked) throw new Refusal(403, 160005, 'Thread is locked');
    checkMessage(body, uploads.length);
    if (body.message_reference && channel.denied & PERMISSIONS.READ_MESSAGE_HISTORY) {
      throw new Refusal(400, 160002, 'Cannot reply without permission to read message history');
    }
    if (channel.recipient?.closed) throw new Refusal(403, 50007, 'Cannot send messages to this user');
    const { nonce, enforce_nonce: enforced } = body;
    const known = enforced ? this.nonces.get(String(nonce)) : undefined;
    if (known && this.fake.now() - known.at < this.nonceMs) {
      if (known.message.deleted) throw unknownMessage();
      return shown(known.message, { nonce: true });
    }
    const message = this.add(channel, this.fake.bot, body, uploads);
    if (nonce !== undefined) {
      message.nonce = String(nonce);
      if (enforced) this.nonces.set(message.nonce, { message, at: this.fake.now() });
    }
    channel.archived = false;
    this.fake.tell('MESSAGE_CREATE', channel, message);
    return shown(message, { nonce: true });
  }

  /** What one needs to say something there. */
  private sending(id: string | undefined): bigint {
    const thread = this.fake.channels.get(id ?? '')?.type === 11;
    return thread ? PERMISSIONS.SEND_MESSAGES_IN_THREADS : PERMISSIONS.SEND_MESSAGES;
  }

  /** The channel of a message that is to be changed. */
  private changing(id: string | undefined): Channel {
    const channel = this.channel(id, 0n);
    if (channel.archived) throw new Refusal(400, 50083, 'Thread is archived');
    return channel;
  }

  /** Opens a thread again. */
  private open({ params, body }: Request): Body {
    const thread = this.channel(params[0], PERMISSIONS.SEND_MESSAGES_IN_THREADS);
    if (thread.type !== 11 || body.archived !== false || thread.locked) throw missingPermissions();
    thread.archived = false;
    return this.fake.shownChannel(thread);
  }

  /** Puts a message in a channel, as the bot or as a person would; nobody is told yet. */
  add(channel: Channel, author: User, body: Body, uploads: readonly Upload[] = []): Message {
    const now = this.fake.now();
    const content = String(body.content ?? '').trim();
    const message: Message = {
      id: this.fake.ids.next(now),
      channel_id: channel.id,
      author,
      content,
      timestamp: new Date(now).toISOString(),
      edited_timestamp: null,
      attachments: uploads.map((upload) => this.attach(channel, upload)),
      components: (body.components as Body[]) ?? [],
      embeds: (body.embeds as Body[]) ?? [],
      flags: Number(body.flags ?? 0),
      type: body.message_reference ? 19 : 0,
      mentions: [...content.matchAll(/<@!?(\d+)>/g)].flatMap(([, id]) => this.fake.users.get(id ?? '') ?? []),
      mention_roles: [...content.matchAll(/<@&(\d+)>/g)].map(([, id]) => id as string),
      mention_everyone: /@(?:everyone|here)/.test(content),
      pinged: this.pings(content, body, channel),
    };
    const reference = body.message_reference as { message_id: string; fail_if_not_exists?: boolean } | undefined;
    if (reference) {
      const to = channel.messages.find(({ id, deleted }) => id === reference.message_id && !deleted);
      if (!to && reference.fail_if_not_exists !== false) {
        throw new Refusal(400, 50035, 'Invalid Form Body', {
          message_reference: { _errors: [{ code: 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', message: 'Unknown message' }] },
        });
      }
      if (to) message.message_reference = { message_id: to.id, channel_id: channel.id };
    }
    channel.messages.push(message);
    return message;
  }

  /** Who would be pinged: everybody that the text names, unless `allowed_mentions` says less. */
  private pings(content: string, body: Body, channel: Channel): string[] {
    const allowed = body.allowed_mentions as { parse?: string[]; users?: string[]; replied_user?: boolean } | undefined;
    const named = [...content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id as string);
    const pinged = named.filter((id) => !allowed || allowed.parse?.includes('users') || allowed.users?.includes(id));
    if (/@(?:everyone|here)/.test(content) && (!allowed || allowed.parse?.includes('everyone')))
      pinged.push('everyone');
    for (const [, role] of content.matchAll(/<@&(\d+)>/g)) {
      if (!allowed || allowed.parse?.includes('roles')) pinged.push(`role:${role}`);
    }
    const reference = body.message_reference as { message_id: string } | undefined;
    const to = reference && channel.messages.find(({ id }) => id === reference.message_id);
    if (to && (allowed ? allowed.replied_user === true : true)) pinged.push(to.author.id);
    return pinged;
  }

  private attach(channel: Channel, { name, type, bytes }: Upload): Attachment {
    if (bytes.length > MAX_UPLOAD) throw new Refusal(413, 40005, 'Request entity too large');
    const id = this.fake.ids.next(this.fake.now());
    const url = `${this.fake.origin}/attachments/${channel.id}/${id}/${encodeURIComponent(name)}`;
    const attachment = { id, filename: name, size: bytes.length, content_type: type, url, proxy_url: url, bytes };
    this.fake.files.set(new URL(url).pathname, attachment);
    return attachment;
  }

  private history({ params, query }: Request): Body[] {
    const channel = this.channel(params[0], 0n);
    const limit = Number(query.get('limit') ?? 50);
    if (!(limit >= 1 && limit <= 100)) {
      throw new Refusal(400, 50035, 'Invalid Form Body', { limit: { _errors: [{ code: 'NUMBER_TYPE_MAX' }] } });
    }
    const blind = (channel.denied & PERMISSIONS.READ_MESSAGE_HISTORY) !== 0n;
    const visible = channel.messages.filter(({ deleted, only }) => !blind && !deleted && only === undefined);
    const after = query.get('after');
    const before = query.get('before');
    const page = after
      ? visible.filter(({ id }) => BigInt(id) > BigInt(after)).slice(0, limit)
      : visible.filter(({ id }) => !before || BigInt(id) < BigInt(before)).slice(-limit);
    return page.reverse().map((message) => this.referring(message));
  }

  /** A message with what it replies to: null where that was deleted (…/resources/message#message-object, referenced_message). */
  referring(message: Message, readable = (_: Message) => true, options: { nonce?: boolean } = {}): Body {
    const hidden = (each: Message, body: Body) => (readable(each) ? body : blank(body));
    const { message_reference: reference } = message;
    const own = hidden(message, shown(message, options));
    if (!reference || reference.type === 1 || this.withoutReferences) return own;
    const replied = this.fake.channels
      .get(reference.channel_id)
      ?.messages.find(({ id, deleted }) => id === reference.message_id && !deleted);
    return { ...own, referenced_message: replied ? hidden(replied, shown(replied)) : null };
  }

  private find({ params: [channelId, id] }: Request): Message {
    const channel = this.channel(channelId, PERMISSIONS.READ_MESSAGE_HISTORY);
    const message = channel.messages.find((each) => each.id === id && !each.deleted && each.only === undefined);
    if (!message) throw unknownMessage();
    return message;
  }

  /** docs.discord.com/developers/resources/message#create-reaction */
  private react(request: Request): undefined {
    const [channelId, , emoji = ''] = request.params;
    const message = this.find(request);
    this.channel(channelId, PERMISSIONS.ADD_REACTIONS);
    message.reactions = [...new Set([...(message.reactions ?? []), decodeURIComponent(emoji)])];
  }

  private edit(request: Request): Body {
    const channel = this.changing(request.params[0]);
    const message = channel.messages.find(({ id, deleted }) => id === request.params[1] && !deleted);
    if (!message || message.only !== undefined) throw unknownMessage();
    if (message.author.id !== this.fake.bot.id) {
      throw new Refusal(403, 50005, 'Cannot edit a message authored by another user');
    }
    this.change(message, request.body, request.uploads);
    this.fake.tell('MESSAGE_UPDATE', channel, message);
    return shown(message);
  }

  /** What an edit changes; `attachments` names those to keep. */
  change(message: Message, body: Body, uploads: readonly Upload[]): void {
    checkMessage(body, uploads.length, false);
    if (body.content !== undefined) message.content = String(body.content ?? '').trim();
    if (body.components !== undefined) message.components = body.components as Body[];
    const keep = body.attachments as { id: string }[] | undefined;
    const channel = this.fake.channels.get(message.channel_id) as Channel;
    const kept = keep
      ? message.attachments.filter(({ id }) => keep.some((each) => each.id === id))
      : message.attachments;
    message.attachments = [...kept, ...uploads.map((upload) => this.attach(channel, upload))];
    message.edited_timestamp = new Date(this.fake.now()).toISOString();
    message.flags &= ~FLAGS.loading;
    if (
      message.content === '' &&
      message.components.length + message.attachments.length + message.embeds.length === 0
    ) {
      throw new Refusal(400, 50006, 'Cannot send an empty message');
    }
  }

  private delete(request: Request): undefined {
    const channel = this.changing(request.params[0]);
    const message = channel.messages.find(({ id, deleted }) => id === request.params[1] && !deleted);
    if (!message) throw unknownMessage();
    if (message.author.id !== this.fake.bot.id) throw missingPermissions();
    message.deleted = true;
    this.fake.tellDeleted(channel, message);
  }

  private thread({ params: [channelId, id], body }: Request): Body {
    const parent = this.channel(channelId, PERMISSIONS.CREATE_PUBLIC_THREADS);
    const message = parent.messages.find((each) => each.id === id && !each.deleted);
    if (!message) throw unknownMessage();
    if (this.fake.channels.has(message.id)) throw new Refusal(400, 160004, 'A thread has already been created');
    checkThread(body);
    message.flags |= FLAGS.hasThread;
    const thread = this.fake.thread(parent, String(body.name), { id: message.id, owner: this.fake.bot.id });
    return this.fake.shownChannel(thread);
  }

  private typing({ params }: Request): undefined {
    const channel = this.channel(params[0], this.sending(params[0]));
    this.fake.typed.push(channel.id);
  }
}
