import { randomBytes } from 'node:crypto';
import type { Instant } from './clock.ts';

/**
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then randomness, so that rows made one after
 * another lie beside each other in an index.
 */
export function uuid(now: Instant): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Without 0/o, 1/l/i: a person reads these aloud and types them. */
const READABLE = '23456789abcdefghjkmnpqrstuvwxyz';

/** A short random id that a person can type, e.g. `k7f3q`. Not a secret: uniqueness is the caller's key to keep. */
export function shortId(length = 5): string {
  return Array.from(randomBytes(length), (byte) => READABLE[byte % READABLE.length]).join('');
}

/** An unguessable token of 128 bits, safe in URLs and in a button's id (22 characters). */
export function token(): string {
  return randomBytes(16).toString('base64url');
}
