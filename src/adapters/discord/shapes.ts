/** Schemas of Discord's answers and events; they may have more. */
import { z } from 'zod';
import { NotDiscordError } from './transport.ts';

const snowflake = z.string().regex(/^\d{1,20}$/);
const user = z.looseObject({ id: snowflake, username: z.string() });

const placed = z.looseObject({ id: snowflake, channel_id: snowflake.optional() });
const channel = z.looseObject({ id: snowflake, type: z.number() });
const member = z.looseObject({ roles: z.array(z.string()) });

const attachment = z.looseObject({
  id: snowflake,
  filename: z.string(),
  size: z.number().nonnegative(),
  url: z.string(),
  content_type: z.string().nullish(),
});

const written = z.looseObject({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  author: user,
  content: z.string(),
  timestamp: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no instant'),
  type: z.number(),
  attachments: z.array(attachment),
  mentions: z.array(user),
  mention_roles: z.array(z.string()),
  flags: z.number().optional(),
  referenced_message: z
    .looseObject({
      author: z.looseObject({ id: z.string() }),
      content: z.string().optional(),
      mentions: z.array(user).optional(),
    })
    .nullish(),
});

const words = z.string().optional().catch(undefined);
const media = z.looseObject({ text: words, emoji: z.looseObject({ name: words }).nullish().catch(undefined) });
const embed = z.looseObject({
  author: z.looseObject({ name: words }).optional().catch(undefined),
  title: words,
  description: words,
  url: words,
  fields: z.array(z.looseObject({ name: z.string(), value: z.string() })).catch([]),
  footer: z.looseObject({ text: words }).optional().catch(undefined),
});
const poll = z.looseObject({
  question: media,
  answers: z.array(z.looseObject({ poll_media: media })).catch([]),
});

/** Content of a message, also within another one; fields that do not parse are left out. */
const saying = {
  content: z.string().catch(''),
  mentions: z.array(user.extend({ global_name: z.string().nullish() })).catch([]),
  attachments: z.array(attachment).catch([]),
  embeds: z.array(embed).catch([]),
  components: z.unknown().optional(),
  sticker_items: z.array(z.looseObject({ name: z.string() })).catch([]),
  poll: poll.optional().catch(undefined),
};
/** A snapshot has no author, and holds no other (docs.discord.com/developers/resources/message#message-snapshot-object). */
const snapshot = z.looseObject(saying);
const carried = z.looseObject({
  ...saying,
  message_snapshots: z.array(z.looseObject({ message: snapshot })).catch([]),
});
const known = carried.extend({
  id: snowflake,
  author: user.extend({ global_name: z.string().nullish() }),
  timestamp: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
});

export const asCarried = (value: unknown) => carried.parse(value);
export const asKnown = (value: unknown) => known.safeParse(value).data;
export type CarriedFileShape = z.output<typeof carried>;
export type Snapshot = z.output<typeof snapshot>;
export type KnownMessage = z.output<typeof known>;

const interaction = z.looseObject({ id: snowflake, token: z.string(), type: z.number() });

/** The answer to a request, or `NotDiscordError`: with a status of success, but without what was asked for. */
function checkAnswer<T>(shape: z.ZodType, what: string, value: unknown): T {
  const { success } = shape.safeParse(value);
  if (!success) throw new NotDiscordError(`an answer without ${what}`);
  return value as T;
}

function checkShape<T>(shape: z.ZodType, value: unknown): T {
  shape.parse(value);
  return value as T;
}

export const asWritten = <T>(value: unknown): T => checkShape<T>(written, value);
export const asIds = (value: unknown): string[] => checkShape<string[]>(z.array(snowflake).max(1_000), value);
export const asId = (value: unknown): string => checkShape<string>(snowflake, value);
export const asInteraction = <T>(value: unknown): T => checkShape<T>(interaction, value);
export const isWritten = (value: unknown): boolean => written.safeParse(value).success;
export const isChannel = (value: unknown): boolean => channel.safeParse(value).success;

export const asMessage = <T>(value: unknown): T => checkAnswer<T>(placed, 'a message', value);
export const asChannel = <T>(value: unknown): T => checkAnswer<T>(channel, 'a channel', value);
export const asMember = <T>(value: unknown): T => checkAnswer<T>(member, 'a member', value);
export const asPage = <T>(value: unknown): T[] => checkAnswer<T[]>(z.array(placed), 'a page of messages', value);

/** Flag of a message that is one recording (docs.discord.com/developers/resources/message#message-object-message-flags). */
export const VOICE_MESSAGE = 1 << 13;

export const isVoiceMessage = ({ flags = 0 }: { flags?: number | undefined }): boolean => (flags & VOICE_MESSAGE) !== 0;
