/** Renders content as the body of a message. Pure. */
import { createHash } from 'node:crypto';
import type {
  APIActionRowComponent,
  APIComponentInMessageActionRow,
  RESTPostAPIChannelMessageJSONBody,
} from 'discord.js';
import { shorten, stripEnd } from '../../base/text.ts';
import {
  applyChanges,
  type Button,
  type Change,
  type Content,
  cut,
  drawTable,
  inOneFile,
  nodesOf,
  type Part,
  placeOfNode,
  shownIn,
  shownWhileGrowing,
  uploadBatches,
} from '../../delivery/index.ts';
import { UPLOADS } from './files.ts';
import { VOICE_MESSAGE } from './shapes.ts';
import * as texts from './texts.ts';

const MAX_TEXT = 2_000;
const MAX_PARTS = 6;
const MAX_LABEL = 80;
const BUTTONS_A_ROW = 5;
const MAX_ROWS = 5;

/** Room is left for a note below a card whose buttons have been used, and for what says that there is a file. */
const PART_TEXT = 1_800;

const PRESS = 'press:';
const ASK = 'ask:';
const CUSTOM_ID = /^(press|ask):([\w-]{22})$/;

const SUPPRESS_EMBEDS = 1 << 2;

const STYLES = { primary: 1, secondary: 2, danger: 4 } as const;

/**
 * Cuts what is to be said into messages; what is beyond six of them becomes a file. What asks for leave stays together
 * with its buttons: all of it is in a file where one message does not hold it.
 */
export function split(content: Content): Content[] {
  const { buttons, files, inline: _, times, mention: __, ...rest } = content;
  const pieces = cut(withTimes(toDiscord(content.text), times), PART_TEXT).filter(({ body }) => body.trim() !== '');
  if (content.kind === 'approval' && pieces[0] && pieces.length > 1) {
    return [inOneFile(content, pieces[0], texts.wholeInFile())];
  }
  const { parts, attached } = shownIn(content, pieces, MAX_PARTS, texts.restInFile());
  const last = parts.at(-1) as Content;
  if (attached.length > 0) last.inline = attached;
  const [beside = [], ...others] = files ? uploadBatches(files, attached, UPLOADS) : [];
  if (beside.length > 0) last.files = beside;
  for (const lot of others) parts.push({ ...rest, text: '', files: lot });
  if (buttons) (parts.at(-1) as Content).buttons = buttons;
  return parts;
}

export function splitGrowing(content: Content): Content[] {
  const text = shownWhileGrowing(content.text);
  return text.trim() === '' ? [] : split({ ...content, text });
}

/** Every reader sees their own clock beside what was said in the person's zone. */
function withTimes(text: string, times: readonly string[] = []): string {
  if (times.length === 0) return text;
  const seconds = times.map((time) => Math.floor(new Date(time).getTime() / 1_000));
  // Times of a list stand below each other, as its lines do.
  if (times.length > 2) return [text, ...seconds.map((at) => `-# <t:${at}:f> (<t:${at}:R>)`)].join('\n');
  return `${text}\n-# ${seconds.map((at) => `<t:${at}:F> (<t:${at}:R>)`).join(' · ')}`;
}

export function fitContent(content: Content): Content {
  if (textOf(content).length <= MAX_TEXT) return content;
  return inOneFile(content, cut(toDiscord(content.text), PART_TEXT)[0], texts.wholeInFile());
}

/**
 * Equal for each resend of a part; another one in another channel (the fallback to direct messages), and for the
 * message that replaces a deleted one. 22 characters of the 25 that Discord takes.
 */
export function nonceFor(identity: string, channel: string, instead?: string): string {
  const names = JSON.stringify([identity, channel, instead ?? null]);
  return createHash('sha256').update(names).digest('base64url').slice(0, 22);
}

export type MessageBody = RESTPostAPIChannelMessageJSONBody;

export function textOf({ text, mention }: Content): string {
  return mention === undefined ? text : `<@${mention}> ${text}`;
}

/**
 * The body of a part, without its files: nobody is pinged but the author of the message that it answers, and whom it is
 * said to.
 */
export function bodyOf(content: Content): MessageBody {
  const { mention, inert } = content;
  return {
    content: textOf(content),
    ...(inert && { flags: SUPPRESS_EMBEDS }),
    components: rowsOf(content),
    allowed_mentions: { parse: [], replied_user: true, ...(mention !== undefined && { users: [mention] }) },
  };
}

/** Fields that make a voice message of the one file, which has no text then (docs.discord.com/developers/resources/message#voice-messages). */
export function voiceOf({ files = [], buttons = [] }: Content): Partial<MessageBody> | undefined {
  const [file, ...others] = files;
  if (!file?.spoken || others.length > 0 || buttons.length > 0) return undefined;
  const { seconds, waveform } = file.spoken;
  const attachment = { id: 0, filename: file.name, duration_secs: seconds, waveform };
  return { content: '', flags: VOICE_MESSAGE, attachments: [attachment as never], components: [] };
}

export function newMessage(part: Part, content: Content, channel: string): MessageBody {
  const reply = part.replyTo !== undefined && (part.index ?? 0) === 0;
  return {
    ...bodyOf(content),
    nonce: nonceFor(part.identity ?? part.key, channel, part.instead),
    enforce_nonce: true,
    // The question may have been deleted meanwhile; the answer is still owed.
    ...(reply && { message_reference: { message_id: part.replyTo as string, fail_if_not_exists: false } }),
  };
}

function rowsOf({ buttons = [], spent = [] }: Content): APIActionRowComponent<APIComponentInMessageActionRow>[] {
  const all = [...buttons.map((button) => component(button, false)), ...spent.map((button) => component(button, true))];
  const rows = [];
  for (let at = 0; at < all.length && rows.length < MAX_ROWS; at += BUTTONS_A_ROW) {
    rows.push({ type: 1, components: all.slice(at, at + BUTTONS_A_ROW) });
  }
  return rows;
}

function component({ id, label, style, asks }: Button, disabled: boolean): APIComponentInMessageActionRow {
  return {
    type: 2,
    style: STYLES[style ?? 'secondary'],
    label: shorten(label.trim() || '…', MAX_LABEL),
    custom_id: `${asks ? ASK : PRESS}${id}`,
    ...(disabled && { disabled }),
  };
}

export function buttonOf(customId: string): { id: string; asks: boolean } | undefined {
  const [, kind, id] = CUSTOM_ID.exec(customId) ?? [];
  return id === undefined ? undefined : { id, asks: kind === 'ask' };
}

export function customIds({ buttons = [] }: Content): string[] {
  return buttons.map(({ id, asks }) => `${asks ? ASK : PRESS}${id}`);
}

const DEEP_HEADING = /^#{4,6}[ \t]+(?=[^ \t\n])([^\n]*)$/;
const SUSPECT = /\||^ {0,3}#{4}/m;

/** Discord knows neither tables (they become code blocks) nor headings below the third level (they become bold). */
export function toDiscord(markdown: string): string {
  if (!SUSPECT.test(markdown)) return markdown;
  const changes: Change[] = [];
  for (const node of nodesOf(markdown)) {
    if (node.type === 'grid') {
      const { rows, from, to } = node;
      // A fence inside a cell would end the block that it stands in.
      if (!rows.flat().some((cell) => cell.includes('```'))) {
        changes.push({ from, to, text: `\`\`\`\n${drawTable(rows)}\n\`\`\`` });
      }
    } else if (node.type === 'heading' && node.depth > 3) {
      const { from, to } = placeOfNode(node);
      const [, line] = DEEP_HEADING.exec(markdown.slice(from, to)) ?? [];
      if (line === undefined) continue;
      const text = stripEnd(stripEnd(line, '#'), ' ').replaceAll('**', '');
      changes.push({ from, to, text: `**${text}**` });
    }
  }
  return applyChanges(markdown, changes);
}
