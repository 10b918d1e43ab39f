import { randomBytes, randomUUID } from 'node:crypto';
import type { Instant } from './clock.ts';

/**
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then randomness, so that rows made one after
 * another lie beside each other in an index.
 */
export function uuid(now: Instant): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  // Node draws the randomness of its own UUIDs in large pieces; a call to the system for each costs ten times as much.
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const READABLE = '23456789abcdefghjkmnpqrstuvwxyz';

/** A short random id that a person can type, e.g. `k7f3q`. Not a secret: uniqueness is the caller's key to keep. */
export function shortId(length = 5): string {
  return Array.from(randomBytes(length), (byte) => READABLE[byte % READABLE.length]).join('');
}

/** An unguessable token of 128 bits, safe in URLs and in a button's id (22 characters). */
export function token(): string {
  return randomBytes(16).toString('base64url');
}
