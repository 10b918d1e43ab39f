/** Answers of authenticators (Web Authentication, level 3, sections 7.1 and 7.2), without attestation: pure functions. */
import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { parseJson } from '../base/json.ts';
import { type Cbor, readCbor, WebAuthnFault } from './cbor.ts';

/** The page of a ceremony. */
export interface Place {
  origin: string;
  rpId: string;
}

/** An answer to `navigator.credentials.create`: base64url, as it came. */
export interface Registration {
  clientData: string;
  attestation: string;
}

/** An answer to `navigator.credentials.get`: base64url, as it came. */
export interface Assertion {
  credentialId: string;
  clientData: string;
  authenticatorData: string;
  signature: string;
  userHandle: string;
}

export interface Credential {
  credentialId: string;
  /** SPKI, base64url. */
  publicKey: string;
  /** Its number in COSE. */
  algorithm: number;
  counter: number;
}

const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;

const MOST_ID_BYTES = 1_023;

/** The challenge that an answer of the browser is for. Throws `WebAuthnFault`, also for another ceremony or page. */
export function challengeIn(clientData: string, type: 'webauthn.create' | 'webauthn.get', { origin }: Place): string {
  const fields = fieldsOf(bytesOf(clientData));
  if (fields.type !== type) throw new WebAuthnFault('another ceremony');
  if (fields.origin !== origin) throw new WebAuthnFault(`another origin: ${String(fields.origin).slice(0, 100)}`);
  // A frame of another site, which the page's policy allows nobody.
  if (fields.crossOrigin === true || fields.topOrigin !== undefined)
    throw new WebAuthnFault('a frame of another origin');
  if (typeof fields.challenge !== 'string') throw new WebAuthnFault('no challenge');
  return fields.challenge;
}

/** The passkey that was made. Throws `WebAuthnFault`. */
export function verifyRegistration({ attestation }: Registration, place: Place): Credential {
  const object = whole(bytesOf(attestation), 0);
  const data = object instanceof Map ? object.get('authData') : undefined;
  if (!Buffer.isBuffer(data)) throw new WebAuthnFault('no authenticator data');
  const { counter, credential } = authenticatorDataOf(data, place);
  if (!credential) throw new WebAuthnFault('no credential');
  // Statements about the make of an authenticator are not asked for and prove nothing here.
  return { ...credential, counter };
}

/** The counter of an answer that the owner of `publicKey` has signed. Throws `WebAuthnFault`. */
export function verifyAssertion(
  { clientData, authenticatorData, signature }: Assertion,
  { publicKey, algorithm }: Pick<Credential, 'publicKey' | 'algorithm'>,
  place: Place,
): number {
  const data = bytesOf(authenticatorData);
  const { counter } = authenticatorDataOf(data, place);
  const message = Buffer.concat([data, sha256(bytesOf(clientData))]);
  const key = createPublicKey({ key: bytesOf(publicKey), format: 'der', type: 'spki' });
  const digest = algorithm === EDDSA ? null : 'sha256';
  if (!verify(digest, message, key, bytesOf(signature))) throw new WebAuthnFault('the signature is another one');
  return counter;
}

const FLAGS = { present: 0x01, verified: 0x04, mayBackUp: 0x08, backedUp: 0x10, credential: 0x40, extensions: 0x80 };

/** Flags and counter, for this host name and a person who has shown that it is they; whatever follows has to end with it. */
function authenticatorDataOf(data: Buffer, { rpId }: Place) {
  if (data.length < 37) throw new WebAuthnFault('authenticator data that is cut off');
  if (!data.subarray(0, 32).equals(sha256(rpId))) throw new WebAuthnFault('another host name');
  const flags = data[32] ?? 0;
  if (!(flags & FLAGS.present)) throw new WebAuthnFault('nobody was there');
  if (!(flags & FLAGS.verified)) throw new WebAuthnFault('nobody has shown that it is they');
  if (flags & FLAGS.backedUp && !(flags & FLAGS.mayBackUp)) throw new WebAuthnFault('flags that contradict each other');
  const attestation = flags & FLAGS.credential ? credentialOf(data) : undefined;
  const end = attestation?.end ?? 37;
  if (flags & FLAGS.extensions) whole(data, end);
  else if (data.length > end) throw new WebAuthnFault('authenticator data with more behind it');
  return { counter: data.readUInt32BE(33), credential: attestation?.credential };
}

/** The attested credential behind the counter: the model's id (16 bytes), a length, its id, its key. */
function credentialOf(data: Buffer): { credential: Omit<Credential, 'counter'>; end: number } {
  if (data.length < 55) throw new WebAuthnFault('authenticator data that is cut off');
  const length = data.readUInt16BE(53);
  const id = data.subarray(55, 55 + length);
  if (length === 0 || length > MOST_ID_BYTES || id.length < length) throw new WebAuthnFault('an id of no such length');
  const { value, end } = readCbor(data, 55 + length);
  return { credential: { credentialId: id.toString('base64url'), ...keyOf(value) }, end };
}

/** Parameters of a COSE key (RFC 9052, 9053, 8230) by their labels. */
const LABELS = { kind: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 };

function keyOf(value: Cbor): Pick<Credential, 'publicKey' | 'algorithm'> {
  if (!(value instanceof Map)) throw new WebAuthnFault('no key');
  const algorithm = value.get(LABELS.algorithm);
  if (typeof algorithm !== 'number') throw new WebAuthnFault('a key without an algorithm');
  try {
    const key = createPublicKey({ key: jwkOf(value, algorithm), format: 'jwk' });
    return { publicKey: key.export({ format: 'der', type: 'spki' }).toString('base64url'), algorithm };
  } catch (error) {
    if (error instanceof WebAuthnFault) throw error;
    throw new WebAuthnFault('a key that is none');
  }
}

function jwkOf(key: Map<number | string, Cbor>, algorithm: number): JsonWebKey {
  const [kind, curve] = [key.get(LABELS.kind), key.get(LABELS.curve)];
  const text = (label: number, isRight: (bytes: Buffer) => boolean) => {
    const bytes = key.get(label);
    if (!Buffer.isBuffer(bytes) || !isRight(bytes)) throw new WebAuthnFault('a key of another size');
    return bytes.toString('base64url');
  };
  const of32 = (bytes: Buffer) => bytes.length === 32;
  if (algorithm === ES256 && kind === 2 && curve === 1)
    return { kty: 'EC', crv: 'P-256', x: text(LABELS.x, of32), y: text(LABELS.y, of32) };
  if (algorithm === EDDSA && kind === 1 && curve === 6) return { kty: 'OKP', crv: 'Ed25519', x: text(LABELS.x, of32) };
  if (algorithm === RS256 && kind === 3) {
    // 2,048 to 4,096 bits, and the one exponent that authenticators use.
    const n = text(LABELS.modulus, (bytes) => bytes.length >= 256 && bytes.length <= 512 && (bytes[0] ?? 0) >= 0x80);
    return { kty: 'RSA', n, e: text(LABELS.exponent, (bytes) => bytes.toString('hex') === '010001') };
  }
  throw new WebAuthnFault('a key of an algorithm that was not offered');
}

/** The one value from `at` to the end. */
function whole(bytes: Buffer, at: number): Cbor {
  const { value, end } = readCbor(bytes, at);
  if (end !== bytes.length) throw new WebAuthnFault('CBOR with more behind it');
  return value;
}

/** Bytes of a base64url text that has one form only. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new WebAuthnFault('no base64url');
  return bytes;
}

function fieldsOf(bytes: Buffer): Record<string, unknown> {
  try {
    const value = parseJson(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new WebAuthnFault('client data that is no JSON');
}

const sha256 = (value: Buffer | string): Buffer => createHash('sha256').update(value).digest();
