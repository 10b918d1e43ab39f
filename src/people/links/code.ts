import { createHash, randomInt } from 'node:crypto';

/** Without 0, 1, I, L, O and U: a person reads these on one screen and types them on another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const HALF = LENGTH / 2;

/** A code of 49 bits, such as `K7QM3-XPD9R`. */
export function newCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${letters.slice(0, HALF)}-${letters.slice(HALF)}`;
}

/** Hash of a code, however it was typed: in small letters, with spaces or without its dash. */
export function hashOfCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(letters).digest('hex');
}
