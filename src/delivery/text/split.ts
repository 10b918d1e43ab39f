import type { Part } from '../adapter.ts';
import type { Content, InlineFile } from '../content.ts';

/** A piece of a text: what is shown is `open + body + close`; the bodies of all pieces, joined, are the text. */
export interface Piece {
  open: string;
  body: string;
  close: string;
}

interface Fence {
  marker: string;
  language: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})([^\n]*)/;
/** A language's name is short; whatever else stands behind a fence is not repeated. */
const LONGEST_LANGUAGE = 20;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Cuts `text` into pieces that show at most `limit` UTF-16 units each (at least 64): at a paragraph, else a line, a
 * sentence, a word, and inside a word only between graphemes (a single grapheme beyond the limit between code points).
 * A code block that is cut is closed and opened again with its language.
 */
export function cut(text: string, limit: number): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  let fence: Fence | undefined;
  while (rest !== '') {
    const open = fence ? openFence(fence) : '';
    const { body, after } = take(rest, limit - open.length, fence);
    pieces.push({ open, body, close: after ? closeFence(body, after) : '' });
    rest = rest.slice(body.length);
    fence = after;
  }
  return pieces;
}

export function openAt(text: string, at: number): string {
  const fence = fenceAfter(text.slice(0, at), undefined);
  return fence ? openFence(fence) : '';
}

export function show({ open, body, close }: Piece): string {
  return open + body + close;
}

const openFence = ({ marker, language }: Fence): string => `${marker}${language}\n`;

const closeFence = (body: string, fence: Fence): string => `${body.endsWith('\n') ? '' : '\n'}${fence.marker}`;

function take(rest: string, room: number, fence: Fence | undefined): { body: string; after: Fence | undefined } {
  const wholeAfter = rest.length <= room ? fenceAfter(rest, fence) : undefined;
  if (rest.length + (wholeAfter ? closeFence(rest, wholeAfter).length : 0) <= room)
    return { body: rest, after: wholeAfter };
  // Room for the longest closing that can become necessary.
  const marker = Math.max(fence?.marker.length ?? 0, longestMarker(rest.slice(0, room)));
  const end = breakAt(rest, room - marker - 1);
  const body = rest.slice(0, end);
  const after = fenceAfter(body, fence);
  const [next = ''] = after ? rest.slice(end).split('\n', 1) : [];
  // A closing line alone would begin the next piece with an empty block.
  if (after && body.endsWith('\n') && closes(next, after) && next.length <= marker) {
    return { body: body + next, after: undefined };
  }
  return { body, after };
}

function longestMarker(text: string): number {
  return Math.max(3, ...Array.from(text.matchAll(/^ {0,3}(`{3,}|~{3,})/gm), ([, marker]) => marker?.length ?? 0));
}

const BREAKS: readonly { pattern: RegExp; from: number }[] = [
  { pattern: /\n[ \t]*\n+/g, from: 0.4 },
  { pattern: /\n/g, from: 0.3 },
  { pattern: /[.!?…。！？]["'”’)\]]*\s+/g, from: 0.3 },
  { pattern: /\s+/g, from: 0.05 },
];

function breakAt(rest: string, room: number): number {
  const window = rest.slice(0, room);
  const segments = graphemes.segment(rest.slice(0, room + 64));
  for (const { pattern, from } of BREAKS) {
    let best = 0;
    for (const match of window.matchAll(pattern)) best = match.index + match[0].length;
    // A space with a combining mark behind it is a grapheme: that is no place to cut.
    if (best >= room * from && best > 0 && segments.containing(best)?.index === best) return best;
  }
  const start = segments.containing(room)?.index ?? room;
  if (start > 0) return start;
  const surrogate = /[\udc00-\udfff]/.test(rest.charAt(room)) && /[\ud800-\udbff]/.test(rest.charAt(room - 1));
  return surrogate ? room - 1 : room;
}

function fenceAfter(body: string, before: Fence | undefined): Fence | undefined {
  let fence = before;
  for (const line of body.split('\n')) {
    if (fence) {
      if (closes(line, fence)) fence = undefined;
      continue;
    }
    const [, marker, info = ''] = FENCE.exec(line) ?? [];
    // Backticks behind backticks are inline code, not a block.
    if (!marker || (marker.startsWith('`') && info.includes('`'))) continue;
    const [language = ''] = info.trim().split(/\s+/);
    fence = { marker, language: language.length <= LONGEST_LANGUAGE ? language : '' };
  }
  return fence;
}

function closes(line: string, fence: Fence): boolean {
  const [, marker = '', info = ''] = FENCE.exec(line) ?? [];
  return marker.startsWith(fence.marker) && info.trim() === '';
}

// Turns a long text into several messages, or a file. Pure.

interface ShownParts {
  parts: Content[];
  attached: InlineFile[];
}

/** A message for each piece, `most` at most; what is beyond becomes a file, of which `note` below the last one tells. */
export function shownIn(content: Content, pieces: readonly Piece[], most: number, note: string): ShownParts {
  const { buttons: _, files: __, inline, times: ___, mention, ...rest } = content;
  const shownPieces = pieces.slice(0, most).map(show);
  const [first, ...beyond] = pieces.slice(most);
  const parts: Content[] = (shownPieces.length > 0 ? shownPieces : ['']).map((text) => ({ ...rest, text }));
  if (mention) parts[0] = { ...(parts[0] as Content), mention };
  const attached: InlineFile[] = [...(inline ?? [])];
  if (first) {
    (parts.at(-1) as Content).text += `\n${note}`;
    attached.push(markdownFile([first.open, first.body, ...beyond.map(({ body }) => body)].join('')));
  }
  return { parts, attached };
}

function markdownFile(text: string, name = 'answer.md'): InlineFile {
  return { name, type: 'text/markdown', text };
}

export function inOneFile(content: Content, beginning: Piece | undefined, note: string): Content {
  const text = `${beginning ? show(beginning) : ''}\n${note}`;
  const name = content.kind === 'approval' ? 'request.md' : 'answer.md';
  return { ...content, text, inline: [...(content.inline ?? []), markdownFile(content.text, name)] };
}

/** A part that was put off may be late by this much before others go ahead of it. */
const GRACE_MS = 5_000;
const STEP_MS = 50;

/**
 * Keeps what is said in a channel in its order when the platform makes some of it wait: a part that comes later waits behind
 * those that were put off, each in its place, until they have been sent or their time is well over.
 */
export class Order {
  /** By channel: the keys of parts that were put off, in their order, and until when (ms). */
  private readonly waiting = new Map<string, Map<string, number>>();

  /**
   * Milliseconds that this part has to wait for others that were put off before it came; 0: none. It is put off, then.
   * A later part of an answer waits for nobody: the one before it is there, and nothing comes between them.
   */
  delayBehind(channel: string, { key, index = 0 }: Pick<Part, 'key' | 'index'>, now: number): number {
    if (index > 0) return 0;
    let until = 0;
    for (const [other, at] of this.waiting.get(channel) ?? []) {
      if (other === key) break;
      if (at + GRACE_MS > now) until = Math.max(until, at);
    }
    if (until === 0) return 0;
    const wait = Math.max(until - now, 0) + STEP_MS;
    this.putOff(channel, key, now + wait);
    return wait;
  }

  putOff(channel: string, key: string, until: number): void {
    const parts = this.waiting.get(channel) ?? new Map<string, number>();
    this.waiting.set(channel, parts.set(key, until));
  }

  done(channel: string, key: string): void {
    const parts = this.waiting.get(channel);
    if (parts?.delete(key) && parts.size === 0) this.waiting.delete(channel);
  }
}
