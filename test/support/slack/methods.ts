/** Methods of the Web API (docs.slack.dev/reference/methods/…), as strict as the real ones. */
import type { FakeSlack } from './index.ts';
import { type Body, type Channel, type Message, Refusal, type View } from './model.ts';
import type { Call } from './server.ts';
import { checkBlocks, checkMetadata, checkView } from './validate.ts';

/** The scopes that a method needs, any one of them (each method's page, "Required scopes"). */
const SCOPES: Record<string, (channel?: Channel) => string> = {
  'chat.postMessage': () => 'chat:write',
  'chat.postEphemeral': () => 'chat:write',
  'chat.update': () => 'chat:write',
  'chat.delete': () => 'chat:write',
  'conversations.history': (channel) => `${scopeOf(channel)}:history`,
  'conversations.replies': (channel) => `${scopeOf(channel)}:history`,
  'conversations.info': (channel) => `${scopeOf(channel)}:read`,
  'conversations.members': (channel) => `${scopeOf(channel)}:read`,
  'conversations.open': () => 'im:write',
  'users.info': () => 'users:read',
  'usergroups.users.list': () => 'usergroups:read',
  'files.getUploadURLExternal': () => 'files:write',
  'files.completeUploadExternal': () => 'files:write',
  'files.delete': () => 'files:write',
  'files.info': () => 'files:read',
  'reactions.add': () => 'reactions:write',
  'assistant.threads.setStatus': () => 'assistant:write',
  'assistant.threads.setSuggestedPrompts': () => 'assistant:write',
  'assistant.threads.setTitle': () => 'assistant:write',
};

const scopeOf = (channel?: Channel): string =>
  ({ channel: 'channels', group: 'groups', im: 'im', mpim: 'mpim' })[channel?.kind ?? 'channel'];

/** All the scopes that a method may need, depending on the conversation. */
export function scopesOfMethod(method: string): string[] {
  const kinds = ['channel', 'group', 'im', 'mpim'] as const;
  const scopes = kinds.map((kind) => SCOPES[method]?.({ kind } as Channel));
  return [...new Set(scopes.filter((scope) => scope !== undefined))];
}

type Method = (fake: FakeSlack, args: Body) => Body;

/** Answers a call, or throws the refusal. */
export function answer(fake: FakeSlack, { method, args, token }: Call): Body {
  if (method === 'apps.connections.open') return connectionsOpen(fake, token);
  // …/reference/methods#errors: not_authed, invalid_auth, token_revoked, account_inactive.
  if (token === '') throw new Refusal('not_authed');
  if (fake.revoked.has(token)) throw new Refusal('token_revoked');
  if (token === fake.appToken) throw new Refusal('not_allowed_token_type');
  if (token !== fake.botToken) throw new Refusal('invalid_auth');
  const known = METHODS[method];
  if (!known) throw new Refusal('unknown_method', { req_method: method });
  const needed = SCOPES[method]?.(fake.channels.get(String(args.channel ?? '')));
  if (needed && !fake.scopes.has(needed)) {
    throw new Refusal('missing_scope', { needed, provided: [...fake.scopes].join(',') });
  }
  fake.limits.check(method, args, fake.now());
  return known(fake, args);
}

function connectionsOpen(fake: FakeSlack, token: string): Body {
  if (fake.revoked.has(token)) throw new Refusal('token_revoked');
  if (token === fake.botToken) throw new Refusal('not_allowed_token_type');
  if (token !== fake.appToken) throw new Refusal('invalid_auth');
  if (fake.socketRefusal) throw new Refusal(fake.socketRefusal);
  return { url: `ws://${fake.host}:${fake.web.port}/link/?ticket=${fake.sockets.ticket()}&app_id=A1` };
}

const METHODS: Record<string, Method> = {
  'auth.test': (fake) => ({
    url: 'https://fake.slack.com/',
    team: 'Fake',
    user: 'coda',
    team_id: fake.team,
    user_id: fake.bot.id,
    bot_id: fake.botId,
    is_enterprise_install: false,
  }),
  'users.info': (fake, { user }) => {
    const found = fake.users.get(String(user));
    if (!found) throw new Refusal('user_not_found');
    const { id, name, real_name, tz, team_id, is_bot, is_stranger } = found;
    return { user: { id, name, real_name, tz, team_id, is_bot, is_stranger, profile: { display_name: name } } };
  },
  'usergroups.users.list': (fake, { usergroup }) => {
    const users = fake.usergroups.get(String(usergroup));
    if (!users) throw new Refusal('no_such_subteam');
    return { users: [...users] };
  },
  'conversations.members': (fake, { channel }) => ({
    members: [...readable(fake, channel).members],
    response_metadata: { next_cursor: '' },
  }),
  'conversations.info': (fake, { channel }) => ({ channel: shownChannel(visible(fake, channel)) }),
  // Each type needs its scope; pages have `limit` at most, and a cursor (…/users.conversations).
  'users.conversations': (fake, { types = 'public_channel', limit = 100, cursor = 0, exclude_archived: live }) => {
    const wanted = String(types).split(',');
    const kinds = { channel: 'public_channel', group: 'private_channel', im: 'im', mpim: 'mpim' } as const;
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const needed = `${scopeOf({ kind } as Channel)}:read`;
      if (wanted.includes(kinds[kind]) && !fake.scopes.has(needed)) throw new Refusal('missing_scope', { needed });
    }
    const channels = [...fake.channels.values()].filter(
      ({ members, kind, archived }) => members.has(fake.bot.id) && wanted.includes(kinds[kind]) && !(live && archived),
    );
    const [from, to] = [Number(cursor), Number(cursor) + Number(limit)];
    const next_cursor = to < channels.length ? String(to) : '';
    return { channels: channels.slice(from, to).map(shownChannel), response_metadata: { next_cursor } };
  },
  'conversations.open': (fake, { users }) => {
    const user = fake.users.get(String(users));
    if (!user) throw new Refusal('user_not_found');
    return { channel: { id: fake.dm(user).id } };
  },
  'conversations.history': (fake, args) => {
    const channel = readable(fake, args.channel);
    // Replies are not part of it, unless they were broadcast (…/conversations.history).
    const top = channel.messages.filter(
      (message) =>
        message.thread_ts === undefined || message.thread_ts === message.ts || message.subtype === 'thread_broadcast',
    );
    return page(top, args, true, (message) => ({ ...threadOf(channel, message) }));
  },
  'conversations.replies': (fake, args) => {
    const channel = readable(fake, args.channel);
    const ts = String(args.ts);
    const found = channel.messages.filter((message) => message.ts === ts || message.thread_ts === ts);
    if (!found.some((message) => message.ts === ts && !message.deleted)) throw new Refusal('thread_not_found');
    const parent = found.find((message) => message.ts === ts) as Message;
    return page(found, args, false, (message) =>
      message === parent ? threadOf(channel, parent) : { parent_user_id: parent.user },
    );
  },
  'chat.postMessage': (fake, args) => {
    const channel = writable(fake, args.channel);
    const message = fake.messages.post(channel, fake.bot, contentOf(args, 40_000), args);
    return { channel: channel.id, ts: message.ts, message: fake.messages.shown(message, true) };
  },
  'chat.getPermalink': (fake, { channel, message_ts: ts }) => {
    const { id, messages } = visible(fake, channel);
    if (!messages.some((message) => message.ts === ts)) throw new Refusal('message_not_found');
    return { permalink: `https://fake.slack.com/archives/${id}/p${String(ts).replace('.', '')}` };
  },
  'chat.postEphemeral': (fake, args) => {
    const channel = writable(fake, args.channel);
    if (!channel.members.has(String(args.user))) throw new Refusal('user_not_in_channel');
    const message = fake.messages.post(channel, fake.bot, contentOf(args, 40_000), { ...args, only: args.user });
    return { message_ts: message.ts };
  },
  'chat.update': (fake, args) => {
    const { channel, message } = own(fake, args, 'cant_update_message');
    // "Updates: text is limited to 4,000 characters" (…/chat.update).
    fake.messages.change(channel, message, contentOf(args, 4_000), args);
    return { channel: channel.id, ts: message.ts, text: message.text };
  },
  'chat.delete': (fake, args) => {
    const { channel, message } = own(fake, args, 'cant_delete_message');
    fake.messages.remove(channel, message);
    return { channel: channel.id, ts: message.ts };
  },
  'reactions.add': (fake, { channel: id, timestamp, name }) => {
    const channel = readable(fake, id);
    const message = channel.messages.find((each) => each.ts === String(timestamp) && !each.deleted);
    if (!message || message.only !== undefined) throw new Refusal('message_not_found');
    if (message.reactions?.includes(String(name))) throw new Refusal('already_reacted');
    message.reactions = [...(message.reactions ?? []), String(name)];
    return {};
  },
  'views.open': (fake, { trigger_id: trigger, view }) => {
    checkView(view as Body);
    const user = fake.useTrigger(String(trigger));
    return { view: fake.openView(user, view as Body) };
  },
  'views.publish': (fake, { user_id: user, view, hash }) => {
    checkView(view as Body);
    const known = fake.homes.get(String(user));
    // A hash of an older view: somebody has published meanwhile (…/views.publish, hash_conflict).
    if (hash !== undefined && known?.hash !== hash) throw new Refusal('hash_conflict');
    return { view: fake.publish(String(user), view as Body) as View };
  },
  'files.getUploadURLExternal': (fake, { filename, length }) => fake.files.begin(String(filename), Number(length)),
  'files.completeUploadExternal': (fake, { files, channel_id: id, thread_ts: thread }) => {
    const channel = writable(fake, id);
    return fake.files.complete(channel, files as { id: string }[], thread === undefined ? undefined : String(thread));
  },
  'files.info': (fake, { file }) => {
    const found = fake.files.get(String(file));
    // Nobody sees one that was not completed.
    if (!found.completed) throw new Refusal('file_not_found');
    return { file: fake.files.shown(found) };
  },
  'files.delete': (fake, { file }) => fake.files.remove(String(file)),
  'assistant.threads.setStatus': (fake, args) => assistant(fake, 'status', args, String(args.status)),
  'assistant.threads.setTitle': (fake, args) => assistant(fake, 'title', args, String(args.title)),
  'assistant.threads.setSuggestedPrompts': (fake, args) => {
    const prompts = args.prompts as Body[];
    // At most four (…/assistant.threads.setSuggestedPrompts).
    if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > 4) throw new Refusal('invalid_arguments');
    return assistant(fake, 'prompts', args, prompts.map(({ message }) => message).join('|'));
  },
};

function assistant(fake: FakeSlack, what: string, { channel_id: id, thread_ts: ts }: Body, value: string): Body {
  const channel = fake.channels.get(String(id));
  if (channel?.kind !== 'im' && what !== 'status') throw new Refusal('channel_not_found');
  if (!channel) throw new Refusal('channel_not_found');
  fake.assistant.push({ what, channel: channel.id, thread: String(ts), value });
  return {};
}

function contentOf(args: Body, most: number): { text: string; blocks: Body[] } {
  const text = String(args.text ?? '');
  const blocks = args.blocks === undefined ? [] : checkBlocks(args.blocks, 'message');
  if (text === '' && blocks.length === 0) throw new Refusal('no_text');
  if (text.length > most) throw new Refusal('msg_too_long');
  if (args.metadata !== undefined) checkMetadata(args.metadata);
  return { text, blocks };
}

/** A conversation that the bot knows of. */
function visible(fake: FakeSlack, id: unknown): Channel {
  const channel = fake.channels.get(String(id));
  const isKnown = channel && (channel.kind === 'channel' || channel.members.has(fake.bot.id));
  if (!isKnown) throw new Refusal('channel_not_found');
  return channel;
}

function readable(fake: FakeSlack, id: unknown): Channel {
  const channel = visible(fake, id);
  if (!channel.members.has(fake.bot.id)) throw new Refusal('not_in_channel');
  return channel;
}

function writable(fake: FakeSlack, id: unknown): Channel {
  const channel = readable(fake, id);
  if (channel.archived) throw new Refusal('is_archived');
  return channel;
}

function own(fake: FakeSlack, { channel: id, ts }: Body, refused: string): { channel: Channel; message: Message } {
  const channel = visible(fake, id);
  const message = channel.messages.find((each) => each.ts === String(ts) && !each.deleted && each.only === undefined);
  if (!message) throw new Refusal('message_not_found');
  if (message.user !== fake.bot.id) throw new Refusal(refused);
  if (channel.archived) throw new Refusal('is_archived');
  return { channel, message };
}

function shownChannel({ id, kind, name, members, archived, is_ext_shared }: Channel): Body {
  const user = kind === 'im' ? [...members].find((each) => each !== 'UBOT') : undefined;
  return {
    id,
    ...(kind !== 'im' && { name, is_archived: archived }),
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_im: kind === 'im',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'channel',
    is_member: members.has('UBOT'),
    is_ext_shared,
    ...(user && { user }),
  };
}

/** What the message above a thread tells of it. */
function threadOf({ messages }: Channel, { ts }: Message): Body {
  const replies = messages.filter((each) => each.thread_ts === ts && each.ts !== ts && !each.deleted);
  const latest = replies.at(-1)?.ts;
  return latest === undefined ? {} : { thread_ts: ts, reply_count: replies.length, latest_reply: latest };
}

/**
 * A page of messages: newest first for a history, oldest first for a thread; with a cursor. It has fewer than were asked
 * for ("may return fewer", docs.slack.dev/apis/web-api/pagination) though more follow.
 */
function page(all: readonly Message[], args: Body, newestFirst: boolean, more: (message: Message) => Body): Body {
  const limit = Math.ceil(Math.min(Number(args.limit ?? 100), 999) * 0.7);
  const inclusive = args.inclusive === true || args.inclusive === 'true';
  const after = (ts: string) =>
    args.oldest === undefined || ts > String(args.oldest) || (inclusive && ts === args.oldest);
  const before = (ts: string) =>
    args.latest === undefined || ts < String(args.latest) || (inclusive && ts === args.latest);
  const found = all.filter(
    (message) => !message.deleted && message.only === undefined && after(message.ts) && before(message.ts),
  );
  const ordered = newestFirst ? [...found].reverse() : found;
  const from = Number(args.cursor || 0);
  const messages = ordered.slice(from, from + limit);
  const isMore = from + limit < ordered.length;
  return {
    messages: messages.map((each) => ({ ...shownMessage(each, args.include_all_metadata === true), ...more(each) })),
    has_more: isMore,
    response_metadata: { next_cursor: isMore ? String(from + limit) : '' },
  };
}

/** A message as the API shows it; its metadata only to who asks for all of it. */
export function shownMessage(message: Message, metadata: boolean): Body {
  const { ts, user, text, blocks, thread_ts, bot_id, subtype, edited, files, attachments } = message;
  // No `team` and no `user_team`: Slack leaves them out of what it likes.
  return {
    type: 'message',
    ts,
    user,
    text,
    ...(blocks.length > 0 && { blocks }),
    ...(thread_ts && { thread_ts }),
    ...(bot_id && { bot_id }),
    ...(subtype && { subtype }),
    ...(edited && { edited }),
    ...(files.length > 0 && { files: files.map(shownFile) }),
    ...(attachments.length > 0 && { attachments }),
    ...(metadata && message.metadata && { metadata: message.metadata }),
  };
}

/** A file of somebody from another workspace is its id alone: `files.info` tells the rest (…/events/message/file_share). */
export function shownFile(file: Message['files'][number]): Body {
  const { id, isForeign } = file;
  return isForeign ? { id, mode: 'file_access', file_access: 'check_file_info', created: 0 } : wholeFile(file);
}

export function wholeFile(file: Message['files'][number]): Body {
  const { id, name, mimetype, size, url_private, mode = 'hosted', external_type, shares, subtype, user } = file;
  // Nothing else is told of one that is hidden.
  if (mode === 'hidden_by_limit') return { id, mode };
  const shared = Object.fromEntries([...shares].map(([channel, ts]) => [channel, [{ ts }]]));
  return {
    id,
    name,
    mimetype,
    size,
    mode,
    ...(external_type && { external_type }),
    ...(subtype && { subtype }),
    ...(user && { user }),
    url_private,
    url_private_download: url_private,
    shares: { public: shared },
  };
}
