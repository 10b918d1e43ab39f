/** Others' words that came with a message, as a model is shown them and as they are remembered. Pure. */
import { frameText } from '../../base/frames.ts';
import { shorten } from '../../base/text.ts';
import type { QuotedWords } from '../../delivery/index.ts';

export type RememberedQuote = Pick<QuotedWords, 'as' | 'from' | 'text'>;

const LONGEST_REMEMBERED = 1_000;

const OF: Record<QuotedWords['as'], string> = {
  replied: 'the message that this replies to',
  forwarded: 'a message that this forwards',
  shared: 'a message that this shares',
  starter: 'the message that this thread began with',
  earlier: 'said before in this thread',
  attached: 'what an app shows with this message',
  embed: 'a preview in this message',
  poll: 'a poll in this message',
  sticker: 'a sticker in this message',
  observed: 'said before in this place, to anybody',
  unread: '',
};

/** Each in a frame that says what it is and whose words they are. */
export function quotedFrames(quoted: readonly RememberedQuote[]): string {
  return quoted
    .map(({ as, from, text }) => {
      if (as === 'unread') return '[What this message points to could not be read.]';
      return frameText('quoted', text.trim() || '(without words)', { of: OF[as], ...(from !== undefined && { from }) });
    })
    .join('\n');
}

/** Words that were only observed are not remembered. */
export function rememberedQuotes(quoted: readonly QuotedWords[]): RememberedQuote[] {
  const quotes = quoted.filter(({ as }) => as !== 'observed');
  return quotes.map(({ as, from, text }) => ({
    as,
    ...(from !== undefined && { from }),
    text: shorten(text, LONGEST_REMEMBERED),
  }));
}
