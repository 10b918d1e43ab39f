/** Limits on quoted text that comes along with a message. Pure. */
import { oneLine, shorten, visible } from '../../base/text.ts';
import type { Quoted, RepliedTo } from '../adapter.ts';

/** The most of them with one message, the characters of each, and of all together. */
const MOST = 12;
const LONGEST = 4_000;
const TOGETHER = 12_000;
const LONGEST_NAME = 80;
/** Characters of a message that is replied to. */
const LONGEST_REPLIED = 2_000;

/** Quotes within these bounds, those first that were given first; nothing of them but what they are made of. */
export function boundedQuotes(given: readonly Quoted[]): Quoted[] {
  let room = TOGETHER;
  return given.slice(0, MOST).map(({ as, from = '', text, own }) => {
    const shown = shorten(visible(text).trim(), Math.min(LONGEST, Math.max(room, 1)));
    room -= shown.length;
    const name = oneLine(from, LONGEST_NAME);
    return { as, text: shown, ...(name !== '' && { from: name }), ...(own && { own: { id: own.id, at: own.at } }) };
  });
}

export const boundedReply = ({ text, isOwn }: RepliedTo): RepliedTo => ({
  text: shorten(text, LONGEST_REPLIED),
  isOwn,
});
