/** Hides secrets in what a program writes, in the forms that docs/security.md names. */

import { Automaton, ROOT } from './automaton.ts';

const MARK = '[REDACTED]';

/** Encoded forms of a shorter value would be found in texts that have nothing to do with it. */
const SHORTEST_ENCODED = 4;
/** Programs break the lines of base64 and hex, and so may a value itself: breaks are left out on both sides. */
const LINE_BREAKS = /[\r\n]/g;
const MOST_BREAKS = 16;

/** Bytes of a secret that is looked for in names: what is left of a shorter one may be any word. */
const SHORTEST_IN_NAMES = 6;
/** Not in any file's name, or replaced there: what separates, what shells read, and what nobody sees. */
const NOT_IN_NAMES = String.raw`[\s,.:;|_\-\/+*=~'"\[\]\(\)\{\}<>?\\\x60$&\p{C}\p{Zl}\p{Zp}\uFFFD]`;

export class HiddenValues {
  readonly automaton: Automaton;
  private readonly secrets: readonly string[];
  private names: RegExp | undefined;

  constructor(secrets: readonly string[]) {
    this.secrets = secrets.filter((secret) => secret !== '');
    const forms = this.secrets.flatMap(formsOf).map((form) => form.replace(LINE_BREAKS, ''));
    this.automaton = new Automaton(
      forms.filter((form) => form !== '').map((form) => Buffer.from(form).toString('latin1')),
    );
  }

  /** Hides secrets in a file's name, whatever a program or coda put for the characters that cannot stand there. */
  inName(name: string): string {
    // The longest first: what begins like a longer one is hidden with it.
    this.names ??= new RegExp(
      inNames(this.secrets)
        .sort((a, b) => b.length - a.length)
        .join('|') || '(?!)',
      'gu',
    );
    return redact(name, this).replace(this.names, MARK);
  }

  get isEmpty(): boolean {
    return this.secrets.length === 0;
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST_ENCODED) return [secret];
  const hex = bytes.toString('hex');
  return [secret, ...base64(bytes), hex, hex.toUpperCase(), ...urlForms(bytes.toString()), ...jsonForms(secret)];
}

/**
 * The base64 of the bytes behind 0, 1 and 2 others, without the characters that those beside it have a share in; in
 * both alphabets.
 */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = whole.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Percent-encoded as JavaScript, RFC 3986 (Python's quote) and forms have it; in a path, in a query. */
function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ v: text }).toString().slice(2);
  return [component, strict, encodeURI(text), form]
    .flatMap((url) => [url, url.replaceAll('%2F', '/'), url.replaceAll('%20', '+')])
    .flatMap((url) => [url, url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

function jsonForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const escaped = (what: RegExp) =>
    json.replace(what, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [json, escaped(/[^\x20-\x7e]/g), escaped(/[<>&]/g)].flatMap((form) => [form, form.replaceAll('/', '\\/')]);
}

function inNames(secrets: readonly string[]): string[] {
  const separators = new RegExp(NOT_IN_NAMES, 'gu');
  return secrets
    .map((secret) => secret.normalize('NFC').replace(separators, ''))
    .filter((bare) => Buffer.byteLength(bare) >= SHORTEST_IN_NAMES)
    .map((bare) => Array.from(bare, (char) => (char === '^' ? '\\^' : char)).join(`${NOT_IN_NAMES}*`));
}

/** About 20 bytes each. */
const MOST_STATES = 2_000_000;

export class HiddenSets {
  private readonly made = new Map<string, HiddenValues>();

  of(secrets: readonly string[]): HiddenValues {
    const key = JSON.stringify([...new Set(secrets)].sort());
    const hiddenValues = this.made.get(key) ?? new HiddenValues(secrets);
    this.made.delete(key);
    this.made.set(key, hiddenValues);
    let states = 0;
    // The latest is kept however large it is: its run needs it.
    for (const [old, { automaton }] of [...this.made].reverse()) {
      if (old !== key && states + automaton.states > MOST_STATES) this.made.delete(old);
      else states += automaton.states;
    }
    return hiddenValues;
  }
}

const CR = 0x0d;
const LF = 0x0a;
const HIDDEN = Buffer.from(MARK);

/** A stream's redactor: hand every chunk to `push`, and what `end` gives behind the last. */
export class Redactor {
  private readonly automaton: Automaton;
  private state = ROOT;
  private breaks = 0;
  /** Places in the stream of the last bytes that were no line breaks: as many as a state is deep. */
  private readonly places: Float64Array;
  private kept = 0;
  private pending: Buffer = Buffer.alloc(0);
  private at = 0;
  private readonly found: { start: number; end: number }[] = [];

  constructor({ automaton }: HiddenValues) {
    this.automaton = automaton;
    this.places = new Float64Array(2 ** Math.ceil(Math.log2(automaton.deepest + 1)));
  }

  /** Returns the bytes that are certain by now: the rest may be the beginning of a secret. */
  push(chunk: Uint8Array): Buffer {
    if (this.automaton.deepest === 0) return Buffer.from(chunk);
    const before = this.pending.length;
    this.pending = Buffer.concat([this.pending, chunk]);
    for (let index = before; index < this.pending.length; index++) this.read(index);
    const open = this.automaton.open[this.state] as number;
    return this.take(open > 0 ? this.place(open) : this.at + this.pending.length);
  }

  flush(): Buffer {
    return this.take(this.at + this.pending.length);
  }

  private read(index: number): void {
    const byte = this.pending[index] as number;
    if (byte === LF || byte === CR) {
      if (++this.breaks > MOST_BREAKS) this.state = ROOT;
      return;
    }
    const place = this.at + index;
    this.breaks = 0;
    this.places[this.kept++ & (this.places.length - 1)] = place;
    this.state = this.automaton.next(this.state, byte);
    const length = this.automaton.longest[this.state] as number;
    if (length > 0) this.add(this.place(length), place + 1);
  }

  private place(count: number): number {
    return this.places[(this.kept - count) & (this.places.length - 1)] as number;
  }

  private add(start: number, end: number): void {
    const range = { start, end };
    for (let last = this.found.at(-1); last && last.end > range.start; last = this.found.at(-1)) {
      range.start = Math.min(range.start, last.start);
      this.found.pop();
    }
    this.found.push(range);
  }

  private take(certain: number): Buffer {
    const parts: Uint8Array[] = [];
    const from = this.at;
    for (let next = this.found[0]; next && next.start < certain; next = this.found[0]) {
      // A match that begins inside of one that was taken is hidden with it.
      if (next.start >= this.at) parts.push(this.pending.subarray(this.at - from, next.start - from), HIDDEN);
      this.at = Math.max(this.at, next.end);
      this.found.shift();
    }
    if (certain > this.at) {
      parts.push(this.pending.subarray(this.at - from, certain - from));
      this.at = certain;
    }
    this.pending = this.pending.subarray(this.at - from);
    return Buffer.concat(parts);
  }
}

export function redact(text: string, hiddenValues: HiddenValues): string {
  const redactor = new Redactor(hiddenValues);
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.flush()]).toString();
}
