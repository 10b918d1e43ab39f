/** Output of a program: demultiplexed, cut and counted. */

export type StreamName = 'stdout' | 'stderr';

/** A piece of one stream. */
export interface Piece {
  stream: StreamName;
  bytes: Uint8Array;
}

const HEADER = 8;

/**
 * The pieces in a connection of Docker's, whose frames have a header of eight bytes: the stream, three zeros, the
 * length. What is no frame (an error of the runtime comes as text) is taken as stderr.
 */
export async function* piecesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let pending = Buffer.alloc(0);
  let stream: StreamName = 'stderr';
  let left = 0;
  for await (const chunk of chunks) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (pending.length > 0) bytes = Buffer.concat([pending, bytes]);
    while (bytes.length > 0) {
      if (left > 0) {
        const piece = bytes.subarray(0, left);
        left -= piece.length;
        bytes = bytes.subarray(piece.length);
        yield { stream, bytes: piece };
        continue;
      }
      const isFrame = bytes
        .subarray(0, 4)
        .every((byte, index) => (index === 0 ? byte === 1 || byte === 2 : byte === 0));
      if (!isFrame) {
        yield { stream: 'stderr', bytes };
        bytes = Buffer.alloc(0);
      } else if (bytes.length < HEADER) break;
      else {
        stream = bytes[0] === 2 ? 'stderr' : 'stdout';
        left = bytes.readUInt32BE(4);
        bytes = bytes.subarray(HEADER);
      }
    }
    // A copy: a view would hold the whole chunk.
    pending = Buffer.from(bytes);
  }
}

/** The beginning of one stream, and how long all of it was. */
export class Capture {
  private readonly max: number;
  private readonly kept: Buffer[] = [];
  private size = 0;
  /** Bytes so far, those not kept included. */
  total = 0;

  /** Keeps `max` bytes. */
  constructor(max: number) {
    this.max = max;
  }

  add(bytes: Uint8Array): void {
    this.total += bytes.length;
    const fits = bytes.subarray(0, this.max - this.size);
    if (fits.length === 0) return;
    this.kept.push(Buffer.from(fits));
    this.size += fits.length;
  }

  get isCut(): boolean {
    return this.total > this.size;
  }

  /** As UTF-8; what is none becomes U+FFFD, and a character that the cut went through is left out. */
  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(this.kept), { stream: this.isCut });
  }
}
