/** The first words of a TLS connection: which server is meant (RFC 8446, section 4; RFC 6066, section 3). Pure. */

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEAD = 5;
/** A record has at most 2^14 bytes, with 256 for what ciphers add. */
const LONGEST_RECORD = 16_640;

/**
 * The name of the server in the ClientHello that `bytes` begin with; '' where it names none. Undefined: the record is not complete
 * yet, which is so for at most 16,645 bytes. Throws for what is no ClientHello within one record.
 */
export function serverNameIn(bytes: Buffer): string | undefined {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) throw new Error('it is not TLS');
  if (bytes.length < RECORD_HEAD) return undefined;
  const length = bytes.readUInt16BE(3);
  if (length > LONGEST_RECORD) throw new Error('the record is too long');
  if (bytes.length < RECORD_HEAD + length) return undefined;
  const record = new Fields(bytes.subarray(RECORD_HEAD, RECORD_HEAD + length));
  if (record.number(1) !== CLIENT_HELLO) throw new Error('it does not begin with a ClientHello');
  const hello = record.part(3);
  hello.skip(2 + 32); // version and random
  hello.part(1); // session
  hello.part(2); // cipher suites
  hello.part(1); // compression
  if (hello.isEmpty) return '';
  const names: string[] = [];
  for (const extensions = hello.part(2); !extensions.isEmpty; ) {
    const type = extensions.number(2);
    const content = extensions.part(2);
    if (type === SERVER_NAME) names.push(...hostNames(content));
  }
  if (names.length > 1) throw new Error('it names several servers');
  return names[0]?.toLowerCase().replace(/\.$/, '') ?? '';
}

function hostNames(extension: Fields): string[] {
  const names: string[] = [];
  for (const list = extension.part(2); !list.isEmpty; ) {
    const isHost = list.number(1) === 0;
    const name = list.part(2);
    if (isHost) names.push(name.text());
  }
  return names;
}

/** Numbers and parts with their length in front of them, one after another. Throws where one reaches beyond the end. */
class Fields {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.at >= this.bytes.length;
  }

  skip(count: number): void {
    if (this.at + count > this.bytes.length) throw new Error('the ClientHello is cut short');
    this.at += count;
  }

  number(size: number): number {
    this.skip(size);
    return this.bytes.readUIntBE(this.at - size, size);
  }

  /** The part whose length stands in front of it in `size` bytes. */
  part(size: number): Fields {
    const length = this.number(size);
    this.skip(length);
    return new Fields(this.bytes.subarray(this.at - length, this.at));
  }

  text(): string {
    return this.bytes.toString('latin1');
  }
}
