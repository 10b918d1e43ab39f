/** Schemas of Slack's answers and events; they may have more. */
import { z } from 'zod';
import { isZone } from '../../time/index.ts';
import { SlackUnclear } from './outcome.ts';
import type { RawMessage } from './parse.ts';

const ts = z.string().regex(/^\d{1,12}\.\d{1,6}$/);
const id = z.string().regex(/^[A-Z][A-Z0-9]{2,30}$/);

const file = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().optional(),
  subtype: z.string().optional().catch(undefined),
  user: z.string().optional().catch(undefined),
  size: z.number().nonnegative().optional(),
  url_private: z.string().optional(),
  url_private_download: z.string().optional(),
  mode: z.string().optional(),
  title: z.string().nullish(),
  external_type: z.string().optional().catch(undefined),
});

const written = z.looseObject({
  ts,
  channel: id,
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().optional(),
  subtype: z.string().optional(),
  thread_ts: ts.optional(),
  parent_user_id: z.string().optional(),
  files: z.array(file).max(100).optional(),
});

const words = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
/** Others' content under a message (docs.slack.dev/messaging/formatting-message-text#attachments). */
const attachment = z.looseObject({
  pretext: words,
  author_name: words,
  title: words,
  title_link: words,
  text: words,
  fallback: words,
  footer: words,
  fields: z.array(z.looseObject({ title: z.string().catch(''), value: z.string().catch('') })).catch([]),
  blocks: z.unknown().optional(),
  files: z.array(file).catch([]),
  // Fields of a shared or linked message.
  is_share: flag,
  is_msg_unfurl: flag,
  author_id: words,
  message_blocks: z.array(z.looseObject({ message: z.looseObject({ blocks: z.unknown().optional() }) })).catch([]),
});
const carried = z.looseObject({
  attachments: z.array(attachment).catch([]),
  blocks: z.unknown().optional(),
  files: z.array(file).catch([]),
  username: words,
  bot_profile: z.looseObject({ name: words }).optional().catch(undefined),
});

export const asCarried = (value: unknown) => carried.parse(value);
export type RawAttachment = z.output<typeof attachment>;

export function asWritten(value: unknown): RawMessage | undefined {
  const { success } = written.safeParse(value);
  return success ? (value as RawMessage) : undefined;
}

const event = z.looseObject({ type: z.string(), event: z.looseObject({ type: z.string() }) });
export const asEvent = (value: unknown) => event.safeParse(value).data;

const command = z.looseObject({
  command: z.string().regex(/^\/[a-z0-9_-]{1,32}$/i),
  text: z.string().default(''),
  user_id: id,
  team_id: id.optional(),
  channel_id: id,
  response_url: z.string().default(''),
  trigger_id: z.string(),
});
export const asCommand = (value: unknown) => command.safeParse(value).data;

const user = z.looseObject({
  id,
  team_id: id.optional(),
  name: z.string().optional(),
  username: z.string().optional(),
});

const press = z.looseObject({
  type: z.literal('block_actions'),
  user,
  trigger_id: z.string(),
  response_url: z.string().default(''),
  channel: z.looseObject({ id }).optional(),
  message: z.looseObject({ ts, thread_ts: ts.optional() }).optional(),
  container: z.looseObject({ thread_ts: ts.optional(), is_ephemeral: z.boolean().optional() }).optional(),
  view: z.looseObject({ id: z.string(), type: z.string(), hash: z.string().optional() }).optional(),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string(),
        action_ts: z.string().default(''),
        value: z.string().max(2_000).optional(),
      }),
    )
    .min(1),
});
export const asPress = (value: unknown) => press.safeParse(value).data;
export type RawPress = z.output<typeof press>;

const submission = z.looseObject({
  type: z.literal('view_submission'),
  user,
  view: z.looseObject({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.looseObject({
      values: z.record(z.string(), z.record(z.string(), z.looseObject({ value: z.string().nullish() }))),
    }),
  }),
});
export const asSubmission = (value: unknown) => submission.safeParse(value).data;
export type RawSubmission = z.output<typeof submission>;

const shortcut = z.looseObject({
  type: z.literal('message_action'),
  callback_id: z.string(),
  user,
  trigger_id: z.string(),
  response_url: z.string().default(''),
  channel: z.looseObject({ id }),
  message: z.looseObject({ ts, user: z.string().optional(), text: z.string().optional(), thread_ts: ts.optional() }),
});
export const asShortcut = (value: unknown) => shortcut.safeParse(value).data;
export type RawShortcut = z.output<typeof shortcut>;

/** An answer of Slack, or `SlackUnclear`: with a status of success, but without what was asked for. */
function checkAnswer<S extends z.ZodType>(shape: S, what: string, value: unknown): z.output<S> {
  const { success, data } = shape.safeParse(value);
  if (!success) throw new SlackUnclear('answer', `without ${what}`);
  return data as z.output<S>;
}

const posted = z.looseObject({ ts });
export const asPosted = (value: unknown) => checkAnswer(posted, 'the ts of a message', value);

const page = z.looseObject({
  messages: z.array(z.looseObject({ ts })),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});
export const asPage = (value: unknown) => checkAnswer(page, 'a page of messages', value);

/** Name of a channel; a value of another form counts as none. */
const named = z.string().optional().catch(undefined);

const channels = z.looseObject({
  channels: z.array(z.looseObject({ id, is_im: z.boolean().optional(), is_mpim: z.boolean().optional(), name: named })),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});
export const asChannels = (value: unknown) => checkAnswer(channels, 'a list of conversations', value);

const channel = z.looseObject({
  channel: z.looseObject({ id, is_im: z.boolean().optional(), is_mpim: z.boolean().optional(), name: named }),
});
export const asChannel = (value: unknown) => checkAnswer(channel, 'a conversation', value).channel;

const shared = z.looseObject({ file });
export const asFile = (value: unknown) => checkAnswer(shared, 'a file', value);

const profile = z.looseObject({
  id,
  name: z.string().optional(),
  real_name: z.string().optional(),
  // A zone that this host does not know is as good as none.
  tz: z.string().refine(isZone).optional().catch(undefined),
  locale: z.string().optional(),
  team_id: z.string().optional(),
  profile: z.looseObject({ display_name: z.string().optional() }).optional(),
});
const person = z.looseObject({ user: profile });
export const asChanged = (value: unknown) => profile.safeParse(value).data;
export const asPerson = (value: unknown) => checkAnswer(person, 'a user', value).user;

const me = z.looseObject({
  url: z.string().optional(),
  user_id: id,
  team_id: id,
  bot_id: z.string().optional(),
  user: z.string().optional(),
  team: z.string().optional(),
});
export const asMe = (value: unknown) => checkAnswer(me, 'whose token it is', value);

const users = z.looseObject({
  users: z.array(z.string()).optional(),
  members: z.array(z.string()).optional(),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});
export const asUsers = (value: unknown) => checkAnswer(users, 'a list of users', value);
