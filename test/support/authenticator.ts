/** An authenticator in software: makes passkeys and signs with them as a device does, also as none should. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type Algorithm = 'ES256' | 'RS256' | 'EdDSA';

export interface Ceremony {
  challenge: string;
  origin: string;
  rpId: string;
}

/** Another answer than a device would give. */
export interface Odd {
  type?: string;
  flags?: number;
  counter?: number;
  /** Further fields of the client data. */
  client?: object;
  /** Bytes behind the authenticator data. */
  behind?: Buffer;
  /** The attestation object in the place of the right one. */
  attestation?: (authData: Buffer) => Buffer;
  /** The key as COSE in the place of the right one. */
  cose?: Buffer;
}

const PRESENT = 0x01;
export const VERIFIED = 0x04;
const CREDENTIAL = 0x40;
export const FLAGS = PRESENT | VERIFIED;

export class Passkey {
  readonly id: string;
  readonly handle: string;
  private readonly algorithm: Algorithm;
  private readonly key: KeyObject;
  private readonly publicKey: KeyObject;
  /** Uses so far; 0 for ever where it does not count. */
  counter: number;

  constructor(
    handle: string,
    algorithm: Algorithm = 'ES256',
    { counter = 1, id = randomBytes(32) }: { counter?: number; id?: Buffer } = {},
  ) {
    const { privateKey, publicKey } = pairOf(algorithm);
    this.key = privateKey;
    this.publicKey = publicKey;
    this.algorithm = algorithm;
    this.handle = handle;
    this.counter = counter;
    this.id = id.toString('base64url');
  }

  /** As `navigator.credentials.create` answers. */
  register(ceremony: Ceremony, odd: Odd = {}) {
    const id = Buffer.from(this.id, 'base64url');
    const attested = [randomBytes(16), uint(id.length, 2), id, odd.cose ?? this.cose()];
    const head = this.head(ceremony, { flags: FLAGS | CREDENTIAL, ...odd });
    const authData = Buffer.concat([head, ...attested, odd.behind ?? Buffer.alloc(0)]);
    const object = odd.attestation?.(authData) ?? attestationOf(authData);
    return {
      client_data: this.clientData('webauthn.create', ceremony, odd),
      attestation: object.toString('base64url'),
    };
  }

  /** As `navigator.credentials.get` answers. */
  assert(ceremony: Ceremony, odd: Odd = {}) {
    if (this.counter > 0) this.counter++;
    const clientData = this.clientData('webauthn.get', ceremony, odd);
    const data = Buffer.concat([this.head(ceremony, odd), odd.behind ?? Buffer.alloc(0)]);
    const signed = Buffer.concat([data, sha256(Buffer.from(clientData, 'base64url'))]);
    const signature = sign(this.algorithm === 'EdDSA' ? null : 'sha256', signed, this.key);
    return {
      id: this.id,
      client_data: clientData,
      authenticator_data: data.toString('base64url'),
      signature: signature.toString('base64url'),
      user_handle: this.handle,
    };
  }

  cose(): Buffer {
    const jwk = this.publicKey.export({ format: 'jwk' });
    const field = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name] ?? '', 'base64url');
    if (this.algorithm === 'ES256') {
      return cbor(new Map<number, Item>([[1, 2], [3, -7], [-1, 1], [-2, field('x')], [-3, field('y')]])); // biome-ignore format: a table
    }
    if (this.algorithm === 'EdDSA') return cbor(new Map<number, Item>([[1, 1], [3, -8], [-1, 6], [-2, field('x')]])); // biome-ignore format: a table
    return cbor(new Map<number, Item>([[1, 3], [3, -257], [-1, field('n')], [-2, field('e')]])); // biome-ignore format: a table
  }

  private head({ rpId }: Ceremony, { flags = FLAGS, counter = this.counter }: Odd): Buffer {
    return Buffer.concat([sha256(rpId), uint(flags, 1), uint(counter, 4)]);
  }

  private clientData(type: string, { challenge, origin }: Ceremony, { type: other = type, client }: Odd): string {
    const text = JSON.stringify({ type: other, challenge, origin, crossOrigin: false, ...client });
    return Buffer.from(text).toString('base64url');
  }
}

export const attestationOf = (authData: Buffer): Buffer =>
  cbor(new Map<string, Item>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]])); // biome-ignore format: a table

type Item = number | string | Buffer | Item[] | Map<number | string, Item>;

export function cbor(item: Item): Buffer {
  if (typeof item === 'number') return item < 0 ? headOf(1, -1 - item) : headOf(0, item);
  if (Buffer.isBuffer(item)) return Buffer.concat([headOf(2, item.length), item]);
  if (typeof item === 'string') return Buffer.concat([headOf(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (Array.isArray(item)) return Buffer.concat([headOf(4, item.length), ...item.map(cbor)]);
  return Buffer.concat([headOf(5, item.size), ...[...item].flat().map((each) => cbor(each as Item))]);
}

function headOf(kind: number, size: number): Buffer {
  const first = kind << 5;
  if (size < 24) return uint(first | size, 1);
  if (size < 256) return Buffer.concat([uint(first | 24, 1), uint(size, 1)]);
  if (size < 65_536) return Buffer.concat([uint(first | 25, 1), uint(size, 2)]);
  return Buffer.concat([uint(first | 26, 1), uint(size, 4)]);
}

function pairOf(algorithm: Algorithm) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

const sha256 = (value: Buffer | string): Buffer => createHash('sha256').update(value).digest();
