/**
 * Signatures in minisign's format (minisign(1), 0.12): Ed25519 over the file (`Ed`, legacy) or over its BLAKE2b-512
 * (`ED`), and a second signature over the first one and the trusted comment. Pure.
 */

import { createHash, createPublicKey, verify } from 'node:crypto';

const LEGACY = 'Ed';
const PREHASHED = 'ED';
const ALGORITHM_BYTES = 2;
const KEY_ID_BYTES = 8;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const UNTRUSTED = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';

/** Bytes of a signature with the longest comments that minisign writes. */
export const MOST_SIGNATURE_BYTES = 12 * 1024;

export interface PublicKey {
  /** As minisign prints it: Base64 of 42 bytes. */
  text: string;
  id: string;
  keyId: Buffer;
  bytes: Buffer;
}

/** The key in the text of `minisign.pub`, or in its second line alone; undefined: it is none. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const lines = linesOf(text).filter((line) => line !== '' && !line.startsWith(UNTRUSTED));
  const [line = ''] = lines;
  const raw = lines.length === 1 ? decodeBytes(line, ALGORITHM_BYTES + KEY_ID_BYTES + KEY_BYTES) : undefined;
  if (raw?.toString('latin1', 0, ALGORITHM_BYTES) !== LEGACY) return undefined;
  const keyId = raw.subarray(ALGORITHM_BYTES, ALGORITHM_BYTES + KEY_ID_BYTES);
  const id = keyId.readBigUInt64LE().toString(16).toUpperCase().padStart(16, '0');
  return { text: raw.toString('base64'), id, keyId, bytes: raw.subarray(ALGORITHM_BYTES + KEY_ID_BYTES) };
}

export type CheckedSignature = { ok: true; comment: string } | { ok: false; why: SignatureProblem };

/** `form`: it is no signature; `key`: another key made it; `content`: it is of another file; `comment`: its comment was changed. */
export type SignatureProblem = 'form' | 'key' | 'content' | 'comment';

/** Checks `content` against the text of its `.minisig`. */
export function checkSignature(content: Uint8Array, signature: string, key: PublicKey): CheckedSignature {
  const parsed = parseSignature(signature);
  if (!parsed) return { ok: false, why: 'form' };
  const { isHashed, keyId, bytes, comment, global } = parsed;
  if (!keyId.equals(key.keyId)) return { ok: false, why: 'key' };
  const message = isHashed ? createHash('blake2b512').update(content).digest() : content;
  if (!isSigned(message, bytes, key)) return { ok: false, why: 'content' };
  const withComment = Buffer.concat([bytes, Buffer.from(comment)]);
  return isSigned(withComment, global, key) ? { ok: true, comment } : { ok: false, why: 'comment' };
}

interface Signature {
  isHashed: boolean;
  keyId: Buffer;
  bytes: Buffer;
  comment: string;
  /** Over `bytes` and `comment`. */
  global: Buffer;
}

function parseSignature(text: string): Signature | undefined {
  if (text.length > MOST_SIGNATURE_BYTES) return undefined;
  const [untrusted = '', first = '', trusted = '', second = '', ...rest] = linesOf(text);
  if (!untrusted.startsWith(UNTRUSTED) || !trusted.startsWith(TRUSTED) || rest.some((line) => line !== '')) {
    return undefined;
  }
  const raw = decodeBytes(first, ALGORITHM_BYTES + KEY_ID_BYTES + SIGNATURE_BYTES);
  const global = decodeBytes(second, SIGNATURE_BYTES);
  const algorithm = raw?.toString('latin1', 0, ALGORITHM_BYTES);
  if (!raw || !global || (algorithm !== LEGACY && algorithm !== PREHASHED)) return undefined;
  return {
    isHashed: algorithm === PREHASHED,
    keyId: raw.subarray(ALGORITHM_BYTES, ALGORITHM_BYTES + KEY_ID_BYTES),
    bytes: raw.subarray(ALGORITHM_BYTES + KEY_ID_BYTES),
    comment: trusted.slice(TRUSTED.length),
    global,
  };
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.replace(/\r$/, ''));

function decodeBytes(text: string, bytes: number): Buffer | undefined {
  const raw = Buffer.from(text, 'base64');
  return raw.length === bytes && raw.toString('base64') === text ? raw : undefined;
}

function isSigned(message: Uint8Array, signature: Buffer, { bytes }: PublicKey): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}
