import { stripEnd } from '../../base/text.ts';

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const MARKERS = /\*{1,3}|_{1,3}|~~/y;
/** A link, or its address, that has not come to its end; brackets that nothing follows are words. */
const LONGEST_LINK = 2_000;
const OPEN_LINK = /!?\[[^\]\n]{0,200}(?:\](?:\([^)\s]*)?)?$/;
const HALF_FENCE = /(?<=^|\n) {0,3}(?:`{1,2}|~)$/;
/** More of the same may follow; what they close is closed anyway. */
const LAST_MARKERS = /(?<![\\*_~])[*_~]+$|(?<=\\[*_~])[*_~]+$/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * `text` without what means something only when more of it has come (a half link, a marker that nothing follows), and
 * with what is open in its last paragraph closed. What is complete stays as it is. A code block is left to the cutting.
 */
export function shownWhileGrowing(text: string): string {
  const start = lastParagraph(text);
  if (start === undefined) return text;
  const head = text.slice(0, start);
  const tail = text.slice(start).replace(HALF_FENCE, '').trimEnd().replace(LAST_MARKERS, '');
  const { open, end } = openMarks(tail);
  return head + tail.slice(0, end).trimEnd() + open.reverse().join('');
}

/** Length of the longest beginning of `text` in which no emphasis and no link is open. A code block may be. */
export function closedLength(text: string): number {
  const start = lastParagraph(text);
  if (start === undefined) return text.length;
  const { from, end } = openMarks(text.slice(start));
  return start + Math.min(from ?? end, end);
}

/** `text`, of which no more comes: the same, with a code block closed as well. */
export function closeText(text: string): string {
  const { fence } = lastBlock(text);
  return fence === undefined ? shownWhileGrowing(text) : `${text.trimEnd()}\n${fence}`;
}

/** Start of the last paragraph; undefined inside a code block. */
function lastParagraph(text: string): number | undefined {
  const { fence, start } = lastBlock(text);
  return fence === undefined ? Math.min(start, text.length) : undefined;
}

/** The mark of the code block that is open at the end, and where the last paragraph begins. */
function lastBlock(text: string): { fence: string | undefined; start: number } {
  let fence: string | undefined;
  let start = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    const [, marker] = FENCE.exec(line) ?? [];
    at += line.length + 1;
    if (marker && (fence === undefined || (marker.startsWith(fence) && line.trim() === marker))) {
      fence = fence === undefined ? marker : undefined;
      start = at;
    } else if (fence === undefined && line.trim() === '') start = at;
  }
  return { fence, start };
}

interface OpenMarks {
  open: string[];
  from: number | undefined;
  end: number;
}

function openMarks(text: string): OpenMarks {
  const open: { marker: string; at: number }[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (char === '\\') at += 2;
    else if (char === '`') {
      const [ticks = ''] = /^`+/.exec(text.slice(at)) ?? [];
      const closing = closingTicks(text, at + ticks.length, ticks.length);
      if (closing === undefined) return dropEmptyMarks(stripEnd(text, '` '), [...open, { marker: ticks, at }]);
      at = closing;
    } else {
      MARKERS.lastIndex = at;
      const [marker] = MARKERS.exec(text) ?? [];
      if (marker) mark(text, marker, at, open);
      at += marker?.length ?? 1;
    }
  }
  const end = Math.max(0, text.length - LONGEST_LINK);
  const link = text.slice(end).search(OPEN_LINK);
  if (link < 0) return dropEmptyMarks(text, open);
  return dropEmptyMarks(
    text.slice(0, end + link),
    open.filter((each) => each.at < end + link),
  );
}

function dropEmptyMarks(text: string, open: { marker: string; at: number }[]): OpenMarks {
  let end = text.length;
  for (let last = open.at(-1); last; last = open.at(-1)) {
    if (text.slice(last.at + last.marker.length, end).trim() !== '') break;
    end = last.at;
    open.pop();
  }
  return { open: open.map(({ marker }) => marker), from: open[0]?.at, end };
}

function mark(text: string, marker: string, at: number, open: { marker: string; at: number }[]): void {
  const before = text[at - 1] ?? ' ';
  const after = text[at + marker.length] ?? '';
  const positionOf = (wanted: string) => open.findLastIndex((each) => each.marker === wanted);
  const position = positionOf(marker);
  // Three close one and two that were opened one after the other.
  const both = marker.length === 3 ? [positionOf(marker.slice(2)), positionOf(marker.slice(1))] : [-1];
  const first = position >= 0 || both.includes(-1) ? position : Math.min(...both);
  if (first >= 0 && /\S/.test(before)) open.splice(first);
  // In a word it belongs to a name or a sum; before a space it is the sign of a list.
  else if (!WORD.test(before) && !/^\s/.test(after)) open.push({ marker, at });
}

function closingTicks(text: string, from: number, length: number): number | undefined {
  for (const match of text.slice(from).matchAll(/`+/g)) {
    if (match[0].length === length) return from + match.index + length;
  }
  return undefined;
}
