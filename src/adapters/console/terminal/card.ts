/** A part of what coda says, as lines on a terminal. Pure: the same part gives the same lines. */

import widthOf from 'string-width';
import { visible } from '../../../base/text.ts';
import { type FileOut, MAIN, type Said } from '../protocol.ts';
import { hang, renderMarkdown } from './markdown.ts';
import { type Mark, type Style, wrap } from './style.ts';

export type CardType = Exclude<Said['type'], 'edit'>;

/** `card` in lines of at most `width` columns: a mark for what it is, its text, its files and its numbered choices. */
export function renderCard(card: Said, type: CardType, width: number, style: Style): string[] {
  const { sign, text, mark } = signed(card.text, SIGNS[type](style));
  const first = `${mark(sign)} `;
  const room = widthOf(first);
  const where = card.conversation === MAIN ? [] : [style.dim(`(in ${visible(card.conversation)})`)];
  const body = [
    ...where,
    ...renderMarkdown(text, width - room, style),
    ...card.files.flatMap((file) => wrap([{ text: fileLine(file), mark: style.dim }], width - room)),
    ...choices(card, width - room, style),
  ];
  return hang(body, first, room);
}

const OWN_SIGN = /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)\s+/u;

/** A text that brings a sign of its own stands behind that one. */
function signed(text: string, standard: { sign: string; mark: Mark }) {
  const own = OWN_SIGN.exec(text);
  return { ...standard, sign: own?.[1] ?? standard.sign, text: own ? text.slice(own[0].length) : text };
}

const SIGNS: Record<CardType, (style: Style) => { sign: string; mark: Mark }> = {
  message: (style) => ({ sign: '●', mark: style.voice }),
  reminder: (style) => ({ sign: '🔔', mark: style.bell }),
  approval: (style) => ({ sign: '?', mark: style.question }),
  error: (style) => ({ sign: '!', mark: style.failure }),
};

function fileLine({ name, type, size, path }: FileOut): string {
  return visible(`${name} (${type}, ${sizeText(size)}): ${path}`);
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `[1] Done  [2] Snooze 10 min`, broken between choices. */
function choices({ buttons }: Said, width: number, style: Style): string[] {
  const lines: string[] = [];
  for (const [index, { label }] of buttons.entries()) {
    const choice = `${style.bold(`[${index + 1}]`)} ${visible(label)}`;
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 2 + widthOf(choice) <= width)
      lines[lines.length - 1] = `${last}  ${choice}`;
    else lines.push(choice);
  }
  return lines;
}
