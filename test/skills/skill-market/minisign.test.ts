import { expect, test } from 'vitest';
import { checkSignature, parsePublicKey } from '../../../src/skills/skill-market/minisign.ts';
import { Signer } from './support.ts';

/** Made by minisign 0.8 itself over a file with the four letters "test" (jedisct1/rust-minisign-verify). */
const KEY = 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3';
const LEGACY = `untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
`;
const PREHASHED = `untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==
`;
const content = Buffer.from('test');
const theirs = parsePublicKey(KEY);

test('signatures that minisign made are taken, legacy and prehashed, with its own line ends or those of Windows', () => {
  if (!theirs) throw new Error('the key is none');
  expect(theirs.id).toBe('E7620F1842B4E81F');
  expect(parsePublicKey(`untrusted comment: minisign public key ${theirs.id}\r\n${KEY}\r\n`)?.text).toBe(KEY);
  for (const signature of [LEGACY, PREHASHED, PREHASHED.replaceAll('\n', '\r\n')]) {
    expect(checkSignature(content, signature, theirs)).toMatchObject({ ok: true, comment: /file:test$/ });
  }
});

test.each([
  ['of another file', Buffer.from('Test'), PREHASHED, 'content'],
  ['whose trusted comment was changed', content, PREHASHED.replace('file:test', 'file:evil'), 'comment'],
  ['whose algorithm was changed', content, PREHASHED.replace('RUQf', 'RWQf'), 'content'],
  ['by another key', content, new Signer().sign(content), 'key'],
  ['without its second half', content, PREHASHED.split('\n').slice(0, 2).join('\n'), 'form'],
  ['with more behind it', content, `${PREHASHED}more\n`, 'form'],
  ['in loose Base64', content, PREHASHED.replace('8KLzZwo=', '8KLzZwo'), 'form'],
  ['that is a page', content, '<html>', 'form'],
] as const)('a signature %s is refused', (_, bytes, signature, why) => {
  if (!theirs) throw new Error('the key is none');

  expect(checkSignature(bytes, signature, theirs)).toEqual({ ok: false, why });
});

test('a key that is none is named as such', () => {
  for (const text of ['', 'RW', `${KEY}\n${KEY}`, KEY.replace('RWQ', 'RUQ'), '<html>']) {
    expect(parsePublicKey(text)).toBeUndefined();
  }
});
