/** Messages that take no more edits: what they go on showing, and what is still to be said. Pure. */
import type { Receipt } from '../adapter.ts';
import type { Content } from '../content.ts';
import { closedLength } from '../text/growing.ts';
import { openAt } from '../text/split.ts';

export const SHOWS = 'shows';

export function frozenText(receipt: Receipt | undefined): string | undefined {
  const text = receipt?.[SHOWS];
  return typeof text === 'string' ? text : undefined;
}

export function frozenReceipt(receipt: Receipt, text: string): Receipt {
  return { ...receipt, [SHOWS]: text };
}

/** The rest of a part whose message shows `shownText` for good, as a part of its own; undefined where nothing is left to say. */
export function restBehind(content: Content, shownText: string): Content | undefined {
  const { text, times, ...more } = content;
  const at = wordBefore(text, closedLength(text.slice(0, commonLength(text, shownText))));
  const open = openAt(text, at);
  const remainder = open === '' ? text.slice(at).trimStart() : text.slice(at).replace(/^\n/, '');
  const rest = remainder.trim() === '' ? '' : open + remainder;
  if (rest !== '') return { ...more, text: rest, ...(times && { times }) };
  const shows = (more.buttons?.length ?? 0) + (more.files?.length ?? 0) + (more.inline?.length ?? 0) > 0;
  return shows ? { ...more, text: '' } : undefined;
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** Start of the word that contains `at`: half of it is no beginning of a message. */
function wordBefore(text: string, at: number): number {
  if (at === text.length || /\s/.test(text[at] ?? '')) return at;
  let start = at;
  while (start > 0 && !/\s/.test(text[start - 1] as string)) start--;
  return start;
}
