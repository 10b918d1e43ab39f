/** Messages to devices as push services take them: encrypted (RFC 8291), and signed by the server that sends them (RFC 8292). */
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import type { Instant } from '../../../base/clock.ts';
import type { Device } from './store.ts';

const CURVE = 'prime256v1';
const POINT_BYTES = 65;
const SECRET_BYTES = 16;
const RECORD_BYTES = 4_096;
/** Ends the last record (RFC 8188); nothing pads it. */
const LAST_RECORD = Buffer.of(2);

export type DeviceKeys = Pick<Device, 'p256dh' | 'auth'>;

/** True of a public key on the curve, and a secret of the right length. */
export function areKeys({ p256dh, auth }: DeviceKeys): boolean {
  const point = Buffer.from(p256dh, 'base64url');
  if (point.length !== POINT_BYTES || Buffer.from(auth, 'base64url').length !== SECRET_BYTES) return false;
  try {
    freshPair().computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

function freshPair(): ECDH {
  const pair = createECDH(CURVE);
  pair.generateKeys();
  return pair;
}

/** The body of a message, `aes128gcm`, which the device alone can read. `fixed`: the sender's key and salt, in a test. */
export function encrypt(
  text: string,
  { p256dh, auth }: DeviceKeys,
  fixed?: { privateKey: Buffer; salt: Buffer },
): Buffer {
  const pair = fixed ? createECDH(CURVE) : freshPair();
  if (fixed) pair.setPrivateKey(fixed.privateKey);
  const salt = fixed?.salt ?? randomBytes(SECRET_BYTES);
  const [theirs, ours] = [Buffer.from(p256dh, 'base64url'), pair.getPublicKey()];
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours]);
  const input = derive(pair.computeSecret(theirs), Buffer.from(auth, 'base64url'), about, 32);
  const key = derive(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const sealed = [cipher.update(text, 'utf8'), cipher.update(LAST_RECORD), cipher.final(), cipher.getAuthTag()];
  const size = Buffer.alloc(5);
  size.writeUInt32BE(RECORD_BYTES);
  size.writeUInt8(ours.length, 4);
  return Buffer.concat([salt, size, ours, ...sealed]);
}

function derive(secret: Buffer, salt: Buffer, about: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, about, bytes));
}

/** The key pair by which push services know this coda; `publicKey` is what a browser subscribes with. */
export interface ServerKeys {
  publicKey: string;
  privateJwk: JWK;
}

/** A new pair, as the text that `keysIn` reads. */
export async function newKeys(): Promise<string> {
  const { exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

export function keysOf(privateJwk: JWK): ServerKeys {
  const part = (text = '') => Buffer.from(text, 'base64url');
  const point = Buffer.concat([Buffer.of(4), part(privateJwk.x), part(privateJwk.y)]);
  return { publicKey: point.toString('base64url'), privateJwk };
}

const TOKEN_S = 12 * 3_600;

/** The header that says who sends to the service of `endpoint`, and whom its operator can ask (`subject`). */
export async function authorization(
  endpoint: string,
  { publicKey, privateJwk }: ServerKeys,
  subject: string,
  now: Instant,
): Promise<string> {
  const { importJWK, SignJWT } = await import('jose');
  const expires = Math.floor(now.getTime() / 1_000) + TOKEN_S;
  const token = await new SignJWT({ aud: new URL(endpoint).origin, exp: expires, sub: subject })
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
    .sign(await importJWK(privateJwk, 'ES256'));
  return `vapid t=${token}, k=${publicKey}`;
}
