/** Plain texts and code. */

import { decodeText } from './kinds.js';
import { Unreadable } from './limits.js';

export function* readText(bytes, about, declared) {
  const text = decodeText(bytes, about, { declared });
  if (text === undefined) throw new Unreadable('broken');
  let number = 0;
  let heading = '';
  let isCode = false;
  for (const line of linesOf(text)) {
    number++;
    if (/^(?:```|~~~)/.test(line)) isCode = !isCode;
    const title = isCode ? undefined : /^#{1,6} +(\S.{0,78})/.exec(line)?.[1];
    if (title !== undefined) heading = `“${title.split(' #')[0]}”, `;
    yield { text: line, place: { unit: 'lines', from: number, before: heading } };
  }
}

function* linesOf(text) {
  let from = 0;
  while (from <= text.length) {
    const end = text.indexOf('\n', from);
    if (end < 0) {
      yield text.slice(from);
      return;
    }
    yield text.slice(from, text[end - 1] === '\r' ? end - 1 : end);
    from = end + 1;
  }
}
