/** Hides secrets in what a program writes, also where it encodes them. */

import { Automaton, FOLD, ROOT } from './automaton.ts';
import { type Spread, spreadForms, wholeForms } from './encodings.ts';

const HIDDEN = Buffer.from('[REDACTED]');

/** Characters a program may put between those of a value, or before each: separators, and marks of numbers. */
const SEPARATORS = ' \t\r\n\0,.:;|_-/+*=~\'"[](){}<>';
const MARKS = ['\\U000000', '\\u00', '\\u{', '\\x', '\\', '%', '&#x', '&#', 'U+00'];
/** Their first character may be a digit of the number before: such a text is read both ways. */
const MARKS_BEHIND_DIGITS = ['0x', '0o', 'chr('];
const MARKS_OF: Readonly<Record<Spread, readonly string[]>> = {
  characters: [],
  hex: [...MARKS, ...MARKS_BEHIND_DIGITS],
  // Among hex digits it is a byte.
  digits: [...MARKS, ...MARKS_BEHIND_DIGITS, '0b'],
};
/** A sequence for a terminal, such as the colours of grep, is left out as a mark is; a longer one is taken for text. */
const ESCAPE = 0x1b;
const LONGEST_SEQUENCE = 48;
/** Such as the end of a quoted line in a list, and the beginning of the next with its indentation. */
const MOST_BETWEEN = 16;

interface Mark {
  /** The folded byte that comes before `rest` and may be a digit. */
  lead: number | undefined;
  rest: Uint8Array;
}

/** One reading of a text: what is left out of it, and what is looked for in the rest. */
interface View {
  automaton: Automaton;
  /** Per folded byte: non-zero for a separator, which is left out. */
  separators: Uint8Array;
  /** Left out too: by the first folded byte behind the lead, the longest first. */
  marks: readonly (readonly Mark[] | undefined)[];
  /** Per folded byte: non-zero where it may be kept and may lead a mark. */
  leads: Uint8Array;
  longestMark: number;
  /** Something may be left out. */
  isSpread: boolean;
}

/** Bytes of a secret: what is left of a shorter one may be any word. */
const SHORTEST_IN_NAMES = 6;
/** Not in any file's name, or replaced there: what separates, what shells read, and what nobody sees. */
const NOT_IN_NAMES = /[\s,.:;|_\-/+*=~'"[\](){}<>?\\`$&\p{C}\p{Zl}\p{Zp}\uFFFD]/gu;

/** Search automaton for secrets, made once for many streams. */
export class Hidden {
  readonly views: readonly View[];
  private readonly secrets: readonly string[];
  private ofNames: Hidden | undefined;

  /** Empty values hide nothing. */
  constructor(secrets: readonly string[]) {
    const given = secrets.filter((secret) => secret !== '');
    const groups = new Map<string, { separators: string; spread: Spread; texts: string[] }>();
    for (const { text, spread } of given.flatMap(spreadForms)) {
      // None that is a character of the form: so there is one way to read a text.
      const separators = [...SEPARATORS].filter((char) => !text.includes(char)).join('');
      const key = `${spread} ${separators}`;
      const group = groups.get(key) ?? { separators, spread, texts: [] };
      group.texts.push(text);
      groups.set(key, group);
    }
    const spread = [...groups.values()].map((group) => viewOf(group.texts, group.separators, MARKS_OF[group.spread]));
    this.secrets = given;
    this.views = given.length === 0 ? [] : [viewOf(given.flatMap(wholeForms), '', []), ...spread];
  }

  /** The same in names of files, whatever a program or coda put for the characters that cannot stand there. */
  get inNames(): Hidden {
    const bare = this.secrets.map((secret) => secret.normalize('NFC').replace(NOT_IN_NAMES, ''));
    const long = bare.filter((secret) => Buffer.byteLength(secret) >= SHORTEST_IN_NAMES);
    this.ofNames ??= new Hidden([...this.secrets, ...long]);
    return this.ofNames;
  }

  get isEmpty(): boolean {
    return this.views.length === 0;
  }

  get states(): number {
    return this.views.reduce((sum, { automaton }) => sum + automaton.states, 0);
  }

  /** Transitions that all streams have looked at: the work, which grows with the bytes and with nothing else. */
  get looked(): number {
    return this.views.reduce((sum, { automaton }) => sum + automaton.looked, 0);
  }
}

function viewOf(texts: readonly string[], separators: string, marks: readonly string[]): View {
  const automaton = new Automaton(texts);
  const flags = new Uint8Array(256);
  for (const char of separators) flags[char.charCodeAt(0)] = 1;
  const read = marks.map(markOf).sort((a, b) => b.rest.length - a.rest.length);
  return {
    automaton,
    separators: flags,
    marks: Array.from({ length: 256 }, (_, byte) => {
      const begun = read.filter(({ rest }) => rest[0] === byte);
      return begun.length > 0 ? begun : undefined;
    }),
    leads: Uint8Array.from({ length: 256 }, (_, byte) => Number(read.some(({ lead }) => lead === byte))),
    longestMark: read[0]?.rest.length ?? 0,
    isSpread: separators !== '' || marks.length > 0,
  };
}

function markOf(mark: string): Mark {
  const bytes = Buffer.from(mark, 'latin1').map((byte) => FOLD[byte] as number);
  const [first] = bytes;
  return first !== undefined && /^[0-9a-f]/.test(mark)
    ? { lead: first, rest: bytes.subarray(1) }
    : { lead: undefined, rest: bytes };
}

/** About 20 bytes each. */
const MOST_STATES = 2_000_000;

/** Cache of automatons, for the sets of secrets that come again and again. */
export class HiddenSets {
  private readonly made = new Map<string, Hidden>();

  of(secrets: readonly string[]): Hidden {
    const key = JSON.stringify([...new Set(secrets)].sort());
    const hidden = this.made.get(key) ?? new Hidden(secrets);
    this.made.delete(key);
    this.made.set(key, hidden);
    let states = 0;
    // The latest is kept however large it is: its run needs it.
    for (const [old, { states: more }] of [...this.made].reverse()) {
      if (old !== key && states + more > MOST_STATES) this.made.delete(old);
      else states += more;
    }
    return hidden;
  }
}

/** A stretch of the stream, from its beginning on. */
interface Range {
  start: number;
  end: number;
}

/** A stream's redactor: hand every chunk to `push`, and what `end` gives behind the last. */
export class Redactor {
  private readonly scans: readonly Scan[];
  private readonly pending = new Pending();
  /** Number of bytes before it that were taken. */
  private at = 0;

  constructor(hidden: Hidden) {
    this.scans = hidden.views.map((view) => new Scan(view));
  }

  /** Returns the bytes that are certain by now: the rest may be the beginning of a secret. */
  push(chunk: Uint8Array): Buffer {
    if (this.scans.length === 0) return Buffer.from(chunk);
    this.pending.add(chunk);
    return this.read(false);
  }

  end(): Buffer {
    return this.read(true);
  }

  private read(isEnd: boolean): Buffer {
    let certain = this.pending.end;
    let read = certain;
    for (const scan of this.scans) {
      scan.read(this.pending, isEnd);
      if (!isEnd) certain = Math.min(certain, scan.certain);
      read = Math.min(read, scan.at);
    }
    const taken = this.take(certain);
    this.pending.drop(Math.min(this.at, read));
    return taken;
  }

  /** Takes what begins before `certain`, and all of a secret that begins there. What overlaps is hidden as one. */
  private take(certain: number): Buffer {
    const parts: Uint8Array[] = [];
    for (let next = this.earliest(certain); next; next = this.earliest(certain)) {
      if (next.start >= this.at) parts.push(this.pending.slice(this.at, next.start), HIDDEN);
      this.at = Math.max(this.at, next.end);
    }
    if (certain > this.at) {
      parts.push(this.pending.slice(this.at, certain));
      this.at = certain;
    }
    return Buffer.concat(parts);
  }

  /** Removes and gives the first of what was found that begins before `certain`. */
  private earliest(certain: number): Range | undefined {
    let first: Scan | undefined;
    let start = certain;
    for (const scan of this.scans) {
      const [range] = scan.found;
      if (!range || range.start >= start) continue;
      first = scan;
      start = range.start;
    }
    return first?.found.shift();
  }
}

/** A whole text at once: a file's name, an error. */
export function redact(text: string, hidden: Hidden): string {
  const redactor = new Redactor(hidden);
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString();
}

const SMALLEST = 4096;

/** The last bytes of a stream, by their place in it. */
class Pending {
  end = 0;
  private start = 0;
  private bytes = new Uint8Array(0);
  /** The place of the first byte of `bytes`. */
  private base = 0;

  /** Makes room for as much again as is kept: so a byte is moved a few times at most, however small the chunks are. */
  add(chunk: Uint8Array): void {
    if (this.end - this.base + chunk.length > this.bytes.length) {
      const kept = this.bytes.subarray(this.start - this.base, this.end - this.base);
      const wanted = Math.max(2 * (kept.length + chunk.length), SMALLEST);
      const into = wanted > this.bytes.length ? new Uint8Array(wanted) : this.bytes;
      into.set(kept);
      this.bytes = into;
      this.base = this.start;
    }
    this.bytes.set(chunk, this.end - this.base);
    this.end += chunk.length;
  }

  /** The folded byte at a place that was not dropped. */
  folded(place: number): number {
    return FOLD[this.bytes[place - this.base] as number] as number;
  }

  /** A copy. */
  slice(from: number, to: number): Uint8Array {
    return this.bytes.slice(from - this.base, to - this.base);
  }

  drop(before: number): void {
    this.start = before;
  }
}

/** Position of a view in its text. */
interface Position {
  state: number;
  /** Separators and marks since the last byte that was not left out. */
  between: number;
  /** Bytes that were not left out. */
  kept: number;
}

/** One view's way through a stream. */
class Scan {
  /** Nothing that begins before this place will be found any more. */
  certain = 0;
  /** The next byte to be read. */
  at = 0;
  /** Matches, one behind another: overlapping ones are one. */
  readonly found: Range[] = [];
  private readonly view: View;
  private readonly now: Position = { state: ROOT, between: 0, kept: 0 };
  /** The last byte, where it may turn out to belong to a mark. */
  private lead: number | undefined;
  /** The position before it. */
  private readonly before: Position = { ...this.now };
  /** Positions of the last bytes that were not left out: as many as a state is deep. None where nothing is left out. */
  private readonly places: Float64Array;

  constructor(view: View) {
    this.view = view;
    this.places = new Float64Array(view.isSpread ? 2 ** Math.ceil(Math.log2(view.automaton.deepest + 1)) : 0);
  }

  /** Reads on, as far as it is certain what the bytes are. */
  read(pending: Pending, isEnd: boolean): void {
    const { automaton, separators, leads, isSpread } = this.view;
    const { now } = this;
    while (this.at < pending.end) {
      const byte = pending.folded(this.at);
      if (isSpread) {
        const width = separators[byte] || this.leftOutAt(byte, pending, isEnd);
        if (width === undefined) break;
        if (width > 0) {
          if (++now.between > MOST_BETWEEN) now.state = ROOT;
          this.at += width;
          this.lead = undefined;
          continue;
        }
        this.lead = leads[byte] ? byte : undefined;
        if (this.lead !== undefined) Object.assign(this.before, now);
        now.between = 0;
        this.places[now.kept++ & (this.places.length - 1)] = this.at;
      }
      this.at++;
      now.state = automaton.next(now.state, byte);
      const length = automaton.longest[now.state] as number;
      if (length > 0) this.add(this.place(now, length), this.at);
    }
    this.certain = Math.min(this.opened(now), this.lead === undefined ? this.at : this.opened(this.before));
  }

  /** Start of the longest beginning that may go on. */
  private opened(position: Position): number {
    const open = this.view.automaton.open[position.state] as number;
    return open > 0 ? this.place(position, open) : this.at;
  }

  /** Bytes of the mark or sequence that begins here with `byte`, 0 for none; undefined: what comes next decides. */
  private leftOutAt(byte: number, pending: Pending, isEnd: boolean): number | undefined {
    if (byte === ESCAPE) return this.sequenceAt(pending, isEnd);
    return this.view.marks[byte] ? this.markAt(pending, isEnd) : 0;
  }

  /** As ECMA-48 has them: ESC [ with parameters, or ESC with what is between it and one last character. */
  private sequenceAt(pending: Pending, isEnd: boolean): number | undefined {
    const end = Math.min(pending.end, this.at + LONGEST_SEQUENCE);
    let at = this.at + 1;
    const over = (from: number, to: number) => {
      while (at < end && pending.folded(at) >= from && pending.folded(at) <= to) at++;
    };
    over(0x20, 0x2f);
    if (at === this.at + 1 && at < end && pending.folded(at) === 0x5b) {
      at++;
      over(0x30, 0x3f);
      over(0x20, 0x2f);
      if (at < end) return pending.folded(at) >= 0x40 && pending.folded(at) <= 0x7e ? at + 1 - this.at : 0;
    } else if (at < end) return pending.folded(at) >= 0x30 && pending.folded(at) <= 0x7e ? at + 1 - this.at : 0;
    return isEnd || end - this.at === LONGEST_SEQUENCE ? 0 : undefined;
  }

  /** Bytes of the mark that begins here; undefined: what comes next decides. Takes back what was its lead. */
  private markAt(pending: Pending, isEnd: boolean): number | undefined {
    const left = pending.end - this.at;
    if (!isEnd && left < this.view.longestMark) return undefined;
    const isHere = ({ lead, rest }: Mark) =>
      (lead === undefined || this.lead === lead) &&
      rest.length <= left &&
      rest.every((byte, index) => pending.folded(this.at + index) === byte);
    const mark = this.view.marks[pending.folded(this.at)]?.find(isHere);
    if (mark?.lead !== undefined) Object.assign(this.now, this.before);
    return mark?.rest.length ?? 0;
  }

  /** Start of the last `count` bytes that were not left out. */
  private place({ kept }: Position, count: number): number {
    if (!this.view.isSpread) return this.at - count;
    return this.places[(kept - count) & (this.places.length - 1)] as number;
  }

  private add(start: number, end: number): void {
    const range = { start, end };
    for (let last = this.found.at(-1); last && last.end > range.start; last = this.found.at(-1)) {
      range.start = Math.min(range.start, last.start);
      this.found.pop();
    }
    this.found.push(range);
  }
}
