import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HiddenSets, HiddenValues, Redactor, redact as redactWith } from '../../src/sandbox/redact.ts';

const redact = (text: string, secrets: string[]) => redactWith(text, new HiddenValues(secrets));

const hex = (text: string) => Buffer.from(text).toString('hex');

/** Forms that docs/security.md promises to hide. */
const FORMS: Record<string, (secret: string) => string> = {
  'the value': (secret) => secret,
  'the value in lines': (secret) => secret.replace(/.{5}/g, '$&\n'),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 behind one byte': (secret) => Buffer.from(`a${secret}b`).toString('base64'),
  'base64 behind two bytes': (secret) => Buffer.from(`ab${secret}cd`).toString('base64'),
  'base64 in lines': (secret) => Buffer.from(secret).toString('base64').replace(/.{9}/g, '$&\r\n'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex,
  'hex in capitals': (secret) => hex(secret).toUpperCase(),
  'hex in lines': (secret) => hex(secret).replace(/.{10}/g, '$&\n'),
  'URL of JavaScript': encodeURIComponent,
  'URL with small letters': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'URL of a form': (secret) => new URLSearchParams([['', secret]]).toString().slice(1),
  'URL of a path': encodeURI,
  'URL of Python': (secret) =>
    encodeURIComponent(secret)
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%2F', '/'),
  JSON: (secret) => JSON.stringify(secret),
  'JSON of Go': (secret) =>
    JSON.stringify(secret).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  'JSON of PHP': (secret) => JSON.stringify(secret).replaceAll('/', '\\/'),
};

const secret = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 });

test.each(Object.entries(FORMS))('a secret is hidden: %s', (_, write) => {
  fc.assert(
    fc.property(secret, (value) => {
      const shown = redact(`before ${write(value)} after`, [value]);
      expect(shown).toContain('[REDACTED]');
      // At most the characters at the edges of a base64 text are left, which tell of less than a byte each.
      expect(shown.length).toBeLessThanOrEqual('before [REDACTED] after'.length + 9);
    }),
    { numRuns: 15 },
  );
});

test('a secret with other letters is hidden as Python writes it in JSON', () => {
  expect(redact('"Z\\u00fcrich-42"', ['Zürich-42'])).toBe('"[REDACTED]"');
});

const KEYS = [
  'sk-live_4eC39HqLyjWDarjtT1zdp7dc',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'a'.repeat(60).concat('b'),
];

/** Transitions looked at for each byte of a text that is pushed `size` bytes at a time. */
function workOf(text: string, secrets: string[], size = text.length): number {
  const hidden = new HiddenValues(secrets);
  const before = hidden.automaton.looked;
  const redactor = new Redactor(hidden);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) redactor.push(bytes.subarray(at, at + size));
  redactor.flush();
  return (hidden.automaton.looked - before) / bytes.length;
}

test.each([
  ['prose', 'The quick brown fox jumps over the lazy dog. '.repeat(2000)],
  ['beginnings of a value', 'a'.repeat(90_000)],
  ['beginnings, one after another', `${'a'.repeat(59)}-`.repeat(1500)],
  ['a value, again and again', KEYS.join('').repeat(600)],
  ['line breaks', 'a\r\n'.repeat(30_000)],
])('a byte costs the same however it comes: %s', (_, text) => {
  const whole = workOf(text, KEYS);
  // One, and as many again for the ways back; some have a few neighbours.
  expect(whole).toBeLessThan(8);
  expect(workOf(text, KEYS, 2)).toBe(whole);
  // Neither more nor longer values make it more: what is looked for is one thing.
  const many = Array.from({ length: 10 }, (_, index) => hex(`${index} ${'value'.repeat(20)}`));
  expect(workOf(text, [...KEYS, ...many])).toBeLessThan(16);
});

test('what was made for a set of values serves the next run', () => {
  const sets = new HiddenSets();
  const isKept = (secrets: string[], made: HiddenValues) => sets.of(secrets) === made;
  const small = sets.of(['hunter2', 'hunter3']);
  expect(isKept(['hunter3', 'hunter2'], small)).toBe(true);
  expect(isKept(['hunter2'], small)).toBe(false);
  // Large ones give way to each other.
  const large = ['hunter4'.repeat(20_000), 'hunter5'.repeat(20_000)].map((secret) => sets.of([secret]));
  expect(isKept(['hunter5'.repeat(20_000)], large[1] as HiddenValues)).toBe(true);
  expect(isKept(['hunter2', 'hunter3'], small)).toBe(true);
  expect(isKept(['hunter4'.repeat(20_000)], large[0] as HiddenValues)).toBe(false);
});

test('no more is held back than what may be a value', () => {
  const redactor = new Redactor(new HiddenValues(['hunter2-hunter2']));
  expect(redactor.push(Buffer.from('It begins: hunter2-h')).toString()).toBe('It begins: ');
  // Too many lines in between.
  expect(redactor.push(Buffer.from('\n'.repeat(17))).toString()).toMatch(/^hunter2-h\n{1,17}$/);
  expect(redactor.push(Buffer.from('hunter2-')).toString()).not.toContain('hunter');
  expect(redactor.push(Buffer.from('hunter2')).toString()).toBe('[REDACTED]');
});

test('a value inside of another, or beside it, leaves nothing of either', () => {
  expect(redact('<one-two-three-four>', ['one-two', 'two-three', 'three-four'])).toBe('<[REDACTED]>');
  expect(redact('<one-two-three>', ['one-two-three', 'two'])).toBe('<[REDACTED]>');
});

test('however a stream is cut, the same is hidden', () => {
  const text = fc.array(fc.oneof(secret, fc.constant('hunter2-hunter2'), fc.constant(hex('hunter2-hunter2'))));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (texts, sizes) => {
      const whole = Buffer.from(texts.join(''));
      const redactor = new Redactor(new HiddenValues(['hunter2-hunter2', 'hunter2']));
      const got: Buffer[] = [];
      for (let at = 0, index = 0; at < whole.length; index++) {
        const size = sizes[index % sizes.length] ?? 1;
        got.push(redactor.push(whole.subarray(at, at + size)));
        at += size;
      }
      got.push(redactor.flush());
      expect(Buffer.concat(got).toString()).toBe(redact(whole.toString(), ['hunter2-hunter2', 'hunter2']));
    }),
  );
});

test('what is no secret stays as it is, bytes that are no text too', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const redactor = new Redactor(new HiddenValues(['a secret of mine', '']));
  expect(Buffer.concat([redactor.push(bytes), redactor.flush()]).equals(Buffer.from(bytes))).toBe(true);
  const none = new Redactor(new HiddenValues([]));
  expect(none.push(bytes).equals(Buffer.from(bytes))).toBe(true);
});
