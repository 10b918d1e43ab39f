import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Redactor, redact } from '../../src/sandbox/redact.ts';

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
};

const secret = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 });

test.each(Object.entries(ENCODINGS))('a secret is hidden: %s', (_, encode) => {
  fc.assert(
    fc.property(secret, (value) => {
      const shown = redact(`before ${encode(value)} after`, [value]);
      expect(shown).toContain('[REDACTED]');
      // At most the characters at the edges of a base64 text are left, which tell of less than a byte each.
      expect(shown.length).toBeLessThanOrEqual('before [REDACTED] after'.length + 9);
    }),
  );
});

test('however a stream is cut, the same is hidden', () => {
  const text = fc.array(fc.oneof(secret, fc.constant('hunter2-hunter2'), fc.constant(hex('hunter2-hunter2'))));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (texts, sizes) => {
      const whole = Buffer.from(texts.join(''));
      const redactor = new Redactor(['hunter2-hunter2', 'hunter2']);
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
  const redactor = new Redactor(['a secret of mine', '']);
  expect(Buffer.concat([redactor.push(bytes), redactor.end()]).equals(Buffer.from(bytes))).toBe(true);
  const none = new Redactor([]);
  expect(none.push(bytes).equals(Buffer.from(bytes))).toBe(true);
});
