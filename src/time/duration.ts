import { DAY } from './civil.ts';
import { wordsOf } from './phrase.ts';
import { tokenise } from './tokens.ts';

/** `10 minutes`, `2h30m`, `an hour and a half`, `45` (minutes) in milliseconds; undefined when it is no length of time. */
export function parseDuration(text: string): number | undefined {
  const length = text.trim().replace(/^(?:for|in|by) /i, '');
  return lengthOf(length) ?? (/^[\w-]+$/.test(length) ? lengthOf(`${length} minutes`) : undefined);
}

function lengthOf(words: string): number | undefined {
  const text = `for ${words}`;
  const { tokens, pieces } = wordsOf(text, tokenise(text));
  const shift = pieces(0).find(({ end, value }) => end === tokens.length && value.kind === 'shift')?.value;
  if (shift?.kind !== 'shift' || shift.span.months > 0 || shift.span.workdays > 0) return undefined;
  return shift.span.days * DAY + shift.span.milliseconds || undefined;
}
