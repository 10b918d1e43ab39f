/** Text that a message in Discord has beside its own, and messages it points to. Pure. */
import { omitUndefined } from '../../base/json.ts';
import { shorten, storable } from '../../base/text.ts';
import type { QuotedWords } from '../../delivery/index.ts';
import { type ChannelInfo, type Hearing, nameMentions, nameOf, type RawMessage } from './parse.ts';
import {
  asCarried,
  asKnown,
  type CarriedFileShape,
  isVoiceMessage,
  type KnownMessage,
  type Snapshot,
} from './shapes.ts';

type Embed = CarriedFileShape['embeds'][number];
type Poll = NonNullable<CarriedFileShape['poll']>;
type Carries = CarriedFileShape | Snapshot;

/** References to look up when a message's turn begins: the message that it replies to, and the one above its thread. */
export type Points = {
  reply?: { channel: string; id: string };
  starter?: { thread: string; parent: string | null };
};

/** Message references (docs.discord.com/developers/resources/message#message-reference-types). */
const FORWARD = 1;
const TEXT_DISPLAY = 10;
const MOST_EMBEDS = 10;
const MOST_COMPONENTS = 60;
const MOST_FILES = 10;
const MOST_SNAPSHOTS = 5;
const MOST_CHOICES = 10;
const LONGEST_FIELD = 1_024;

export function quotedIn(message: RawMessage, { botId }: Pick<Hearing, 'botId'>): QuotedWords[] {
  const fields = asCarried(message);
  const isForwarded = isForward(message);
  const replied = isForwarded ? undefined : asKnown(message.referenced_message);
  const isApp = message.author.bot === true || message.webhook_id !== undefined;
  const embeds = isApp || fields.content.trim() === '' ? embedsOf(fields.embeds) : '';
  const components = isApp ? shownIn(fields.components) : '';
  const quotes: QuotedWords[] = [
    ...(isForwarded ? snapshotsOf(fields).map(forwardedOf) : []),
    ...(replied ? [repliedOf(replied, botId)] : []),
    ...fields.sticker_items.map(({ name }): QuotedWords => ({ as: 'sticker', text: storable(name) })),
    ...(fields.poll ? [{ as: 'poll' as const, text: pollOf(fields.poll) }] : []),
    { as: isApp ? 'attached' : 'embed', text: embeds },
    { as: 'attached', text: components },
  ];
  return quotes.filter(({ as, text }) => text !== '' || (as !== 'embed' && as !== 'attached'));
}

const forwardedOf = (snapshot: Carries): QuotedWords => ({ as: 'forwarded', text: carriedText(snapshot) });

export function pointsIn(message: RawMessage, channel: ChannelInfo): { always?: Points; first?: Points } | undefined {
  const { referenced_message: replied, message_reference: reference } = message;
  // Null: it was deleted. Left out: Discord did not look for it.
  const isMissing = replied === undefined && reference?.message_id !== undefined && !isForward(message);
  const always: Points | undefined = isMissing
    ? { reply: { channel: reference.channel_id ?? message.channel_id, id: reference.message_id as string } }
    : undefined;
  const first: Points | undefined =
    channel.kind === 'thread' && message.id !== channel.id
      ? { starter: { thread: channel.id, parent: channel.parent ?? null } }
      : undefined;
  return always || first ? omitUndefined({ always, first }) : undefined;
}

/** A message that is referred to, as somebody's words; coda's own are known by their id. */
export function repliedOf(replied: KnownMessage, botId: string, as: 'replied' | 'starter' = 'replied'): QuotedWords {
  const { id, author, timestamp } = replied;
  const text = carriedText(replied);
  if (author.id === botId) return { as, from: 'you', text, own: { id, at: timestamp } };
  return { as, from: nameOf(author), text };
}

export interface CarriedFile {
  attachment: CarriedFileShape['attachments'][number];
  message: string;
  voice?: true;
}

export function carriedFiles(
  message: Pick<RawMessage, 'id' | 'flags' | 'message_reference' | 'referenced_message'>,
): CarriedFile[] {
  const isForwarded = isForward(message);
  const replied = isForwarded ? undefined : asKnown(message.referenced_message);
  const isSpoken = !isForwarded && isVoiceMessage(message);
  const own = filesOf(message, message.id).map((file) => (isSpoken ? { ...file, voice: true as const } : file));
  return [...own, ...(replied ? filesOf(replied, replied.id) : [])];
}

export function filesOf(message: unknown, id: string): CarriedFile[] {
  const fields = asCarried(message);
  const forwarded = snapshotsOf(fields).flatMap(({ attachments }) => attachments);
  return [...fields.attachments, ...forwarded].slice(0, MOST_FILES).map((attachment) => ({ attachment, message: id }));
}

export const isForward = ({ message_reference: reference }: Pick<RawMessage, 'message_reference'>): boolean =>
  reference?.type === FORWARD;

const snapshotsOf = (carried: Carries): Snapshot[] =>
  isWhole(carried) ? carried.message_snapshots.slice(0, MOST_SNAPSHOTS).map(({ message }) => message) : [];

const isWhole = (carried: Carries): carried is CarriedFileShape => Array.isArray(carried.message_snapshots);

function carriedText(carried: Carries): string {
  const parts = [
    nameMentions(carried.content, carried.mentions),
    embedsOf(carried.embeds),
    shownIn(carried.components),
    ...carried.sticker_items.map(({ name }) => `[Sticker: ${name}]`),
    carried.poll ? pollOf(carried.poll) : '',
    ...carried.attachments.slice(0, MOST_FILES).map(({ filename }) => `[File: ${filename}]`),
    ...snapshotsOf(carried).map(carriedText),
  ];
  return storable(parts.filter((part) => part.trim() !== '').join('\n'));
}

function embedsOf(embeds: readonly Embed[]): string {
  return storable(embeds.slice(0, MOST_EMBEDS).map(embedText).filter(Boolean).join('\n\n'));
}

function embedText({ author, title, description, url, fields, footer }: Embed): string {
  const rows = fields.map(({ name, value }) => `${name}: ${shorten(value, LONGEST_FIELD)}`);
  return [author?.name, title, description, ...rows, footer?.text, url].filter((line) => line?.trim()).join('\n');
}

function shownIn(components: unknown, room = { left: MOST_COMPONENTS }): string {
  if (!Array.isArray(components)) return '';
  const texts = components.map((component: unknown): string => {
    if (room.left-- <= 0 || typeof component !== 'object' || component === null) return '';
    const { type, content, components: within } = component as Record<string, unknown>;
    if (type === TEXT_DISPLAY && typeof content === 'string') return content;
    return shownIn(within, room);
  });
  return storable(texts.filter((text) => text.trim() !== '').join('\n'));
}

function pollOf({ question, answers }: Poll): string {
  const choices = answers.map(({ poll_media: media }) => `- ${media.text ?? media.emoji?.name ?? ''}`);
  return storable([question.text ?? '', ...choices.slice(0, MOST_CHOICES)].join('\n'));
}
