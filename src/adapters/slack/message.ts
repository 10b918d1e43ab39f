/** Renders content as the body of a message. Pure. */
import { omitUndefined } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import {
  type Button,
  type Content,
  cut,
  inOneFile,
  type Piece,
  shownIn,
  shownWhileGrowing,
  uploadBatches,
} from '../../delivery/index.ts';
import { UPLOADS } from './files.ts';
import { escapeText, isPlain, toMarkdown, toMrkdwn } from './render.ts';
import * as texts from './texts.ts';

/** Slack's limits (docs.slack.dev/reference/block-kit/blocks). */
const MAX_MARKDOWN = 12_000;
const MAX_SECTION = 3_000;
const MAX_BLOCKS = 50;
const MAX_LABEL = 75;
const BUTTONS_A_ROW = 25;
const MAX_PARTS = 6;
/** A message without blocks, and what notifications show of one with them; an update takes 4,000. */
const MAX_TEXT = 3_000;

/** Room is left for what escaping adds, and for a note below a card whose buttons have been used. */
const PART_TEXT = 9_000;

const PRESS = 'press:';
const ASK = 'ask:';
const ACTION_ID = /^(press|ask):([\w-]{22})$/;

/**
 * Cuts what is to be said into messages; what is beyond six of them becomes a file. Files are messages of their own: in
 * Slack they are shared by another method, which takes no buttons. What asks for leave stays together with its buttons.
 */
export function split(content: Content): Content[] {
  const { buttons, files = [], inline: _, times, mention: __, ...rest } = content;
  const pieces = piecesOf(content.text, PART_TEXT).filter(({ body }) => body.trim() !== '');
  const whole = content.kind === 'approval' && pieces[0] && pieces.length > 1;
  if (whole) return withFiles(inOneFile(content, cut(content.text, MAX_TEXT)[0], texts.wholeInFile()));
  const { parts, attached } = shownIn(content, pieces, MAX_PARTS, texts.restInFile());
  const last = parts.at(-1) as Content;
  if (times) last.times = times;
  return withFiles({ ...last, ...(buttons && { buttons }), files, inline: attached }, parts.slice(0, -1), rest);
}

function withFiles(part: Content, before: readonly Content[] = [], rest: Partial<Content> = {}): Content[] {
  const { files: all = [], inline = [], buttons, ...content } = part;
  const files = all.filter(({ size }) => size <= UPLOADS.each);
  const excess = all.length - files.length;
  if (excess > 0) content.text = `${content.text}\n${texts.notAttached(excess, UPLOADS.each)}`.trim();
  const under = buttons && { buttons };
  if (files.length === 0 && inline.length === 0) return [...before, { ...content, ...under }];
  const plain: Content = { ...rest, kind: part.kind, text: '' };
  const [beside = [], ...others] = uploadBatches(files, inline, UPLOADS);
  const first = {
    ...plain,
    ...omitUndefined({ files: beside.length > 0 ? beside : undefined, inline: inline.length > 0 ? inline : undefined }),
  };
  // Words come first: an answer that grows becomes the first part.
  const words = content.text.trim() === '' ? [] : [content];
  const lots = others.map((lot): Content => ({ ...plain, files: lot }));
  return [...before, ...words, first, ...lots, ...(under ? [{ ...plain, ...under }] : [])];
}

export function isFiles({ text, files = [], inline = [] }: Content): boolean {
  return text === '' && files.length + inline.length > 0;
}

function piecesOf(text: string, limit: number): Piece[] {
  return cut(text, limit).flatMap((piece) => {
    const source = piece.open + piece.body + piece.close;
    const fits = toMarkdown(source).length <= MAX_MARKDOWN - 500;
    return fits || limit < 1_000 ? [piece] : piecesOf(source, Math.floor(limit / 2));
  });
}

export function splitGrowing(content: Content): Content[] {
  const text = shownWhileGrowing(content.text);
  return text.trim() === '' ? [] : split({ ...content, text });
}

type Block = Record<string, unknown> & { type: string };

export interface MessageBody extends Record<string, unknown> {
  text: string;
  blocks: Block[];
}

/** The body of a part. `markdown`: whether the place takes markdown blocks; else it is Slack's own notation. */
export function bodyOf(content: Content, markdown = true): MessageBody {
  const { text, mention, times = [], inert, buttons = [] } = content;
  const mrkdwn = toMrkdwn(text);
  const called = mention === undefined ? '' : `<@${mention}> `;
  const fullText = called + mrkdwn.join('\n\n');
  const needsBlocks = inert || buttons.length > 0 || times.length > 0 || !isPlain(text) || fullText.length > MAX_TEXT;
  // Only a section can be told to make no links of plain addresses.
  const words = inert ? sectionsOf(mrkdwn, true) : wordsOf(text, mrkdwn, markdown);
  const blocks = needsBlocks ? [...callOf(mention), ...words, ...timesOf(times), ...rowsOf(buttons)] : [];
  return {
    text: shortenNotification(fullText) || ' ',
    blocks: blocks.slice(-MAX_BLOCKS),
    ...(inert && { unfurl_links: false, unfurl_media: false, parse: 'none' }),
  };
}

/** Longest plain messages: the second length is for a workspace that refuses the first. */
export const PLAIN_LENGTHS = [MAX_TEXT, 1_000] as const;

/** The words alone, without blocks, cut into messages of at most `longest` characters; buttons are named behind them. */
export function plainBodiesOf(content: Content, longest: number): MessageBody[] {
  const { text, mention, inert, buttons = [] } = content;
  const called = mention === undefined ? '' : `<@${mention}> `;
  const labels = buttons.map(({ label }) => `[${escapeText(shorten(label.trim(), MAX_LABEL))}]`).join(' ');
  const words = [called + toMrkdwn(text).join('\n\n'), labels].filter((each) => each.trim() !== '').join('\n\n');
  return cut(words, longest)
    .map(({ open, body, close }) => open + body + close)
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({
      text: piece,
      blocks: [],
      ...(inert && { unfurl_links: false, unfurl_media: false, parse: 'none' }),
    }));
}

function callOf(mention: string | undefined): Block[] {
  return mention === undefined ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: `<@${mention}>` } }];
}

function wordsOf(text: string, mrkdwn: readonly string[], markdown: boolean): Block[] {
  if (text.trim() === '') return [];
  const source = toMarkdown(text);
  return markdown && source.length <= MAX_MARKDOWN ? [{ type: 'markdown', text: source }] : sectionsOf(mrkdwn);
}

/** `verbatim`: nothing becomes a link that is not written as one (docs.slack.dev/reference/block-kit/composition-objects/text-object). */
function sectionsOf(mrkdwn: readonly string[], verbatim = false): Block[] {
  const sections = mrkdwn.flatMap((piece) =>
    cut(piece, MAX_SECTION).map(({ open, body, close }) => open + body + close),
  );
  return packPieces(sections).map((section) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: section, ...(verbatim && { verbatim }) },
  }));
}

function packPieces(pieces: readonly string[]): string[] {
  const packs: string[] = [];
  for (const piece of pieces.filter((each) => each.trim() !== '')) {
    const last = packs.at(-1);
    if (last !== undefined && last.length + piece.length + 2 <= MAX_SECTION)
      packs[packs.length - 1] = `${last}\n\n${piece}`;
    else packs.push(piece);
  }
  return packs;
}

function timesOf(times: readonly string[]): Block[] {
  if (times.length === 0) return [];
  const elements = times.slice(0, 10).map((time) => {
    const seconds = Math.floor(new Date(time).getTime() / 1_000);
    return { type: 'mrkdwn', text: `<!date^${seconds}^{date_long_pretty} {time}|${time.slice(0, 16)}Z>` };
  });
  return [{ type: 'context', elements }];
}

function rowsOf(buttons: readonly Button[]): Block[] {
  const rows: Block[] = [];
  for (let at = 0; at < buttons.length; at += BUTTONS_A_ROW) {
    rows.push({ type: 'actions', elements: buttons.slice(at, at + BUTTONS_A_ROW).map(buttonOf) });
  }
  return rows;
}

function buttonOf({ id, label, style, asks }: Button): Record<string, unknown> {
  return {
    type: 'button',
    text: { type: 'plain_text', text: shorten(label.trim() || '…', MAX_LABEL), emoji: false },
    action_id: `${asks ? ASK : PRESS}${id}`,
    ...(style && { style }),
  };
}

/** A text for a notification: never cut within what stands for one character. */
function shortenNotification(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT - 20).replace(/&[a-z]{0,4}$|<[^<>]*$/, '')}…`;
}

export function pressedIn(actionId: string): { id: string; asks: boolean } | undefined {
  const [, kind, id] = ACTION_ID.exec(actionId) ?? [];
  return id === undefined ? undefined : { id, asks: kind === 'ask' };
}
