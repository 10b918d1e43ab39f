/** Others' words that a message in Slack brings besides its text. Pure. */

import { storable } from '../../base/text.ts';
import type { QuotedWords } from '../../delivery/index.ts';
import { type Hearing, instantOf, isBot, isOwn, nameMentions, type RawFile, type RawMessage } from './parse.ts';
import { asCarried, type RawAttachment } from './shapes.ts';

type NameOf = (user: string) => string | undefined;
type Node = Record<string, unknown>;

const MOST_ATTACHMENTS = 20;
const MOST_ELEMENTS = 500;
const MOST_FILES = 10;

export function quotedIn(message: RawMessage, nameOf: NameOf): QuotedWords[] {
  const { text = '' } = message;
  const { attachments, blocks } = asCarried(message);
  const shared = attachments.slice(0, MOST_ATTACHMENTS).filter(isShared);
  const quotes = shared.map((each): QuotedWords => {
    const from = each.author_name ?? (each.author_id && nameOf(each.author_id));
    return { as: 'shared', ...(from && { from }), text: sharedText(each, nameOf) };
  });
  // The words of people stand in the text already.
  if (text.trim() !== '' && !isBot(message)) return quotes;
  const blockText = shownIn(blocks, nameOf);
  const beside = isWithin(blockText, nameMentions(text, nameOf)) ? '' : blockText;
  const all = joinLines([beside, attachedText(attachments, nameOf)]);
  const attached: QuotedWords = { as: isBot(message) ? 'attached' : 'embed', text: all };
  return attached.text === '' ? quotes : [...quotes, attached];
}

export function filesOf(message: RawMessage): RawFile[] {
  const { attachments, files } = asCarried(message);
  return [...files, ...attachments.flatMap((attachment) => attachment.files).slice(0, MOST_FILES)];
}

/** A message of a thread, as somebody's words; coda's own are known by their `ts`. */
export function quotedFrom(
  message: RawMessage,
  as: 'starter' | 'earlier',
  { hearing, nameOf }: { hearing: Hearing; nameOf: NameOf },
): QuotedWords {
  const { ts, text = '', user } = message;
  const words = nameMentions(text, nameOf);
  if (isOwn(message, hearing)) {
    return { as, from: 'you', text: words, own: { id: ts, at: instantOf(ts).toISOString() } };
  }
  const { attachments, blocks, files, username, bot_profile: bot } = asCarried(message);
  const from = username ?? bot?.name ?? (user && (nameOf(user) ?? user));
  const blockText = isBot(message) ? shownIn(blocks, nameOf) : '';
  const parts = [
    ...(isWithin(words, blockText) ? [] : [words]),
    ...(isWithin(blockText, words) && !isWithin(words, blockText) ? [] : [blockText]),
    ...attachments.filter(isShared).map((each) => sharedText(each, nameOf)),
    attachedText(attachments, nameOf),
    ...files.slice(0, MOST_FILES).map(fileText),
  ];
  return { as, ...(from && { from }), text: joinLines(parts) };
}

const isShared = ({ is_share: share, is_msg_unfurl: linked, message_blocks: blocks }: RawAttachment): boolean =>
  share === true || linked === true || blocks.length > 0;

function sharedText({ text, fallback, message_blocks: blocks, files }: RawAttachment, nameOf: NameOf): string {
  const textOfBlocks = () => joinLines(blocks.map(({ message }) => shownIn(message.blocks, nameOf)));
  const words = [text && nameMentions(text, nameOf), textOfBlocks(), fallback && nameMentions(fallback, nameOf)].find(
    (each) => each?.trim(),
  );
  return joinLines([words ?? '', ...files.slice(0, MOST_FILES).map(fileText)]);
}

function attachedText(attachments: readonly RawAttachment[], nameOf: NameOf): string {
  const others = attachments.slice(0, MOST_ATTACHMENTS).filter((each) => !isShared(each));
  return others
    .map((each) => attachmentText(each, nameOf))
    .filter(Boolean)
    .join('\n\n');
}

function attachmentText(attachment: RawAttachment, nameOf: NameOf): string {
  const { pretext, author_name: author, title, title_link: link, text, fields, blocks, footer, fallback } = attachment;
  const rows = fields.map(({ title: name, value }) => [name, value].filter(Boolean).join(': '));
  const marked = [pretext, author, title, text, ...rows, footer].map((each) =>
    each ? nameMentions(each, nameOf) : '',
  );
  const body = joinLines([...marked, shownIn(blocks, nameOf), link ?? '']);
  return body || (fallback ? nameMentions(fallback, nameOf) : '');
}

const fileText = ({ id, name }: RawFile): string => `[File: ${name ?? id}]`;

/** True if `whole` says `part`: a bot's text is often that of its blocks. */
function isWithin(part: string, whole: string): boolean {
  const letters = lettersOf(part);
  return whole.includes(part) || (letters !== '' && lettersOf(whole).includes(letters));
}

const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '');

const joinLines = (lines: readonly string[]): string => storable(lines.filter((line) => line.trim() !== '').join('\n'));

/** The words in blocks (docs.slack.dev/reference/block-kit/blocks), in order; nothing of buttons and fields to fill in. */
function shownIn(blocks: unknown, nameOf: NameOf): string {
  const room = { left: MOST_ELEMENTS };
  return joinLines(nodesIn(blocks).map((block) => wordsIn(block, nameOf, room)));
}

function wordsIn(node: Node, nameOf: NameOf, room: { left: number }): string {
  if (room.left-- <= 0) return '';
  const each = (nodes: unknown) => nodesIn(nodes).map((inner) => wordsIn(inner, nameOf, room));
  const { type, text, title, elements } = node;
  switch (type) {
    case 'text':
    case 'plain_text':
    case 'raw_text':
    case 'markdown':
      return textOf(text);
    case 'mrkdwn':
      return nameMentions(textOf(text), nameOf);
    case 'section':
    case 'header':
      return joinLines(each([text, ...nodesIn(node.fields)]));
    case 'image':
      return joinLines([...each([title]), textOf(node.alt_text) && `[Picture: ${textOf(node.alt_text)}]`]);
    case 'video':
      return joinLines([...each([title, node.description]), textOf(node.title_url)]);
    case 'rich_text':
    case 'rich_text_list':
      return joinLines(each(elements));
    case 'context':
      return each(elements).filter(Boolean).join(' ');
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
      return each(elements).join('');
    case 'table':
      return joinLines(rowsOf(node.rows).map((row) => each(row).join(' | ')));
    default:
      return leafOf(node, nameOf);
  }
}

function leafOf(node: Node, nameOf: NameOf): string {
  const { type, text, url, name, range, fallback, user_id: user, channel_id: channel } = node;
  switch (type) {
    case 'link':
      return textOf(text) === '' || text === url ? textOf(url) : `[${textOf(text)}](${textOf(url)})`;
    case 'user':
      return `@${nameOf(textOf(user)) ?? textOf(user)}`;
    case 'channel':
      return `#${textOf(channel)}`;
    case 'emoji':
      return `:${textOf(name)}:`;
    case 'broadcast':
      return `@${textOf(range)}`;
    case 'date':
      return textOf(fallback);
    default:
      return '';
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function nodesIn(value: unknown): Node[] {
  if (!Array.isArray(value)) return [];
  return value.filter((node): node is Node => typeof node === 'object' && node !== null && !Array.isArray(node));
}

const rowsOf = (rows: unknown): unknown[] => (Array.isArray(rows) ? rows : []);
