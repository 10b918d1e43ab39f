import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hidden, HiddenSets, Redactor, redact as redactWith } from '../../src/sandbox/redact.ts';

const redact = (text: string, secrets: string[]) => redactWith(text, new Hidden(secrets));

const hex = (text: string) => Buffer.from(text).toString('hex');
const pairs = (text: string) => hex(text).match(/../g) ?? [];

/** What a program can do to a secret before it writes it. */
const ENCODINGS: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  reversed: (secret) => [...secret].reverse().join(''),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 behind one byte': (secret) => Buffer.from(`a${secret}b`).toString('base64'),
  'base64 behind two bytes': (secret) => Buffer.from(`ab${secret}cd`).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex,
  'hex in capitals': (secret) => hex(secret).toUpperCase(),
  'hex with spaces': (secret) => pairs(secret).join(' '),
  'hex with colons': (secret) => pairs(secret).join(':'),
  URL: (secret) => encodeURIComponent(secret),
  'URL of a form': (secret) => encodeURIComponent(secret).replaceAll('%20', '+'),
  'URL in full': (secret) =>
    pairs(secret)
      .map((pair) => `%${pair}`)
      .join(''),
  JSON: (secret) => JSON.stringify(secret),
  'JSON in full': (secret) =>
    [...secret].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'escapes of a shell': (secret) =>
    pairs(secret)
      .map((pair) => `\\x${pair}`)
      .join(''),
  'codes of characters': (secret) => [...secret].map((char) => char.charCodeAt(0)).join(', '),
  'base64 in lines': (secret) => Buffer.from(secret).toString('base64').replace(/.{9}/g, '$&\n'),
  'base64 twice': (secret) => Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  'hex of base64': (secret) => hex(Buffer.from(secret).toString('base64')),
  'hex in lines': (secret) => hex(secret).replace(/.{10}/g, '$&\r\n'),
  'a dump': (secret) => hex(secret).replace(/.{4}/g, '$& '),
  'hex as Python lists it': (secret) =>
    `[${pairs(secret)
      .map((pair) => `'0x${pair}'`)
      .join(', ')}]`,
  'hex of a program': (secret) =>
    pairs(secret)
      .map((pair) => `0x${pair}`)
      .join(', '),
  'hex from behind': (secret) => pairs(secret).reverse().join(''),
  'quoted-printable': (secret) =>
    pairs(secret)
      .map((pair) => `=${pair}`)
      .join(''),
  'URL twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'JSON in JSON': (secret) => JSON.stringify(JSON.stringify(secret)),
  'codes of HTML': (secret) => [...secret].map((char) => `&#${char.charCodeAt(0)};`).join(''),
  'codes of HTML in hex': (secret) => [...secret].map((char) => `&#x${char.charCodeAt(0).toString(16)};`).join(''),
  octal: (secret) => [...secret].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).join(''),
  bits: (secret) => [...secret].map((char) => char.charCodeAt(0).toString(2).padStart(8, '0')).join(' '),
  'a character a line': (secret) => [...secret].join('\n'),
  'characters with spaces': (secret) => [...secret].join('   '),
  capitals: (secret) => secret.toUpperCase(),
  rot13: (secret) =>
    secret.replace(/[a-z]/gi, (c) => String.fromCharCode(c.charCodeAt(0) + (c.toLowerCase() < 'n' ? 13 : -13))),
  'UTF-16': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
  'UTF-16 in hex': (secret) => Buffer.from(secret, 'utf16le').toString('hex'),
};

// What separates the pieces of a value is none of it.
const secret = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .map((text) => text.replaceAll(' ', '_'));

test.each(Object.entries(ENCODINGS))('a secret is hidden: %s', (_, encode) => {
  fc.assert(
    fc.property(secret, (value) => {
      const shown = redact(`before ${encode(value)} after`, [value]);
      expect(shown).toContain('[REDACTED]');
      // At most the characters at the edges of a base64 text are left, which tell of less than a byte each.
      expect(shown.length).toBeLessThanOrEqual('before [REDACTED] after'.length + 9);
    }),
    { numRuns: 15 },
  );
});

test.each([
  ['base32', 'NB2W45DFOIZC253POJSHGIDPMYQG22LOMU======'],
  ['base32 behind two bytes', 'PB4WQ5LOORSXEMRNO5XXEZDTEBXWMIDNNFXGK==='],
  ['Ascii85', 'BQ\\37ATBOXGAhM4F!,C5+Dkh1AH'],
  ['base85', 'XmxIMWpXktcW-iJb0BYKAZ=-GWd'],
])('what Python writes as %s hides nothing', (_, text) => {
  const shown = redact(`<${text}>`, ['hunter2-words of mine']);
  expect(shown).toMatch(/^<.{0,5}\[REDACTED\].{0,8}>$/);
});

const KEYS = [
  'sk-live_4eC39HqLyjWDarjtT1zdp7dc',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'a'.repeat(60).concat('b'),
];

/** Transitions looked at for each byte of a text that is pushed `size` bytes at a time. */
function workOf(text: string, secrets: string[], size = text.length): number {
  const hidden = new Hidden(secrets);
  const before = hidden.looked;
  const redactor = new Redactor(hidden);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) redactor.push(bytes.subarray(at, at + size));
  redactor.end();
  return (hidden.looked - before) / bytes.length;
}

test.each([
  ['prose', 'The quick brown fox jumps over the lazy dog. '.repeat(2000)],
  ['beginnings of a value', 'a'.repeat(90_000)],
  ['beginnings, one after another', `${'a'.repeat(59)}-`.repeat(1500)],
  ['a value, again and again', KEYS.join('').repeat(600)],
  ['numbers', '0x61, 97, \\141, 01100001 '.repeat(4000)],
  ['separators', '-'.repeat(90_000)],
])('a byte costs the same however it comes: %s', (_, text) => {
  const whole = workOf(text, KEYS);
  // One for each reading of the text, and as many again for the ways back; some have a few neighbours.
  expect(whole).toBeLessThan(30);
  expect(workOf(text, KEYS, 2)).toBe(whole);
  // Neither more nor longer values make it more: what is looked for is one thing.
  const many = Array.from({ length: 10 }, (_, index) => hex(`${index} ${'value'.repeat(20)}`));
  expect(workOf(text, [...KEYS, ...many])).toBeLessThan(60);
});

test('what was made for a set of values serves the next run', () => {
  const sets = new HiddenSets();
  const isKept = (secrets: string[], made: Hidden) => sets.of(secrets) === made;
  const small = sets.of(['hunter2', 'hunter3']);
  expect(isKept(['hunter3', 'hunter2'], small)).toBe(true);
  expect(isKept(['hunter2'], small)).toBe(false);
  // Large ones give way to each other.
  const large = ['hunter4'.repeat(3000), 'hunter5'.repeat(3000)].map((secret) => sets.of([secret]));
  expect(isKept(['hunter5'.repeat(3000)], large[1] as Hidden)).toBe(true);
  expect(isKept(['hunter2', 'hunter3'], small)).toBe(true);
  expect(isKept(['hunter4'.repeat(3000)], large[0] as Hidden)).toBe(false);
});

test('no more is held back than what may be a value', () => {
  const redactor = new Redactor(new Hidden(['hunter2-hunter2']));
  expect(redactor.push(Buffer.from('It begins: hunter2-h')).toString()).toBe('It begins: ');
  // Too much in between.
  expect(redactor.push(Buffer.from(' '.repeat(17))).toString()).toMatch(/^hunter2-h {1,17}$/);
  expect(redactor.push(Buffer.from('hunter2-')).toString()).not.toContain('hunter');
  expect(redactor.push(Buffer.from('hunter2')).toString()).toBe('[REDACTED]');
});

test('a value in colours is hidden, however the stream is cut', () => {
  const [red, off] = ['\u001b[01;31m\u001b[K', '\u001b[m\u001b[K'];
  const text = `<hun${red}ter2${off}-\u001b(Bwords>`;
  expect(redact(text, ['hunter2-words'])).toBe('<[REDACTED]>');
  const redactor = new Redactor(new Hidden(['hunter2-words']));
  const parts = [...Buffer.from(text)].map((byte) => redactor.push(Uint8Array.of(byte)));
  expect(Buffer.concat([...parts, redactor.end()]).toString()).toBe('<[REDACTED]>');
  for (const other of [`${red}hunter${off}`, 'hunter2\u001b', `hunter2\u001b[${'1'.repeat(60)}m-words`]) {
    expect(redact(other, ['hunter2-words'])).toBe(other);
  }
});

test('a value inside of another, or beside it, leaves nothing of either', () => {
  expect(redact('<one-two-three-four>', ['one-two', 'two-three', 'three-four'])).toBe('<[REDACTED]>');
  expect(redact('<one-two-three>', ['one-two-three', 'two'])).toBe('<[REDACTED]>');
});

test('characters as JSON lists them are hidden', () => {
  const shown = redact(JSON.stringify({ key: [...'hunter2-words'] }, null, 4), ['hunter2-words']);
  expect(shown).toMatch(/^\{\s+"key": \[\s+"\[REDACTED\]"\s+\]\s+\}$/);
});

test('however a stream is cut, the same is hidden', () => {
  const text = fc.array(fc.oneof(secret, fc.constant('hunter2-hunter2'), fc.constant(hex('hunter2-hunter2'))));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (texts, sizes) => {
      const whole = Buffer.from(texts.join(''));
      const redactor = new Redactor(new Hidden(['hunter2-hunter2', 'hunter2']));
      const got: Buffer[] = [];
      for (let at = 0, index = 0; at < whole.length; index++) {
        const size = sizes[index % sizes.length] ?? 1;
        got.push(redactor.push(whole.subarray(at, at + size)));
        at += size;
      }
      got.push(redactor.end());
      expect(Buffer.concat(got).toString()).toBe(redact(whole.toString(), ['hunter2-hunter2', 'hunter2']));
    }),
  );
});

test('what is no secret stays as it is, bytes that are no text too', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const redactor = new Redactor(new Hidden(['a secret of mine', '']));
  expect(Buffer.concat([redactor.push(bytes), redactor.end()]).equals(Buffer.from(bytes))).toBe(true);
  const none = new Redactor(new Hidden([]));
  expect(none.push(bytes).equals(Buffer.from(bytes))).toBe(true);
});
