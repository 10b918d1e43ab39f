/**
 * CBOR (RFC 8949) as authenticators write it: the canonical form of CTAP2, which has neither tags, floats nor lengths that are
 * told at the end.
 */

export type Cbor = number | string | boolean | null | Buffer | Cbor[] | Map<number | string, Cbor>;

/** An answer of a browser that is not as WebAuthn has it; the message is for the log. */
export class WebAuthnFault extends Error {}

/** CTAP2 has four levels; a map of a key has five entries, an attestation with certificates a few dozen items. */
const DEEPEST = 4;
const MOST_ITEMS = 100;

/** The value of `bytes` that begins at `at`, and its end. Throws `WebAuthnFault`; allocates no more than there are bytes. */
export function readCbor(bytes: Buffer, at = 0): { value: Cbor; end: number } {
  const reader = new Reader(bytes, at);
  const value = reader.read(0);
  return { value, end: reader.at };
}

class Reader {
  at: number;
  private readonly bytes: Buffer;
  private items = 0;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  read(depth: number): Cbor {
    if (depth > DEEPEST) throw new WebAuthnFault('CBOR is nested too deeply');
    if (++this.items > MOST_ITEMS) throw new WebAuthnFault('CBOR of too many items');
    const first = this.take(1)[0] ?? 0;
    const kind = first >> 5;
    if (kind === 7) return simpleOf(first & 31);
    const size = this.sizeOf(first & 31);
    switch (kind) {
      case 0:
        return size;
      case 1:
        return -1 - size;
      case 2:
        return this.take(size);
      case 3:
        return this.take(size).toString('utf8');
      case 4:
        return this.list(size, depth);
      case 5:
        return this.map(size, depth);
      default:
        throw new WebAuthnFault('CBOR with a tag');
    }
  }

  /** The number behind the first byte. */
  private sizeOf(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new WebAuthnFault('CBOR of a length that is told at the end');
    const size = this.take(1 << (info - 24));
    const value = info === 27 ? Number(size.readBigUInt64BE()) : size.readUIntBE(0, size.length);
    if (!Number.isSafeInteger(value)) throw new WebAuthnFault('CBOR with a number that is too large');
    return value;
  }

  private take(count: number): Buffer {
    if (count > this.bytes.length - this.at) throw new WebAuthnFault('CBOR that is cut off');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  private list(size: number, depth: number): Cbor[] {
    const list: Cbor[] = [];
    while (list.length < size) list.push(this.read(depth + 1));
    return list;
  }

  private map(size: number, depth: number): Map<number | string, Cbor> {
    const map = new Map<number | string, Cbor>();
    for (let entry = 0; entry < size; entry++) {
      const key = this.read(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string')
        throw new WebAuthnFault('CBOR with a key of another kind');
      if (map.has(key)) throw new WebAuthnFault('CBOR with a key that is there twice');
      map.set(key, this.read(depth + 1));
    }
    return map;
  }
}

function simpleOf(info: number): Cbor {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw new WebAuthnFault('CBOR with a value of another kind');
}
