/** Hides secrets in what a program writes, also where it encodes them. */

const HIDDEN = Buffer.from('[REDACTED]');

/** Encoded forms of a shorter value would be found in texts that have nothing to do with it. */
const SHORTEST_ENCODED = 4;

/** A stream's redactor: hand every chunk to `push`, and what `end` gives behind the last. */
export class Redactor {
  private readonly pattern: RegExp | undefined;
  private readonly longest: number;
  private pending = '';

  /** Empty values hide nothing. */
  constructor(secrets: readonly string[]) {
    const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))];
    // The longest first, so that the whole of a value is hidden and not a shorter one inside it.
    forms.sort((a, b) => b.length - a.length);
    this.longest = forms[0]?.length ?? 0;
    if (forms.length > 0) this.pattern = new RegExp(forms.map(escaped).join('|'), 'g');
  }

  /** What is certain by now: the rest may be the beginning of a secret. */
  push(chunk: Uint8Array): Buffer {
    this.pending += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    return this.take(Math.max(this.pending.length - this.longest + 1, 0));
  }

  end(): Buffer {
    return this.take(this.pending.length);
  }

  /** Takes what begins before `end`, and all of a secret that begins there. */
  private take(end: number): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    for (const { 0: found, index } of this.pattern ? this.pending.matchAll(this.pattern) : []) {
      if (index >= end) break;
      parts.push(Buffer.from(this.pending.slice(at, index), 'latin1'), HIDDEN);
      at = index + found.length;
    }
    const until = Math.max(at, end);
    parts.push(Buffer.from(this.pending.slice(at, until), 'latin1'));
    this.pending = this.pending.slice(until);
    return Buffer.concat(parts);
  }
}

/** A whole text at once: a file's name, an error. */
export function redact(text: string, secrets: readonly string[]): string {
  const redactor = new Redactor(secrets);
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString();
}

/** The value and its encodings, as bytes written in latin1. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const plain = bytes.toString('latin1');
  if (bytes.length < SHORTEST_ENCODED) return [plain];
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const codes = Array.from({ length: secret.length }, (_, index) => secret.charCodeAt(index));
  const units = Array.from({ length: secret.length }, (_, index) =>
    secret.charCodeAt(index).toString(16).padStart(4, '0'),
  );
  const json = JSON.stringify(secret).slice(1, -1);
  // As Python's json writes it.
  const ascii = json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const url = encodeURIComponent(Buffer.from(secret).toString());
  const either = (text: string) => [text, text.toUpperCase()];
  const texts = [
    [...secret].reverse().join(''),
    ...[0, 1, 2].flatMap((offset) => base64(bytes, offset)),
    ...either(hex.join('')),
    ...either(hex.join(' ')),
    ...either(hex.join(':')),
    url,
    url.replaceAll('%20', '+'),
    // As Python's quote and a browser's path write it.
    url.replaceAll('%2F', '/'),
    encodeURI(Buffer.from(secret).toString()),
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ...['%', '\\x'].flatMap((mark) =>
      [hex, hex.map((byte) => byte.toUpperCase())].map((all) => all.map((byte) => mark + byte).join('')),
    ),
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    ascii.replaceAll('/', '\\/'),
    ...[units, units.map((unit) => unit.toUpperCase())].map((all) => all.map((unit) => `\\u${unit}`).join('')),
    codes.join(','),
    codes.join(', '),
  ];
  const reversed = Buffer.from(bytes).reverse().toString('latin1');
  return [plain, reversed, ...texts.map((text) => Buffer.from(text).toString('latin1'))];
}

/** What base64 makes of the bytes behind `offset` others, without the characters that those beside it have a share in. */
function base64(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = whole.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6));
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
